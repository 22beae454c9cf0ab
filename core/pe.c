#include "pe.h"

#include <string.h>

#include <hobnail/boot.h>

/* "MS-DOS Stub", "COFF File Header", "Optional Header", "Section Table (Section Headers)". Offsets of fields count
 * from the signature, or from the beginning of a section header. */
enum {
	LFANEW_AT = 0x3c,
	SIGNATURE_BYTES = 4,
	MACHINE_AT = 4, SECTIONS_AT = 6, OPTIONAL_BYTES_AT = 20,
	OPTIONAL_AT = 24, MAGIC_AT = OPTIONAL_AT, ENTRY_AT = OPTIONAL_AT + 16, IMAGE_BYTES_AT = OPTIONAL_AT + 56,
	SUBSYSTEM_AT = OPTIONAL_AT + 68,
	OPTIONAL_LEAST = 112, /* up to the data directories */
	SECTION_BYTES = 40, NAME_BYTES = 8,
	PE32 = 0x10b, PE32_PLUS = 0x20b,
};

/* "Windows Subsystem" */
enum { EFI_APPLICATION = 10, EFI_BOOT_DRIVER = 11, EFI_RUNTIME_DRIVER = 12, EFI_ROM = 13 };

/* "Machine Types" */
static const struct { uint16_t machine; const char *name; uint32_t arch; } machines[] = {
	{ 0x8664, "x86_64", HOBNAIL_ARCH_X86_64 },
	{ 0xaa64, "aarch64", HOBNAIL_ARCH_AARCH64 },
	{ 0x5064, "riscv64", HOBNAIL_ARCH_RISCV64 },
	{ 0x014c, "x86 (32 bits)", 0 },
	{ 0x01c2, "arm (32 bits)", 0 },
	{ 0x01c4, "arm (32 bits)", 0 },
	{ 0x5032, "riscv32", 0 },
	{ 0x6264, "loongarch64", 0 },
	{ 0x6232, "loongarch32", 0 },
	{ 0x0200, "Itanium", 0 },
	{ 0x0ebc, "EFI byte code", 0 },
};

const char *pe_machine_name(uint16_t machine)
{
	for (size_t i = 0; i < COUNT_OF(machines); i++)
		if (machines[i].machine == machine)
			return machines[i].name;
	return "another processor";
}

static const char *arch_named(uint32_t arch)
{
	for (size_t i = 0; i < COUNT_OF(machines); i++)
		if (machines[i].arch == arch)
			return machines[i].name;
	return "another processor";
}

static bool is_for(uint16_t machine, uint32_t arch)
{
	for (size_t i = 0; i < COUNT_OF(machines); i++)
		if (machines[i].machine == machine)
			return machines[i].arch == arch;
	return false;
}

/* The offset of the signature; 0: none. */
static uint32_t find_signature(const uint8_t *b, size_t count)
{
	if (count < LFANEW_AT + 4 || memcmp(b, "MZ", 2) != 0)
		return 0;
	uint32_t at = read_le32(b + LFANEW_AT);
	return range_within(at, SIGNATURE_BYTES, count) && memcmp(b + at, "PE\0", SIGNATURE_BYTES) == 0 ? at : 0;
}

bool pe_is(const uint8_t *bytes, size_t count)
{
	return find_signature(bytes, count);
}

static enum err no_pe(const uint8_t *b, size_t count, struct problem *p)
{
	if (count >= 4 && memcmp(b, "\177ELF", 4) == 0)
		return problem(p, ERR_PE_ELF);
	return problem(p, ERR_PE_MAGIC, count < 4 ? 0 : read_le32(b));
}

/* A machine comes before a subsystem: a program for Windows on another processor is not for this one either. */
static enum err check_kind(const uint8_t *header, uint32_t arch, struct problem *p)
{
	uint16_t machine = read_le16(header + MACHINE_AT), subsystem = read_le16(header + SUBSYSTEM_AT);
	bool is_efi = subsystem >= EFI_APPLICATION && subsystem <= EFI_ROM;
	enum err e = OK;

	if (!is_efi)
		return problem(p, ERR_IS_PE);
	if (read_le16(header + MAGIC_AT) == PE32)
		e = problem(p, ERR_PE_32_BIT);
	else if (!is_for(machine, arch))
		e = problem(p, ERR_PE_MACHINE, machine);
	else if (subsystem != EFI_APPLICATION)
		e = problem(p, ERR_PE_DRIVER, subsystem);
	if (e && p) {
		p->text[0] = pe_machine_name(machine);
		p->text[1] = arch_named(arch);
	}
	return e;
}

/* EDK2 and U-Boot load and run a file that is cut short. */
static enum err check_sections(const uint8_t *b, const struct pe *pe, uint64_t file_bytes, struct problem *p)
{
	for (unsigned i = 0; i < pe->section_count; i++) {
		struct pe_section s;
		pe_section(b, pe, i, &s);
		if (s.bytes && !range_within(s.at, s.bytes, file_bytes))
			return problem(p, ERR_PE_SECTION, i, (uint64_t)s.at + s.bytes, file_bytes);
	}
	return OK;
}

enum err pe_open(const uint8_t *bytes, size_t count, uint64_t file_bytes, uint32_t arch, struct pe *out,
                 struct problem *p)
{
	uint32_t at = find_signature(bytes, count);

	if (!at)
		return no_pe(bytes, count, p);
	if (!range_within(at, OPTIONAL_AT + OPTIONAL_LEAST, count))
		return problem(p, ERR_PE_HEADERS, (uint64_t)at + OPTIONAL_AT + OPTIONAL_LEAST, count);
	const uint8_t *header = bytes + at;
	uint16_t optional = read_le16(header + OPTIONAL_BYTES_AT), magic = read_le16(header + MAGIC_AT);
	if (optional < SUBSYSTEM_AT + 2 - OPTIONAL_AT)
		return problem_at(p, ERR_PE_OPTIONAL, at + OPTIONAL_AT, optional, magic);
	enum err e = check_kind(header, arch, p);
	if (e)
		return e;
	if (magic != PE32_PLUS)
		return problem_at(p, ERR_PE_OPTIONAL, at + OPTIONAL_AT, optional, magic);
	struct pe pe = {
		.machine = read_le16(header + MACHINE_AT), .entry = read_le32(header + ENTRY_AT),
		.image_bytes = read_le32(header + IMAGE_BYTES_AT), .table = at + OPTIONAL_AT + optional,
		.section_count = read_le16(header + SECTIONS_AT),
	};
	uint64_t end = pe.table + (uint64_t)pe.section_count * SECTION_BYTES;
	if (pe.section_count > PE_MAX_SECTIONS || end > count)
		return problem(p, ERR_PE_HEADERS, end, count);
	if (!pe.entry || pe.entry >= pe.image_bytes)
		return problem_at(p, ERR_PE_ENTRY, at + ENTRY_AT, pe.entry, pe.image_bytes);
	e = check_sections(bytes, &pe, file_bytes, p);
	if (!e)
		*out = pe;
	return e;
}

void pe_section(const uint8_t *bytes, const struct pe *pe, unsigned index, struct pe_section *out)
{
	const uint8_t *s = bytes + pe->table + index * SECTION_BYTES;

	memset(out->name, 0, sizeof out->name);
	for (unsigned i = 0; i < NAME_BYTES && s[i]; i++)
		out->name[i] = s[i] >= ' ' && s[i] < 0x7f ? (char)s[i] : '?';
	out->virt_bytes = read_le32(s + 8);
	out->virt = read_le32(s + 12);
	out->bytes = read_le32(s + 16);
	out->at = read_le32(s + 20);
}

/* Linux, "The Linux/x86 Boot Protocol": the magic number is at 0x202; kernel_version at 0x20e counts from 0x200. */
uint32_t pe_linux_version(const uint8_t *bytes, size_t count)
{
	if (count < 0x210 || memcmp(bytes + 0x202, "HdrS", 4) != 0 || !read_le16(bytes + 0x20e))
		return 0;
	uint32_t at = 0x200u + read_le16(bytes + 0x20e);
	return at < count ? at : 0;
}
