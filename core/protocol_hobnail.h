/* protocol_hobnail.h — the steps of a boot by our own protocol, in their order, as far as they are pure. The loader
 * and the host command go through them alike; they keep the promises of docs/protocol.md. */
#ifndef CORE_PROTOCOL_HOBNAIL_H
#define CORE_PROTOCOL_HOBNAIL_H

#include "attempt.h"
#include "request.h"

/* A kernel that was opened: its requests, then the kernel itself into memory. hobnail_load() is hobnail_begin(), which
 * ends when the segments are in memory, and hobnail_end(). */
enum err hobnail_load(struct attempt *a, struct requests *r, struct source *source, struct problem *p);
enum err hobnail_begin(struct attempt *a, struct requests *r, struct source *source, struct problem *p);
enum err hobnail_end(struct attempt *a, struct requests *r, struct source *source, struct problem *p);

/* The machine is known: requests that it cannot grant are errors, or are dropped.
 *   ERR_NO_FRAMEBUFFER, and those of attempt_cpus(): value[0] = type, value[1] = its value */
enum err hobnail_grant(struct attempt *a, struct requests *r, struct problem *p);

#endif
