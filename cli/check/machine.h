/* machine.h — a machine as a text: what `hobnail run --record` writes and `hobnail check --machine` reads.
 *
 *   # a comment
 *   arch = 1                               HOBNAIL_ARCH_*
 *   processor = levels 4 bits 40 leaf 1 la57 0 nx 1 el 0 vhe 0 fixed 0 id 0 lpa2 0
 *                                          struct arch_facts: of the firmware's tables, physical addresses, largest
 *                                          page (1: 2 MiB, 2: 1 GiB); exception level; HCR_EL2.E2H fixed; hardware id
 *   image = 0xdf6c000                      address of the loader
 *   memory = BASE BYTES ATTRIBUTES TYPE    struct hobnail_memory, ascending; before the loader has taken any
 *   held = BASE BYTES                      memory of those that is not free: the loader's own, and other loaders'
 *   processors = 4
 *   framebuffer = PHYS BYTES WIDTH HEIGHT PITCH
 *
 * Numbers as in C. Each key but memory and held stands at most once. */
#ifndef CLI_MACHINE_H
#define CLI_MACHINE_H

#include <stdbool.h>

#include "arch.h"
#include "attempt.h"

/* Bytes of the loader in memory; its own differ by some pages (make size). */
#define MACHINE_IMAGE_BYTES KIB(236)

enum { MACHINE_MAX_MEMORY = 512, MACHINE_MAX_HELD = 128, MACHINE_MAX_CPUS = 512 };

struct machine_record {
	enum arch arch;
	struct arch_facts facts;
	uint64_t image;
	struct hobnail_memory memory[MACHINE_MAX_MEMORY];
	size_t memory_count;
	struct span held[MACHINE_MAX_HELD];
	size_t held_count;
	unsigned cpus; /* 0: not said */
	bool has_framebuffer;
	struct hobnail_framebuffer framebuffer;
};

/* 0 or a status: the file cannot be read, or a line of it is wrong. */
int machine_read(const char *path, struct machine_record *out);

#endif
