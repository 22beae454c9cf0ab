#include "elf.h"

/* The header and the program headers. Fields are read by offset, so no pointer of a struct's type exists before the
 * length is known. System V gABI, "ELF Header" and "Program Header".
 *
 * Passed over on purpose:
 *   EI_OSABI, EI_ABIVERSION, e_flags  linkers write several values for the same freestanding code
 *   PT_TLS                            the kernel sets up its own thread storage from its own symbols
 *   PT_PHDR, PT_GNU_STACK, PT_GNU_RELRO and all others
 *   p_offset ≡ p_vaddr modulo p_align a promise to loaders that map files; this one reads */

enum { EI_CLASS = 4, EI_DATA = 5, EI_VERSION = 6 };

enum {
	E_TYPE = 16,
	E_MACHINE = 18,
	E_VERSION = 20,
	E_ENTRY = 24,
	E_PHOFF = 32,
	E_SHOFF = 40,
	E_EHSIZE = 52,
	E_PHENTSIZE = 54,
	E_PHNUM = 56,
	E_SHENTSIZE = 58,
	E_SHNUM = 60,
	E_SHSTRNDX = 62,
};

enum { ET_REL = 1, ET_EXEC = 2, ET_DYN = 3 };

enum { P_TYPE = 0, P_FLAGS = 4, P_OFFSET = 8, P_VADDR = 16, P_PADDR = 24, P_FILESZ = 32, P_MEMSZ = 40, P_ALIGN = 48 };

enum { PT_LOAD = 1, PT_DYNAMIC = 2, PT_INTERP = 3, PT_NOTE = 4 };

#define ELF_MAGIC 0x464c457fu /* 0x7f 'E' 'L' 'F' read as a little-endian number */

/* System V gABI, "ELF Header": machines that common compilers know. */
const char *elf_machine_name(uint64_t machine)
{
	static const struct {
		uint16_t machine;
		const char *name;
	} names[] = {
		{ 3, "32-bit x86" }, { 8, "MIPS" }, { 20, "PowerPC" }, { 21, "64-bit PowerPC" }, { 22, "S/390" },
		{ 40, "32-bit Arm" }, { 43, "SPARC V9" }, { 50, "IA-64" }, { ELF_MACHINE_X86_64, "x86-64" },
		{ ELF_MACHINE_AARCH64, "AArch64" }, { ELF_MACHINE_RISCV, "RISC-V" },
		{ 247, "BPF" }, { 258, "LoongArch" },
	};

	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (names[i].machine == machine)
			return names[i].name;
	return NULL;
}

/* ---- The header ---------------------------------------------------------------------------------------- */

/* Is this an ELF file of the kind read here at all? */
static enum err check_ident(const uint8_t *h, struct problem *p)
{
	if (read_le32(h) != ELF_MAGIC)
		return problem(p, ERR_ELF_MAGIC, read_le32(h));
	if (h[EI_CLASS] == 1)
		return problem_at(p, ERR_ELF_32_BIT, EI_CLASS);
	if (h[EI_CLASS] != 2)
		return problem_at(p, ERR_ELF_CLASS, EI_CLASS, h[EI_CLASS]);
	if (h[EI_DATA] != 1)
		return problem_at(p, ERR_ELF_BYTE_ORDER, EI_DATA, h[EI_DATA]);
	if (h[EI_VERSION] != 1)
		return problem_at(p, ERR_ELF_VERSION, EI_VERSION, h[EI_VERSION]);
	return OK;
}

enum err elf_check_kind(const void *header, uint16_t machine, struct problem *p)
{
	const uint8_t *h = header;
	uint16_t type = read_le16(h + E_TYPE);

	if (read_le16(h + E_MACHINE) != machine)
		return problem_at(p, ERR_ELF_MACHINE, E_MACHINE, read_le16(h + E_MACHINE), machine);
	if (type == ET_REL)
		return problem_at(p, ERR_ELF_NOT_LINKED, E_TYPE, type);
	if (type != ET_EXEC && type != ET_DYN)
		return problem_at(p, ERR_ELF_TYPE, E_TYPE, type);
	if (read_le32(h + E_VERSION) != 1)
		return problem_at(p, ERR_ELF_VERSION, E_VERSION, read_le32(h + E_VERSION));
	return OK;
}

static enum err check_header_size(const uint8_t *h, struct problem *p)
{
	uint16_t bytes = read_le16(h + E_EHSIZE);

	return bytes == ELF_HEADER_BYTES ? OK : problem_at(p, ERR_ELF_HEADER_SIZE, E_EHSIZE, bytes);
}

uint64_t elf_end_of(uint64_t offset, uint64_t bytes)
{
	return sum_fits(offset, bytes) ? offset + bytes : UINT64_MAX;
}

static enum err check_program_table(const uint8_t *h, uint64_t file_bytes, struct problem *p)
{
	uint64_t offset = read_le64(h + E_PHOFF);
	uint16_t count = read_le16(h + E_PHNUM);
	uint64_t bytes = (uint64_t)count * ELF_PROGRAM_HEADER_BYTES;

	if (count == 0 || offset == 0)
		return problem_at(p, ERR_ELF_NO_PHDRS, count ? E_PHOFF : E_PHNUM);
	if (read_le16(h + E_PHENTSIZE) != ELF_PROGRAM_HEADER_BYTES)
		return problem_at(p, ERR_ELF_PHDR_SIZE, E_PHENTSIZE, read_le16(h + E_PHENTSIZE));
	if (count > ELF_MAX_PROGRAM_HEADERS)
		return problem_at(p, ERR_ELF_TOO_MANY_PHDRS, E_PHNUM, count, ELF_MAX_PROGRAM_HEADERS);
	if (!range_within(offset, bytes, file_bytes))
		return problem_at(p, ERR_ELF_PHDRS_PAST_END, E_PHOFF, file_bytes, elf_end_of(offset, bytes));
	return OK;
}

/* Section headers are optional, but headers past the end mean that the file was cut off: no tool writes such a file.
 * e_shnum 0 with a table is the escape for 0xff00 sections and more; it is read as no sections. */
static enum err check_section_table(const uint8_t *h, uint64_t file_bytes, struct problem *p)
{
	uint64_t offset = read_le64(h + E_SHOFF);
	uint64_t bytes = (uint64_t)read_le16(h + E_SHNUM) * ELF_SECTION_HEADER_BYTES;

	if (offset == 0 || bytes == 0)
		return OK;
	if (read_le16(h + E_SHENTSIZE) != ELF_SECTION_HEADER_BYTES)
		return problem_at(p, ERR_ELF_SHDR_SIZE, E_SHENTSIZE, read_le16(h + E_SHENTSIZE));
	if (!range_within(offset, bytes, file_bytes))
		return problem_at(p, ERR_ELF_SHDRS_PAST_END, E_SHOFF, file_bytes, elf_end_of(offset, bytes));
	return OK;
}

/* Every instruction's address is a multiple of this. */
static unsigned instruction_alignment(uint16_t machine)
{
	switch (machine) {
	case ELF_MACHINE_AARCH64: return 4;
	case ELF_MACHINE_RISCV:   return 2;
	default:                  return 1;
	}
}

static enum err check_entry(const uint8_t *h, uint16_t machine, struct problem *p)
{
	uint64_t entry = read_le64(h + E_ENTRY);
	unsigned alignment = instruction_alignment(machine);

	if (!is_aligned(entry, alignment))
		return problem_at(p, ERR_ELF_ENTRY_UNALIGNED, E_ENTRY, entry, alignment);
	return OK;
}

static void read_header(const uint8_t *h, uint64_t file_bytes, struct elf_file *out)
{
	bool sections = read_le64(h + E_SHOFF) != 0 && read_le16(h + E_SHNUM) != 0;
	uint16_t names = read_le16(h + E_SHSTRNDX);

	*out = (struct elf_file){
		.file_bytes = file_bytes,
		.entry = read_le64(h + E_ENTRY),
		.program_headers = read_le64(h + E_PHOFF),
		.section_headers = sections ? read_le64(h + E_SHOFF) : 0,
		.machine = read_le16(h + E_MACHINE),
		.program_header_count = read_le16(h + E_PHNUM),
		.section_header_count = sections ? read_le16(h + E_SHNUM) : 0,
		.section_names = sections && names < read_le16(h + E_SHNUM) ? names : 0,
		.position_independent = read_le16(h + E_TYPE) == ET_DYN,
	};
}

enum err elf_open(const void *bytes, size_t count, uint64_t file_bytes, const struct elf_rules *rules,
                  struct elf_file *out, struct problem *p)
{
	if (count < ELF_HEADER_BYTES || file_bytes < ELF_HEADER_BYTES)
		return problem(p, ERR_ELF_SHORT, min_u64(count, file_bytes));

	enum err e = check_ident(bytes, p);
	if (!e && file_bytes > ELF_MAX_FILE_BYTES) /* after the magic: a disk image is "not ELF", not "too big" */
		e = problem(p, ERR_ELF_TOO_BIG, file_bytes, ELF_MAX_FILE_BYTES);
	if (!e) e = elf_check_kind(bytes, rules->machine, p);
	if (!e) e = check_header_size(bytes, p);
	if (!e) e = check_program_table(bytes, file_bytes, p);
	if (!e) e = check_section_table(bytes, file_bytes, p);
	if (!e) e = check_entry(bytes, rules->machine, p);
	if (!e) read_header(bytes, file_bytes, out);
	return e;
}

/* ---- Program headers ----------------------------------------------------------------------------------- */

struct reader {
	const struct elf_file *file;
	const struct elf_rules *rules;
	struct elf_layout layout;
	uint32_t dynamic_index;
	bool has_dynamic;
	struct problem *p;
};

/* The file offset of a field of program header `index`. */
static uint64_t field_at(const struct reader *r, uint32_t index, unsigned field)
{
	return r->file->program_headers + (uint64_t)index * ELF_PROGRAM_HEADER_BYTES + field;
}

/* Does the header's file range exist? An empty one may lie anywhere: linkers leave .bss past the end. */
static enum err check_file_range(const struct reader *r, const uint8_t *h, uint32_t index)
{
	uint64_t offset = read_le64(h + P_OFFSET);
	uint64_t bytes = read_le64(h + P_FILESZ);

	if (bytes == 0)
		return OK;
	if (!sum_fits(offset, bytes))
		return problem_at(r->p, ERR_ELF_RANGE_WRAPS, field_at(r, index, P_FILESZ), index, offset, bytes);
	if (!range_within(offset, bytes, r->file->file_bytes))
		return problem_at(r->p, ERR_ELF_TRUNCATED, field_at(r, index, P_OFFSET), r->file->file_bytes, index,
		                  offset + bytes);
	return OK;
}

/* Does [virt, virt + memory_bytes), rounded up to pages, end within the address space? A static kernel's low segment
 * goes to its physical address, so that address must not wrap either. All other physical addresses are ignored and
 * may have any value. */
static enum err check_memory_range(const struct reader *r, unsigned i)
{
	const uint64_t last_page = UINT64_MAX - PAGE_BYTES + 1;
	const struct elf_segment *s = &r->layout.segments[i];
	uint64_t name = elf_segment_name(&r->layout, i);
	bool low = s->virt >> 63 == 0 && !r->file->position_independent;

	if (s->file_bytes > s->memory_bytes)
		return problem_at(r->p, ERR_ELF_FILESZ, field_at(r, s->index, P_FILESZ), name, s->file_bytes,
		                  s->memory_bytes);
	if (!range_within(s->virt, s->memory_bytes, last_page))
		return problem_at(r->p, ERR_ELF_SEGMENT_WRAPS, field_at(r, s->index, P_MEMSZ), name, s->virt,
		                  s->memory_bytes);
	if (low && !range_within(s->phys, s->memory_bytes, last_page))
		return problem_at(r->p, ERR_ELF_PHYS_WRAPS, field_at(r, s->index, P_PADDR), name, s->phys,
		                  s->memory_bytes);
	return OK;
}

static enum err check_alignment(const struct reader *r, unsigned i)
{
	const struct elf_segment *s = &r->layout.segments[i];
	uint64_t at = field_at(r, s->index, P_ALIGN), name = elf_segment_name(&r->layout, i);

	if (!is_power_of_two(s->alignment))
		return problem_at(r->p, ERR_ELF_ALIGNMENT, at, name, s->alignment);
	if (s->alignment > ELF_MAX_ALIGNMENT)
		return problem_at(r->p, ERR_ELF_ALIGNMENT_BIG, at, name, s->alignment, ELF_MAX_ALIGNMENT);
	return OK;
}

static enum err check_rights(const struct reader *r, unsigned i)
{
	const struct elf_segment *s = &r->layout.segments[i];
	uint64_t at = field_at(r, s->index, P_FLAGS), name = elf_segment_name(&r->layout, i);
	const uint32_t both = ELF_WRITE | ELF_EXECUTE;

	if (!(s->rights & ELF_READ) && !r->rules->any_rights)
		return problem_at(r->p, ERR_ELF_NOT_READABLE, at, name, s->rights);
	if ((s->rights & both) != both || r->rules->allow_write_execute || r->rules->any_rights)
		return OK;
	/* p_align shows why the linker joined code and data. */
	if (s->alignment > PAGE_BYTES)
		return problem_at(r->p, ERR_ELF_WRITE_EXECUTE_PAGE, at, name, s->virt, s->alignment);
	if (s->alignment < PAGE_BYTES)
		return problem_at(r->p, ERR_ELF_WRITE_EXECUTE_DENSE, at, name, s->virt, s->alignment);
	return problem_at(r->p, ERR_ELF_WRITE_EXECUTE, at, name, s->virt);
}

/* Insert by address: the gABI demands ascending PT_LOADs, but hand-written PHDRS do not always obey. */
static void insert_segment(struct elf_layout *l, const struct elf_segment *s)
{
	unsigned at = l->segment_count++;

	for (; at > 0 && l->segments[at - 1].virt > s->virt; at--)
		l->segments[at] = l->segments[at - 1];
	l->segments[at] = *s;
}

static enum err read_load(struct reader *r, const uint8_t *h, uint32_t index)
{
	struct elf_segment s = {
		.virt = read_le64(h + P_VADDR),
		.phys = read_le64(h + P_PADDR),
		.offset = read_le64(h + P_OFFSET),
		.file_bytes = read_le64(h + P_FILESZ),
		.memory_bytes = read_le64(h + P_MEMSZ),
		.alignment = max_u64(read_le64(h + P_ALIGN), 1), /* 0 and 1: none */
		.rights = read_le32(h + P_FLAGS) & (ELF_READ | ELF_WRITE | ELF_EXECUTE),
		.index = index,
	};

	if (s.memory_bytes == 0 && s.file_bytes == 0)
		return OK;
	if (r->layout.segment_count == ELF_MAX_SEGMENTS)
		return problem_at(r->p, ERR_ELF_TOO_MANY_SEGMENTS, field_at(r, index, P_TYPE), ELF_MAX_SEGMENTS);
	insert_segment(&r->layout, &s);
	return OK;
}

static enum err read_dynamic(struct reader *r, const uint8_t *h, uint32_t index)
{
	if (r->has_dynamic)
		return problem_at(r->p, ERR_ELF_DYNAMIC_TWICE, field_at(r, index, P_TYPE), index);
	r->has_dynamic = true;
	r->dynamic_index = index;
	r->layout.dynamic = (struct span){ read_le64(h + P_VADDR), read_le64(h + P_FILESZ) };
	r->layout.dynamic_offset = read_le64(h + P_OFFSET);
	return OK;
}

static enum err read_note(struct reader *r, const uint8_t *h, uint32_t index)
{
	struct elf_layout *l = &r->layout;

	if (read_le64(h + P_FILESZ) == 0)
		return OK;
	if (l->note_count == ELF_MAX_NOTES)
		return problem_at(r->p, ERR_ELF_TOO_MANY_NOTES, field_at(r, index, P_TYPE), ELF_MAX_NOTES);
	l->notes[l->note_count++] = (struct span){ read_le64(h + P_OFFSET), read_le64(h + P_FILESZ) };
	return OK;
}

static enum err read_program_header(struct reader *r, const uint8_t *h, uint32_t index)
{
	uint32_t type = read_le32(h + P_TYPE);

	if (type == PT_INTERP)
		return problem_at(r->p, ERR_ELF_INTERP, field_at(r, index, P_TYPE), index);
	if (type != PT_LOAD && type != PT_DYNAMIC && type != PT_NOTE)
		return OK;
	enum err e = check_file_range(r, h, index);
	if (e)
		return e;
	switch (type) {
	case PT_LOAD:    return read_load(r, h, index);
	case PT_DYNAMIC: return read_dynamic(r, h, index);
	default:         return read_note(r, h, index);
	}
}

/* ---- What the program headers say together ------------------------------------------------------------- */

/* Segments ascend and do not wrap, so only neighbours can overlap or share a page. */
static enum err check_neighbours(const struct reader *r, unsigned i)
{
	const struct elf_segment *a = &r->layout.segments[i - 1], *b = a + 1;
	uint64_t first = elf_segment_name(&r->layout, i - 1), second = elf_segment_name(&r->layout, i);
	uint64_t at = field_at(r, b->index, P_VADDR);
	uint64_t page = align_down(b->virt, PAGE_BYTES);

	if (b->virt - a->virt < a->memory_bytes)
		return problem_at(r->p, ERR_ELF_OVERLAP, at, first, second, b->virt);
	if (a->rights != b->rights && a->virt + a->memory_bytes > page)
		return problem_at(r->p, ERR_ELF_SHARED_PAGE, at, first, second, page);
	return OK;
}

/* Called when all segments are known: each one's number is final only then. */
static enum err check_segments(struct reader *r)
{
	struct elf_layout *l = &r->layout;
	enum err e = OK;

	if (l->segment_count == 0)
		return problem_at(r->p, ERR_ELF_NO_LOAD, r->file->program_headers);
	for (unsigned i = 0; !e && i < l->segment_count; i++) {
		e = check_memory_range(r, i);
		if (!e) e = check_alignment(r, i);
		if (!e) e = check_rights(r, i); /* with p_align as it is */
		l->segments[i].alignment = max_u64(l->segments[i].alignment, PAGE_BYTES);
	}
	for (unsigned i = 1; !e && i < l->segment_count; i++)
		e = check_neighbours(r, i);
	return e;
}

static enum err check_entry_segment(const struct reader *r)
{
	uint64_t entry = r->file->entry;

	for (unsigned i = 0; i < r->layout.segment_count; i++) {
		const struct elf_segment *s = &r->layout.segments[i];
		if (entry < s->virt || entry - s->virt >= s->memory_bytes)
			continue;
		if (!(s->rights & ELF_EXECUTE))
			return problem_at(r->p, ERR_ELF_ENTRY_NOT_CODE, E_ENTRY, entry, elf_segment_name(&r->layout, i),
			                  s->rights);
		if (s->file_bytes == 0)
			return problem_at(r->p, ERR_ELF_DEBUG_FILE, field_at(r, s->index, P_FILESZ), entry,
			                  elf_segment_name(&r->layout, i));
		if (entry - s->virt >= s->file_bytes)
			return problem_at(r->p, ERR_ELF_ENTRY_EMPTY, E_ENTRY, entry, elf_segment_name(&r->layout, i));
		/* The linker writes 0 when it knows no entry. 0 can also be a real entry, but not where the ELF
		 * header lies. */
		if (entry == 0 && s->offset < ELF_HEADER_BYTES)
			return problem_at(r->p, ERR_ELF_ENTRY_ZERO, E_ENTRY);
		return OK;
	}
	return problem_at(r->p, entry ? ERR_ELF_ENTRY_OUTSIDE : ERR_ELF_ENTRY_ZERO, E_ENTRY, entry);
}

/* Do address and file offset of PT_DYNAMIC name the same bytes of one segment? */
static bool dynamic_lies_in(const struct elf_layout *l, const struct elf_segment *s)
{
	uint64_t within = l->dynamic.base - s->virt;

	return l->dynamic.base >= s->virt && range_within(within, l->dynamic.bytes, s->file_bytes) &&
	       l->dynamic_offset == s->offset + within;
}

static enum err check_dynamic(const struct reader *r)
{
	const struct elf_layout *l = &r->layout;

	if (l->dynamic.bytes == 0) {
		if (r->file->position_independent)
			return problem_at(r->p, ERR_ELF_NO_DYNAMIC, E_TYPE);
		return OK;
	}
	for (unsigned i = 0; i < l->segment_count; i++)
		if (dynamic_lies_in(l, &l->segments[i]))
			return OK;
	return problem_at(r->p, ERR_ELF_DYNAMIC_OUTSIDE, field_at(r, r->dynamic_index, P_VADDR), l->dynamic.base,
	                  l->dynamic.bytes);
}

enum err elf_segments(const struct elf_file *file, const void *table, const struct elf_rules *rules,
                      struct elf_layout *out, struct problem *p)
{
	struct reader r = { .file = file, .rules = rules, .p = p };
	const uint8_t *h = table;
	enum err e = OK;

	for (uint32_t i = 0; !e && i < file->program_header_count; i++)
		e = read_program_header(&r, h + (size_t)i * ELF_PROGRAM_HEADER_BYTES, i);
	if (!e) e = check_segments(&r);
	if (!e) e = check_entry_segment(&r);
	if (!e) e = check_dynamic(&r);
	if (!e) *out = r.layout;
	return e;
}

unsigned elf_note_ranges(const struct elf_file *file, const void *table, struct span *out)
{
	unsigned count = 0;

	for (uint32_t i = 0; i < file->program_header_count && count < ELF_MAX_NOTES; i++) {
		const uint8_t *h = (const uint8_t *)table + (size_t)i * ELF_PROGRAM_HEADER_BYTES;
		struct span range = { read_le64(h + P_OFFSET), read_le64(h + P_FILESZ) };

		if (read_le32(h + P_TYPE) == PT_NOTE && range_within(range.base, range.bytes, file->file_bytes))
			out[count++] = range;
	}
	return count;
}
