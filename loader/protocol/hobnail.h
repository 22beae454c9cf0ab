/* hobnail.h — the record of our own protocol. */
#ifndef LOADER_PROTOCOL_HOBNAIL_H
#define LOADER_PROTOCOL_HOBNAIL_H

#include "protocol.h"

/* One block that describes all that has been prepared, with room for the maps. */
enum err record_build(struct boot *b, struct problem *p);

/* The last map, and the firmware's own behind it. A protocol's last_map(). */
enum err record_last_map(struct boot *b, const struct uefi_map *map, uint32_t version, struct problem *p);

#endif
