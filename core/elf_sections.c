#include "elf.h"

#include <string.h>

/* Sections: System V gABI, "Section Header"; symbols: "Symbol Table". */

enum { SH_NAME = 0, SH_TYPE = 4, SH_ADDR = 16, SH_OFFSET = 24, SH_SIZE = 32, SH_LINK = 40, SH_ENTSIZE = 56 };

enum { SHT_SYMTAB = 2, SHT_STRTAB = 3, SHT_NOTE = 7 };

struct section_reader {
	const struct elf_file *file;
	const struct elf_layout *layout;
	const uint8_t *table;
	struct elf_sections found;
	struct problem *p;
};

static const uint8_t *header_of(const struct section_reader *r, uint32_t index)
{
	return r->table + (size_t)index * ELF_SECTION_HEADER_BYTES;
}

static uint64_t section_field_at(const struct section_reader *r, uint32_t index, unsigned field)
{
	return r->file->section_headers + (uint64_t)index * ELF_SECTION_HEADER_BYTES + field;
}

/* The file range of a section whose bytes are in the file. */
static enum err section_range(const struct section_reader *r, uint32_t index, struct span *out)
{
	const uint8_t *h = header_of(r, index);
	uint64_t offset = read_le64(h + SH_OFFSET);
	uint64_t bytes = read_le64(h + SH_SIZE);

	if (!range_within(offset, bytes, r->file->file_bytes))
		return problem_at(r->p, ERR_ELF_SECTION_RANGE, section_field_at(r, index, SH_OFFSET), index,
		                  sum_fits(offset, bytes) ? offset + bytes : UINT64_MAX, r->file->file_bytes);
	*out = (struct span){ offset, bytes };
	return OK;
}

static enum err read_symbol_table(struct section_reader *r, uint32_t index)
{
	const uint8_t *h = header_of(r, index);
	uint32_t names = read_le32(h + SH_LINK);
	struct span symbols, strings;

	if (read_le64(h + SH_ENTSIZE) != ELF_SYMBOL_BYTES || names >= r->file->section_header_count ||
	    read_le32(header_of(r, names) + SH_TYPE) != SHT_STRTAB)
		return problem_at(r->p, ERR_ELF_SYMBOLS, section_field_at(r, index, SH_ENTSIZE), index,
		                  read_le64(h + SH_ENTSIZE), names);
	enum err e = section_range(r, index, &symbols);
	if (!e) e = section_range(r, names, &strings);
	if (e)
		return e;
	r->found.symbols = symbols;
	r->found.symbol_names = strings;
	return OK;
}

static bool is_in_program_note(const struct elf_layout *layout, struct span section)
{
	for (unsigned i = 0; i < layout->note_count; i++) {
		struct span n = layout->notes[i];
		if (section.base >= n.base && range_within(section.base - n.base, section.bytes, n.bytes))
			return true;
	}
	return false;
}

static enum err read_note_section(struct section_reader *r, uint32_t index)
{
	struct span range;
	enum err e = section_range(r, index, &range);

	if (e || range.bytes == 0 || is_in_program_note(r->layout, range) ||
	    r->found.note_count == ELF_MAX_NOTE_SECTIONS)
		return e;
	r->found.notes[r->found.note_count++] = range;
	return OK;
}

enum err elf_sections(const struct elf_file *file, const struct elf_layout *layout, const void *table,
                      struct elf_sections *out, struct problem *p)
{
	struct section_reader r = { .file = file, .layout = layout, .table = table, .p = p };
	enum err e = OK;

	for (uint32_t i = 0; !e && i < file->section_header_count; i++) {
		uint32_t type = read_le32(header_of(&r, i) + SH_TYPE);
		if (type == SHT_SYMTAB)
			e = read_symbol_table(&r, i);
		else if (type == SHT_NOTE)
			e = read_note_section(&r, i);
	}
	if (!e) *out = r.found;
	return e;
}

bool elf_section_named(const struct elf_file *file, const void *table, const void *names, uint64_t name_bytes,
                       const char *name, struct span *out)
{
	const uint8_t *h = table;
	uint64_t length = strlen(name) + 1;

	for (uint32_t i = 0; i < file->section_header_count; i++, h += ELF_SECTION_HEADER_BYTES)
		if (range_within(read_le32(h + SH_NAME), length, name_bytes) &&
		    memcmp((const char *)names + read_le32(h + SH_NAME), name, length) == 0) {
			*out = (struct span){ read_le64(h + SH_ADDR), read_le64(h + SH_SIZE) };
			return true;
		}
	return false;
}

/* ---- Symbols ------------------------------------------------------------------------------------------- */

enum { ST_NAME = 0, ST_INFO = 4, ST_SHNDX = 6, ST_VALUE = 8 };

enum { STT_NOTYPE = 0, STT_OBJECT = 1, STT_FUNC = 2 };

enum { SHN_UNDEF = 0, SHN_LORESERVE = 0xff00 };

/* Bytes of the name table up to and with its last NUL: a name that begins there also ends there. The NUL is searched
 * once, and not from each name on: a table without NULs would cost its size for every symbol. */
static uint64_t ended_bytes(const char *names, uint64_t name_bytes)
{
	while (name_bytes && names[name_bytes - 1])
		name_bytes--;
	return name_bytes;
}

/* The symbol's name if it is one worth reporting and ends inside the table, else NULL. Names with '$' are the mapping
 * symbols of aarch64 and riscv ("$x", "$d"): marks for disassemblers. */
static const char *name_of(const uint8_t *symbol, const char *names, uint64_t ended)
{
	uint32_t offset = read_le32(symbol + ST_NAME);

	if (offset >= ended)
		return NULL;
	const char *name = names + offset;
	if (name[0] == 0 || name[0] == '$')
		return NULL;
	return name;
}

/* Functions or objects, and labels of assembly, which have no type. Symbols of linker scripts have none either, so a
 * symbol with the type wins against a label at the same address. */
static bool is_of_type(const uint8_t *symbol, unsigned wanted)
{
	unsigned type = symbol[ST_INFO] & 0xf;
	unsigned section = read_le16(symbol + ST_SHNDX);

	return (type == wanted || type == STT_NOTYPE) && section != SHN_UNDEF && section < SHN_LORESERVE;
}

static bool nearest(const void *symbols, uint64_t symbol_bytes, const char *names, uint64_t name_bytes, unsigned type,
                    uint64_t address, const char **name, uint64_t *distance)
{
	uint64_t ended = ended_bytes(names, name_bytes);
	const char *best = NULL;
	uint64_t least = UINT64_MAX;

	for (uint64_t at = 0; symbol_bytes - at >= ELF_SYMBOL_BYTES; at += ELF_SYMBOL_BYTES) {
		const uint8_t *s = (const uint8_t *)symbols + at;
		uint64_t value = read_le64(s + ST_VALUE);
		bool typed = (s[ST_INFO] & 0xf) == type;

		if (!is_of_type(s, type) || value > address || address - value > least ||
		    (best && address - value == least && !typed))
			continue;
		const char *candidate = name_of(s, names, ended);
		if (candidate) {
			best = candidate;
			least = address - value;
		}
	}
	if (!best)
		return false;
	*name = best;
	*distance = least;
	return true;
}

bool elf_symbol_at(const void *symbols, uint64_t symbol_bytes, const char *names, uint64_t name_bytes, uint64_t address,
                   const char **name, uint64_t *distance)
{
	return nearest(symbols, symbol_bytes, names, name_bytes, STT_FUNC, address, name, distance);
}

bool elf_object_at(const void *symbols, uint64_t symbol_bytes, const char *names, uint64_t name_bytes, uint64_t address,
                   const char **name, uint64_t *distance)
{
	return nearest(symbols, symbol_bytes, names, name_bytes, STT_OBJECT, address, name, distance);
}
