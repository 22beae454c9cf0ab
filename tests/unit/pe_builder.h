/* pe_builder.h — a small EFI program, field by field: a setup header's room, PE headers at 0x80, sections .text and
 * .data, in 0x600 bytes. Offsets are written anew here, not taken from core/. */
#ifndef TESTS_PE_BUILDER_H
#define TESTS_PE_BUILDER_H

#include <stdint.h>
#include <string.h>

enum {
	PE_BUILT_BYTES = 0x600,
	PE_AT = 0x80,
	PE_AT_MACHINE = PE_AT + 4, PE_AT_SECTIONS = PE_AT + 6, PE_AT_OPTIONAL_BYTES = PE_AT + 20,
	PE_AT_OPTIONAL = PE_AT + 24, PE_AT_ENTRY = PE_AT_OPTIONAL + 16, PE_AT_IMAGE_BYTES = PE_AT_OPTIONAL + 56,
	PE_AT_SUBSYSTEM = PE_AT_OPTIONAL + 68,
	PE_OPTIONAL_BYTES = 240,
	PE_AT_TABLE = PE_AT_OPTIONAL + PE_OPTIONAL_BYTES,
};

static inline void pe_put(uint8_t *b, unsigned at, unsigned bytes, uint64_t value)
{
	for (unsigned i = 0; i < bytes; i++)
		b[at + i] = (uint8_t)(value >> 8 * i);
}

static inline void pe_put_section(uint8_t *b, unsigned i, const char *name, uint32_t virt, uint32_t at, uint32_t bytes)
{
	unsigned s = PE_AT_TABLE + 40 * i;

	memset(b + s, 0, 40);
	memcpy(b + s, name, strlen(name) < 8 ? strlen(name) : 8);
	pe_put(b, s + 8, 4, bytes);
	pe_put(b, s + 12, 4, virt);
	pe_put(b, s + 16, 4, bytes);
	pe_put(b, s + 20, 4, at);
	pe_put(b, s + 36, 4, 0x60000020);
}

static inline void pe_build(uint8_t b[PE_BUILT_BYTES], uint16_t machine)
{
	memset(b, 0, PE_BUILT_BYTES);
	memcpy(b, "MZ", 2);
	pe_put(b, 0x3c, 4, PE_AT);
	memcpy(b + PE_AT, "PE\0\0", 4);
	pe_put(b, PE_AT_MACHINE, 2, machine);
	pe_put(b, PE_AT_SECTIONS, 2, 2);
	pe_put(b, PE_AT_OPTIONAL_BYTES, 2, PE_OPTIONAL_BYTES);
	pe_put(b, PE_AT + 22, 2, 0x206);
	pe_put(b, PE_AT_OPTIONAL, 2, 0x20b);
	pe_put(b, PE_AT_ENTRY, 4, 0x1000);
	pe_put(b, PE_AT_OPTIONAL + 32, 4, 0x1000);
	pe_put(b, PE_AT_OPTIONAL + 36, 4, 0x200);
	pe_put(b, PE_AT_IMAGE_BYTES, 4, 0x3000);
	pe_put(b, PE_AT_OPTIONAL + 60, 4, 0x200);
	pe_put(b, PE_AT_SUBSYSTEM, 2, 10);
	pe_put_section(b, 0, ".text", 0x1000, 0x200, 0x200);
	pe_put_section(b, 1, ".data", 0x2000, 0x400, 0x200);
	for (unsigned i = 0x200; i < PE_BUILT_BYTES; i++)
		b[i] = (uint8_t)(i * 7);
}

#endif
