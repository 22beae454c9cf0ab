/* program.h — an ELF file as a user program: checked as strictly as the loader checks a kernel. Pure. */
#ifndef KERNEL_PROGRAM_H
#define KERNEL_PROGRAM_H

#include "elf.h"

struct program {
	const uint8_t *file;
	vaddr entry;
	struct elf_layout layout; /* segments ascend, lie within user memory, and are not both writable and executable */
};

struct program_rules {
	uint16_t machine; /* ELF_MACHINE_* */
	vaddr from, to;   /* where its segments must lie */
};

/* May the `bytes` bytes at `file` run? false: no, and `why` says it, NUL-terminated, cut to `size` bytes. */
bool program_open(const void *file, uint64_t bytes, const struct program_rules *rules, struct program *out, char *why, size_t size);

#endif
