/* limine_fault.h — usual mistakes of kernels of the Limine Boot Protocol, for reports of faults: a response that stayed
 * NULL, and a physical address used as a pointer. Pure.
 *
 *   Memory   struct limine_fault is filled while the responses are written, or from a kernel's file and memory */
#ifndef CORE_LIMINE_FAULT_H
#define CORE_LIMINE_FAULT_H

#include "fault.h"
#include "limine_protocol.h"

struct attempt;
struct limine;

/* A member of a missing response has such an address: no response is longer. */
enum { LIMINE_NULL_BYTES = 64 };

/* Code before the fault in which the load of the pointer is looked for. */
enum { LIMINE_NULL_CODE = 128 };

struct limine_fault {
	uint32_t missing;               /* a bit for each request that was made and not answered */
	vaddr pointer[LIMINE_REQUESTS]; /* ... where its `response` is, as the kernel runs        */
	unsigned revision;              /* base revision in force                                 */
	bool has_direct_map;            /* its place is known                                     */
	vaddr direct_map;
};

void limine_fault_fill(const struct attempt *a, const struct limine *l, struct limine_fault *out);

/* Is this an access to a member of a missing response, perhaps? */
bool limine_null_may_be(const struct limine_fault *n, const struct fault_view *v);

/* Advice for such an access. `code`: the `bytes` bytes before the instruction at `pc`. A request whose `response` that
 * code reads is named alone; else all that were not answered are. */
size_t limine_null_say(const struct limine_fault *n, fault_reader *reads, const uint8_t *code, unsigned bytes, vaddr pc,
                       char *out, size_t size);

/* Is this an access to a physical address, perhaps, where nothing is mapped? The net knows that of itself. */
bool limine_low_may_be(const struct fault_view *v);

/* Advice for such an access. */
size_t limine_low_say(const struct limine_fault *n, vaddr address, char *out, size_t size);

#endif
