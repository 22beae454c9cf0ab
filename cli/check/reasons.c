/* reasons.c — all reasons why a kernel is refused. The loader stops at the first one. Here that one is removed from
 * the bytes that are read, and the loader's own code looks again; as long as a reason can be removed so that it
 * changes nothing else that is judged. */
#include <string.h>

#include "check.h"

enum { MOST_REASONS = 12 };

/* System V gABI, "ELF Header", "Program Header", "Note Section", "Dynamic Section". */
enum {
	AT_ENTRY = 24, PHDR_FLAGS = 4, PHDR_VADDR = 16, PHDR_FILESZ = 32, TYPE_LOAD = 1,
	NOTE_TYPE_BEFORE_VALUE = 4 + 8 /* the name: "Hobnail" */, TAG_DEBUG = 21,
};

/* A type of notes that nobody has, and that is not required. */
#define UNKNOWN_REQUEST 0x7fffffffu

static bool patch(struct check *c, uint64_t at, uint64_t value, unsigned count)
{
	if (c->patch_count == CHECK_MOST_PATCHES)
		return false;
	c->patches[c->patch_count++] = (struct patch){ at, value, count };
	return true;
}

/* ---- Reasons of the file ------------------------------------------------------------------------------------ */

static bool read_header(struct check *c, uint64_t table, unsigned i, uint8_t out[ELF_PROGRAM_HEADER_BYTES])
{
	return check_bytes(c, table + i * (uint64_t)ELF_PROGRAM_HEADER_BYTES, out, ELF_PROGRAM_HEADER_BYTES);
}

/* The entry becomes the beginning of the first code that the file has. */
static bool move_entry(struct check *c)
{
	uint8_t head[ELF_HEADER_BYTES], h[ELF_PROGRAM_HEADER_BYTES];

	if (!check_bytes(c, 0, head, sizeof head))
		return false;
	for (unsigned i = 0; i < read_le16(head + 56) && read_header(c, read_le64(head + 32), i, h); i++) {
		bool is_code = read_le32(h) == TYPE_LOAD && read_le32(h + PHDR_FLAGS) & ELF_EXECUTE;
		if (is_code && read_le64(h + PHDR_FILESZ) && is_aligned(read_le64(h + PHDR_VADDR), 4))
			return patch(c, AT_ENTRY, read_le64(h + PHDR_VADDR), 8);
	}
	return false;
}

/* Two segments that share a page get the same rights: code's, if either has code. */
static bool join_rights(struct check *c, const struct problem *p)
{
	uint8_t head[ELF_HEADER_BYTES], h[ELF_PROGRAM_HEADER_BYTES];
	uint32_t rights = 0, common;

	if (!check_bytes(c, 0, head, sizeof head))
		return false;
	for (unsigned i = 0; i < 2; i++) {
		if (!read_header(c, read_le64(head + 32), (unsigned)(p->value[i] >> 32), h))
			return false;
		rights |= read_le32(h + PHDR_FLAGS);
	}
	common = rights & ELF_EXECUTE ? ELF_READ | ELF_EXECUTE : ELF_READ | ELF_WRITE;
	for (unsigned i = 0; i < 2; i++) {
		uint64_t at = read_le64(head + 32) + (p->value[i] >> 32) * ELF_PROGRAM_HEADER_BYTES;
		if (!patch(c, at + PHDR_FLAGS, common, 4))
			return false;
	}
	return true;
}

static bool remove_from_file(struct check *c, const struct problem *p)
{
	uint8_t flags[4];

	switch (p->code) {
	case ERR_ELF_WRITE_EXECUTE:
	case ERR_ELF_WRITE_EXECUTE_PAGE:
	case ERR_ELF_WRITE_EXECUTE_DENSE:
		c->allow_write_execute = true;
		return true;
	case ERR_ELF_ENTRY_ZERO:
	case ERR_ELF_ENTRY_UNALIGNED:
	case ERR_ELF_ENTRY_OUTSIDE:
	case ERR_ELF_ENTRY_NOT_CODE:
	case ERR_ELF_ENTRY_EMPTY:
		return move_entry(c);
	case ERR_ELF_NOT_READABLE:
		return check_bytes(c, p->offset, flags, 4) && patch(c, p->offset, read_le32(flags) | ELF_READ, 4);
	case ERR_ELF_ALIGNMENT:
	case ERR_ELF_ALIGNMENT_BIG:
		return patch(c, p->offset, PAGE_BYTES, 8);
	case ERR_ELF_INTERP:
	case ERR_ELF_DYNAMIC_TWICE:
		return patch(c, p->offset, 0, 4); /* p_type: PT_NULL */
	case ERR_ELF_SHARED_PAGE:
		return join_rights(c, p);
	case ERR_ELF_NEEDED:
		return patch(c, p->offset, TAG_DEBUG, 8);
	default:
		return false;
	}
}

/* ---- Reasons of requests and machine ------------------------------------------------------------------------ */

static bool remove_request(struct check *c, const struct problem *p)
{
	if (p->code < ERR_REQUEST_SIZE || p->code > ERR_REQUEST_MMU_OFF || p->offset < NOTE_TYPE_BEFORE_VALUE)
		return false;
	return patch(c, p->offset - NOTE_TYPE_BEFORE_VALUE, UNKNOWN_REQUEST, 4);
}

/* The machine gets what the kernel wants. */
static bool equip_machine(struct check *c, enum err code)
{
	bool *has = code == ERR_PAGING_UNAVAILABLE  ? &c->options.la57
	            : code == ERR_PAGING_LEVELS     ? &c->options.lpa2
	            : code == ERR_LEVEL_UNAVAILABLE ? &c->options.el2
	                                            : NULL;

	if (!has || *has)
		return false;
	*has = true;
	return true;
}

/* ---- One after the other ------------------------------------------------------------------------------------ */

/* Prepares `next`, which is closed, for what stands behind the refusal of `last`. */
static bool remove_reason(const struct check *last, struct check *next)
{
	*next = (struct check){ .path = last->path, .arch = last->arch, .options = last->options, .fd = last->fd,
	                        .source = last->source, .patch_count = last->patch_count,
	                        .allow_write_execute = last->allow_write_execute, .said = last->said,
	                        .limine_options = last->limine_options };
	memcpy(next->patches, last->patches, sizeof next->patches);
	next->source.context = next;
	return remove_from_file(next, &last->problem) || remove_request(next, &last->problem) ||
	       equip_machine(next, last->problem.code);
}

static bool is_same(const struct problem *a, const struct problem *b)
{
	return a->code == b->code && a->offset == b->offset && a->value[0] == b->value[0];
}

void reasons_find(struct check *c)
{
	static struct check steps[2];
	const struct check *last = c;
	char text[FINDING_TEXT_BYTES];

	for (unsigned i = 0; i < MOST_REASONS && last->problem.code; i++) {
		struct check *next = &steps[i % 2];
		if (!remove_reason(last, next))
			break;
		struct problem before = last->problem;
		int status = check_kernel(next, c->path);
		if (last != c)
			check_close((struct check *)last);
		last = next;
		if (status || is_same(&before, &next->problem))
			break;
		if (next->problem.code)
			findings_add_refusal(&c->findings, &next->problem, check_sentence(next, text, sizeof text));
	}
	if (last != c)
		check_close((struct check *)last);
}
