/* limine_null.h — pointers of the Limine Boot Protocol that stayed NULL, for reports of faults. Pure.
 *
 *   Memory   struct limine_null is filled while the responses are written, and lives as long as the reports */
#ifndef CORE_LIMINE_NULL_H
#define CORE_LIMINE_NULL_H

#include "fault.h"
#include "limine.h"

/* A member of a missing response has such an address: no response is longer. */
enum { LIMINE_NULL_BYTES = 64 };

/* Code before the fault in which the load of the pointer is looked for. */
enum { LIMINE_NULL_CODE = 128 };

struct limine_null {
	uint32_t missing;               /* a bit for each request that was made and not answered */
	vaddr pointer[LIMINE_REQUESTS]; /* ... where its `response` is, as the kernel runs        */
};

void limine_null_fill(const struct attempt *a, const struct limine *l, struct limine_null *out);

/* Is this an access to a member of a missing response, perhaps? */
bool limine_null_may_be(const struct limine_null *n, const struct fault_view *v);

/* Advice for such an access. `code`: the `bytes` bytes before the instruction at `pc`. A request whose `response` that
 * code reads is named alone; else all that were not answered are. */
size_t limine_null_say(const struct limine_null *n, fault_reader *reads, const uint8_t *code, unsigned bytes, vaddr pc,
                       char *out, size_t size);

#endif
