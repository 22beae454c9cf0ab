/* dump_core.h — an ELF core like QEMU's, for tests: notes, then banks of memory. */
#ifndef TESTS_DUMP_CORE_H
#define TESTS_DUMP_CORE_H

#include <stdint.h>
#include <string.h>

enum { CORE_HEADER = 64, CORE_PROGRAM_HEADER = 56, CORE_BYTES = 0x8000 };

struct core {
	uint8_t bytes[CORE_BYTES];
	uint32_t headers;
	uint32_t end; /* the next part goes here: odd addresses, as QEMU has them behind its notes */
};

static inline void core_put(struct core *c, uint32_t at, uint64_t value, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++)
		c->bytes[at + i] = (uint8_t)(value >> (8 * i));
}

/* Room for 8 program headers. */
static inline void core_begin(struct core *c, uint16_t machine)
{
	memset(c, 0, sizeof *c);
	memcpy(c->bytes, "\177ELF\2\1\1", 7);
	core_put(c, 16, 4, 2); /* ET_CORE */
	core_put(c, 18, machine, 2);
	core_put(c, 32, CORE_HEADER, 8);
	core_put(c, 54, CORE_PROGRAM_HEADER, 2);
	c->end = CORE_HEADER + 8 * CORE_PROGRAM_HEADER + 4;
}

/* Its program header; the bytes begin at c->end. */
static inline uint32_t core_part(struct core *c, uint32_t type, uint64_t at, uint64_t bytes)
{
	uint32_t header = CORE_HEADER + c->headers++ * CORE_PROGRAM_HEADER;

	core_put(c, 56, c->headers, 2);
	core_put(c, header, type, 4);
	core_put(c, header + 8, c->end, 8);
	core_put(c, header + 24, at, 8);
	core_put(c, header + 32, bytes, 8);
	core_put(c, header + 40, bytes, 8);
	return header;
}

static inline void core_memory(struct core *c, uint64_t at, const void *from, uint32_t bytes)
{
	core_part(c, 1, at, bytes);
	memcpy(c->bytes + c->end, from, bytes);
	c->end += bytes;
}

/* A note whose contents are 0; returns where they begin. */
static inline uint32_t core_note(struct core *c, const char name[5], uint32_t type, uint32_t bytes)
{
	uint32_t at = c->end;

	core_put(c, at, 5, 4);
	core_put(c, at + 4, bytes, 4);
	core_put(c, at + 8, type, 4);
	memcpy(c->bytes + at + 12, name, 5);
	c->end = at + 20 + bytes;
	return at + 20;
}

#endif
