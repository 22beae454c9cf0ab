/* doubts_relocations.c — relocations of a position-independent kernel: those that change code, and all those that the
 * loader does not know, by kind and symbol. */
#include <stdio.h>
#include <string.h>

#include "subject.h"

#define LL(n) ((unsigned long long)(n))

/* System V gABI, "Dynamic Section"; AMD64 Supplement, "Relocation Types"; ELF for the Arm 64-bit Architecture,
 * "Dynamic relocations". */
enum { DT_STRTAB = 5, DT_SYMTAB = 6, DT_STRSZ = 10, TYPE_NONE = 0 };

static const struct {
	uint16_t machine;
	uint32_t type;
	const char *name;
} kinds[] = {
	{ ELF_MACHINE_X86_64, 1, "R_X86_64_64" }, { ELF_MACHINE_X86_64, 2, "R_X86_64_PC32" },
	{ ELF_MACHINE_X86_64, 5, "R_X86_64_COPY" }, { ELF_MACHINE_X86_64, 6, "R_X86_64_GLOB_DAT" },
	{ ELF_MACHINE_X86_64, 7, "R_X86_64_JUMP_SLOT" }, { ELF_MACHINE_X86_64, 10, "R_X86_64_32" },
	{ ELF_MACHINE_X86_64, 16, "R_X86_64_DTPMOD64" }, { ELF_MACHINE_X86_64, 17, "R_X86_64_DTPOFF64" },
	{ ELF_MACHINE_X86_64, 18, "R_X86_64_TPOFF64" }, { ELF_MACHINE_X86_64, 37, "R_X86_64_IRELATIVE" },
	{ ELF_MACHINE_AARCH64, 257, "R_AARCH64_ABS64" }, { ELF_MACHINE_AARCH64, 1024, "R_AARCH64_COPY" },
	{ ELF_MACHINE_AARCH64, 1025, "R_AARCH64_GLOB_DAT" }, { ELF_MACHINE_AARCH64, 1026, "R_AARCH64_JUMP_SLOT" },
	{ ELF_MACHINE_AARCH64, 1030, "R_AARCH64_TLS_TPREL64" }, { ELF_MACHINE_AARCH64, 1032, "R_AARCH64_IRELATIVE" },
};

struct relocations {
	struct subject *subject;
	struct elf_dynamic dynamic;
	uint64_t symbols, names, name_bytes; /* of .dynsym; 0: none */
	uint64_t changed; /* in code */
	uint64_t first;   /* ... place of the first */
};

static const char *kind_name(uint16_t machine, uint32_t type, char out[16])
{
	for (size_t i = 0; i < COUNT_OF(kinds); i++)
		if (kinds[i].machine == machine && kinds[i].type == type)
			return kinds[i].name;
	snprintf(out, 16, "type %u", type);
	return out;
}

/* "" if it cannot be read. */
static const char *symbol_name(const struct relocations *r, uint32_t index)
{
	uint64_t left, name_left;
	const uint8_t *symbol = subject_at(r->subject, r->symbols + index * (uint64_t)ELF_SYMBOL_BYTES, &left);

	if (!index || !r->symbols || !symbol || left < ELF_SYMBOL_BYTES || read_le32(symbol) >= r->name_bytes)
		return "";
	const uint8_t *name = subject_at(r->subject, r->names + read_le32(symbol), &name_left);
	return name && memchr(name, 0, name_left) ? (const char *)name : "";
}

static void look_at_place(struct relocations *r, uint64_t place)
{
	const struct elf_segment *segment = subject_segment(r->subject, place);

	if (segment && segment->rights & ELF_EXECUTE && !r->changed++)
		r->first = place;
}

static void look_at_entry(struct relocations *r, const uint8_t *entry)
{
	uint16_t machine = r->subject->file->machine;
	uint32_t relative = machine == ELF_MACHINE_X86_64 ? 8 : 1027, type = read_le32(entry + 8);
	char text[16];

	if (type == relative)
		look_at_place(r, read_le64(entry));
	if (type == relative || type == TYPE_NONE)
		return;
	const char *name = symbol_name(r, read_le32(entry + 12));
	findings_add(&r->subject->c->findings, DOUBT_RELOCATION_UNKNOWN, (uint64_t)(entry - r->subject->bytes),
	             "the relocation of 0x%llx is %s%s%s, which the loader does not know", LL(read_le64(entry)),
	             kind_name(machine, type, text), *name ? " for the symbol " : "", name);
}

static void look_at_table(struct relocations *r, const struct span *table)
{
	uint64_t left;
	const uint8_t *at = subject_at(r->subject, table->base, &left);

	for (uint64_t done = 0; at && done + ELF_RELA_BYTES <= min_u64(table->bytes, left); done += ELF_RELA_BYTES)
		look_at_entry(r, at + done);
}

static void find_symbols(struct relocations *r, const uint8_t *dynamic, uint64_t bytes)
{
	for (uint64_t at = 0; at + 16 <= bytes && read_le64(dynamic + at); at += 16) {
		uint64_t tag = read_le64(dynamic + at), value = read_le64(dynamic + at + 8);
		if (tag == DT_SYMTAB)
			r->symbols = value;
		if (tag == DT_STRTAB)
			r->names = value;
		if (tag == DT_STRSZ)
			r->name_bytes = value;
	}
}

void doubts_of_relocations(struct subject *s)
{
	const struct elf_layout *layout = s->layout;
	const uint8_t *dynamic = s->bytes + layout->dynamic_offset;
	struct relocations r = { .subject = s };

	if (!s->file->position_independent || !layout->dynamic.bytes ||
	    elf_dynamic(layout, dynamic, layout->dynamic.bytes, &r.dynamic, NULL))
		return;
	find_symbols(&r, dynamic, layout->dynamic.bytes);
	look_at_table(&r, &r.dynamic.rela);
	look_at_table(&r, &r.dynamic.plt);
	if (r.changed)
		findings_add(&s->c->findings, DOUBT_CODE_RELOCATED, 0, "%llu relocation%s code, the first at 0x%llx",
		             LL(r.changed), r.changed == 1 ? " changes" : "s change", LL(r.first));
}
