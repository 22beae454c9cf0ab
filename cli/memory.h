/* memory.h — physical memory of a machine that is not this one: a dump, a stopped emulator, a model. */
#ifndef CLI_MEMORY_H
#define CLI_MEMORY_H

#include "base.h"

struct memory {
	/* Copy all `bytes` bytes at `at`. false: some of them are not to be had, and *to means nothing. */
	bool (*read)(void *context, paddr at, void *to, size_t bytes);
	void *context;
};

static inline bool memory_read(const struct memory *m, paddr at, void *to, size_t bytes)
{
	return m->read(m->context, at, to, bytes);
}

/* For walker.read, with a struct memory as its context. Tables of all architectures here are little-endian. */
static inline bool memory_read_entry(void *memory, paddr entry, uint64_t *out)
{
	uint8_t bytes[8];

	if (!memory_read(memory, entry, bytes, sizeof bytes))
		return false;
	*out = read_le64(bytes);
	return true;
}

#endif
