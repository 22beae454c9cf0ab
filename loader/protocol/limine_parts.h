/* limine_parts.h — parts of the Limine Boot Protocol's boot. */
#ifndef LOADER_PROTOCOL_LIMINE_PARTS_H
#define LOADER_PROTOCOL_LIMINE_PARTS_H

#include "image.h"
#include "protocol.h"

/* limine_modules.c: load the internal modules, and list all of them in b->limine.modules, internal ones first. */
enum err limine_modules(struct boot *b, struct problem *p);

/* limine_facts.c: what the responses say of firmware and machine. */
enum err limine_gather(struct boot *b, struct limine_facts *out, struct problem *p);

#endif
