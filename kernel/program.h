/* program.h — an ELF file as a user program: checked as strictly as the loader checks a kernel. Pure. */
#ifndef KERNEL_PROGRAM_H
#define KERNEL_PROGRAM_H

#include "elf.h"

struct program {
	const uint8_t *file;
	vaddr entry;
	struct elf_layout layout; /* segments ascend, lie in user memory, and are not both writable and executable */
};

struct program_rules {
	uint16_t machine; /* ELF_MACHINE_* */
	vaddr from, to;   /* its segments must lie in [from, to) */
};

/* Checks the `bytes` bytes at `file`. false: they are not a program that may run; `why` has the reason, NUL-terminated,
 * cut to `size` bytes. */
bool program_open(const void *file, uint64_t bytes, const struct program_rules *rules, struct program *out, char *why,
                  size_t size);

#endif
