/* pe.h — the headers of an EFI program: a PE image, its machine, subsystem and sections. Pure.
 *
 *   Units     offsets are in the file, addresses relative to the image's base; both in bytes
 *   Bytes     the file's first ones, as many as PE_HEAD_BYTES if it is as long: headers that reach farther are refused
 *   Sources   Microsoft, "PE Format"; UEFI 2.10, "UEFI Images" (§2.1.1) */
#ifndef CORE_PE_H
#define CORE_PE_H

#include "err.h"

enum { PE_HEAD_BYTES = 16 * 1024, PE_MAX_SECTIONS = 96, PE_NAME_BYTES = 9 };

struct pe_section {
	char name[PE_NAME_BYTES]; /* with its NUL; bytes that are no printable ASCII are '?' */
	uint32_t virt, virt_bytes;
	uint32_t at, bytes;       /* in the file */
};

struct pe {
	uint16_t machine;         /* as in the COFF header */
	uint32_t entry;
	uint32_t image_bytes;     /* in memory */
	uint32_t table;           /* of the section headers */
	unsigned section_count;
};

/* Are these the first bytes of a PE image, for whichever machine and system? */
bool pe_is(const uint8_t *bytes, size_t count);

/* An EFI application for the machine HOBNAIL_ARCH_*.
 *   ERR_PE_MAGIC, ERR_PE_ELF        no PE image: value[0] = its first bytes
 *   ERR_PE_HEADERS, ERR_PE_SECTION  cut short: value = where it ends, where it should
 *   ERR_PE_OPTIONAL, ERR_PE_ENTRY   damaged
 *   ERR_PE_32_BIT, ERR_PE_MACHINE   for another processor
 *   ERR_IS_PE, ERR_PE_DRIVER        a program of Windows; a driver */
enum err pe_open(const uint8_t *bytes, size_t count, uint64_t file_bytes, uint32_t arch, struct pe *out,
                 struct problem *p);

/* The section with this index; `bytes` as for pe_open(). */
void pe_section(const uint8_t *bytes, const struct pe *pe, unsigned index, struct pe_section *out);

/* The version of a Linux kernel for x86_64, as its setup header has it: the text's offset in the file; 0: none. */
uint32_t pe_linux_version(const uint8_t *bytes, size_t count);

/* "x86_64", "arm (32 bits)"; of a machine that has no name here "another processor". */
const char *pe_machine_name(uint16_t machine);

#endif
