/* doubts_file.c — entry point, program headers, sections and symbols. */
#include <string.h>

#include "subject.h"

#define LL(n) ((unsigned long long)(n))

/* ---- The entry point ---------------------------------------------------------------------------------------- */

enum { ENTRY_AT = 24, ZEROS = 16 };

static void look_at_first_bytes(struct subject *s)
{
	static const uint8_t zeros[ZEROS];
	uint64_t left;
	const uint8_t *at = subject_at(s, s->file->entry, &left);

	if (at && memcmp(at, zeros, min_u64(left, ZEROS)) == 0)
		findings_add(&s->c->findings, DOUBT_ENTRY_ZEROS, ENTRY_AT,
		             "the entry point 0x%llx holds zeros: %llu bytes of them at least", LL(s->file->entry),
		             LL(min_u64(left, ZEROS)));
}

/* A label of assembly is as good as a function's beginning. */
static void look_for_entry_symbol(struct subject *s)
{
	struct symbol y, around = { 0 };

	for (size_t i = 1; i < s->symbol_count; i++) {
		if (!subject_symbol(s, i, &y) || y.section == SYMBOL_UNDEFINED)
			continue;
		if (y.value == s->file->entry && y.type <= SYMBOL_FUNCTION && *y.name)
			return;
		if (y.type == SYMBOL_FUNCTION && s->file->entry - y.value < y.bytes)
			around = y;
	}
	if (around.name)
		findings_add(&s->c->findings, DOUBT_ENTRY_INSIDE, ENTRY_AT,
		             "the entry point 0x%llx lies %llu bytes into the function %s, which begins at 0x%llx",
		             LL(s->file->entry), LL(s->file->entry - around.value), around.name, LL(around.value));
}

/* ---- Program headers ---------------------------------------------------------------------------------------- */

/* System V gABI, "Program Header"; Linux Standard Base, "Program Header". */
enum { PT_TLS = 7, PT_GNU_STACK = 0x6474e551, PT_GNU_RELRO = 0x6474e552 };

static bool is_writable(const struct subject *s, uint64_t address)
{
	const struct elf_segment *segment = subject_segment(s, address);

	return segment && segment->rights & ELF_WRITE;
}

static void look_at_program_header(struct subject *s, unsigned i)
{
	const uint8_t *h = subject_program_header(s, i);
	uint64_t at = (uint64_t)(h - s->bytes), address = read_le64(h + 16), bytes = read_le64(h + 40);
	struct findings *f = &s->c->findings;

	switch (read_le32(h)) {
	case PT_TLS:
		if (bytes)
			findings_add(f, DOUBT_TLS, at,
			             "program header %u is PT_TLS: %llu bytes of thread-local variables", i, LL(bytes));
		break;
	case PT_GNU_STACK:
		if (read_le32(h + 4) & ELF_EXECUTE)
			findings_add(f, DOUBT_STACK_EXECUTABLE, at + 4,
			             "program header %u, PT_GNU_STACK, asks for an executable stack (p_flags %u)", i,
			             read_le32(h + 4));
		break;
	case PT_GNU_RELRO:
		if (bytes && is_writable(s, address))
			findings_add(f, DOUBT_RELRO, at,
			             "program header %u, PT_GNU_RELRO, wants 0x%llx with 0x%llx bytes to be "
			             "read-only; its segment is writable",
			             i, LL(address), LL(bytes));
		break;
	}
}

/* A physical address that somebody chose: neither the virtual one nor none. */
static void look_at_load_address(struct subject *s, const struct elf_segment *segment)
{
	bool is_upper = segment->virt >> 63;

	if (is_upper && segment->phys != segment->virt && segment->phys)
		findings_add(&s->c->findings, DOUBT_LOAD_ADDRESS_IGNORED,
		             s->file->program_headers + segment->index * (uint64_t)ELF_PROGRAM_HEADER_BYTES + 24,
		             "program header %u, at 0x%llx in the upper half, has the physical address 0x%llx",
		             segment->index, LL(segment->virt), LL(segment->phys));
}

/* Zeros that nobody can change. */
static bool is_guard(const struct elf_segment *segment)
{
	return !segment->file_bytes && !(segment->rights & (ELF_WRITE | ELF_EXECUTE));
}

static void look_for_guard(struct subject *s, const struct elf_segment *segment)
{
	if (is_guard(segment))
		findings_add(&s->c->findings, DOUBT_GUARD,
		             s->file->program_headers + segment->index * (uint64_t)ELF_PROGRAM_HEADER_BYTES,
		             "program header %u, at 0x%llx with 0x%llx bytes, is read-only and has no bytes in "
		             "the file",
		             segment->index, LL(segment->virt), LL(segment->memory_bytes));
}

/* ---- Sections ----------------------------------------------------------------------------------------------- */

/* Data that only relocations write: linker scripts put it into read-only segments on purpose. */
static bool is_constant_in_the_end(const char *name)
{
	static const char *const names[] = {
		".data.rel.ro", ".dynamic", ".got", ".init_array", ".fini_array", ".preinit_array", ".ctors", ".dtors",
		".relro_padding", ".eh_frame", ".gcc_except_table", ".tdata",
	};

	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (strncmp(name, names[i], strlen(names[i])) == 0)
			return true;
	return false;
}

/* Is there a function in section i? A section made of data by the linker script may have the flags of its neighbour.
 * Without symbols the flags are believed. */
static bool has_function(const struct subject *s, unsigned i)
{
	struct symbol y;

	for (size_t k = 1; k < s->symbol_count; k++)
		if (subject_symbol(s, k, &y) && y.section == i && y.type == SYMBOL_FUNCTION)
			return true;
	return !s->symbols;
}

static void look_at_section(struct subject *s, unsigned i, const struct section *is)
{
	const struct elf_segment *segment = subject_segment(s, is->address);
	struct findings *f = &s->c->findings;

	if (!(is->flags & SHF_ALLOC) || !is->bytes || is->flags & SHF_TLS)
		return;
	if (!segment) {
		if (is->type != SHT_NOTE) /* notes are read from the file */
			findings_add(f, DOUBT_SECTION_OUTSIDE, is->at,
			             "section %s at 0x%llx with 0x%llx bytes is to be in memory (SHF_ALLOC), and "
			             "no PT_LOAD has it",
			             is->name, LL(is->address), LL(is->bytes));
	} else if (is->flags & SHF_EXECINSTR && !(segment->rights & ELF_EXECUTE) && has_function(s, i)) {
		findings_add(f, DOUBT_SECTION_NOT_CODE, is->at,
		             "section %s at 0x%llx has code, and program header %u is not executable (p_flags %u)",
		             is->name, LL(is->address), segment->index, segment->rights);
	} else if (is->flags & SHF_WRITE && !(segment->rights & ELF_WRITE) && !is_guard(segment) &&
	           !is_constant_in_the_end(is->name)) {
		findings_add(f, DOUBT_SECTION_READ_ONLY, is->at,
		             "section %s at 0x%llx has variables, and program header %u is read-only (p_flags %u)",
		             is->name, LL(is->address), segment->index, segment->rights);
	}
}

/* ---- Symbols ------------------------------------------------------------------------------------------------ */

/* A weak symbol may be undefined on purpose. */
static void look_for_undefined(struct subject *s)
{
	struct symbol y;

	for (size_t i = 1; i < s->symbol_count; i++)
		if (subject_symbol(s, i, &y) && y.section == SYMBOL_UNDEFINED && y.binding == SYMBOL_GLOBAL && *y.name)
			findings_add(&s->c->findings, DOUBT_SYMBOL_UNDEFINED, y.at, "the symbol %s is undefined",
			             y.name);
}

static void look_at_symbols(struct subject *s)
{
	if (!s->symbols)
		findings_add(&s->c->findings, DOUBT_NO_SYMBOLS, 0, "there are no symbols");
	look_for_undefined(s);
}

void doubts_of_file(struct subject *s)
{
	struct section section;

	look_at_first_bytes(s);
	look_for_entry_symbol(s);
	for (unsigned i = 0; i < s->file->program_header_count; i++)
		look_at_program_header(s, i);
	for (unsigned i = 0; i < s->layout->segment_count; i++) {
		look_at_load_address(s, &s->layout->segments[i]);
		look_for_guard(s, &s->layout->segments[i]);
	}
	for (unsigned i = 1; i < s->file->section_header_count; i++)
		if (subject_section(s, i, &section))
			look_at_section(s, i, &section);
	look_at_symbols(s);
}
