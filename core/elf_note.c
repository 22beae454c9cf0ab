#include "elf.h"

#include <string.h>

enum { NOTE_HEADER_BYTES = 12 };

/* Several hand-written assembly notes lack the NUL of the name by mistake. Such a name counts as ours all the same. */
static bool is_ours(const uint8_t *name, uint32_t name_bytes)
{
	return (name_bytes == 8 && memcmp(name, "Hobnail", 8) == 0) ||
	       (name_bytes == 7 && memcmp(name, "Hobnail", 7) == 0);
}

/* A header with no name is padding: linkers that merge note sections of alignment 4 and 8 leave zero words between
 * them, and no tool writes nameless notes. */
static uint64_t padding_at(const uint8_t *at, uint64_t left)
{
	if (left < 4)
		return left;
	return read_le32(at) == 0 ? 4 : 0;
}

/* System V gABI, "Note Section". Descriptors are padded to 4 bytes, also where p_align is 8: the only notes that
 * compilers write with alignment 8 (.note.gnu.property) have lengths that are multiples of it. The last note's own
 * padding may be missing. */
enum err elf_notes(const void *bytes, uint64_t count, uint64_t offset, elf_note_visit *visit, void *context,
                   struct problem *p)
{
	const uint8_t *note = bytes;
	uint64_t used;

	for (uint64_t at = 0; at < count; at += min_u64(used, count - at)) {
		const uint8_t *h = note + at;
		uint64_t left = count - at;

		used = padding_at(h, left);
		if (used)
			continue;
		if (left < NOTE_HEADER_BYTES)
			return problem_at(p, ERR_ELF_NOTE_CUT, offset + at, NOTE_HEADER_BYTES, left);

		/* 32-bit lengths in 64-bit sums: nothing can wrap. */
		uint64_t name_bytes = read_le32(h);
		uint64_t descriptor_bytes = read_le32(h + 4);
		uint64_t descriptor = NOTE_HEADER_BYTES + align_up(name_bytes, 4);
		if (descriptor + descriptor_bytes > left)
			return problem_at(p, ERR_ELF_NOTE_CUT, offset + at, descriptor + descriptor_bytes, left);
		if (is_ours(h + NOTE_HEADER_BYTES, (uint32_t)name_bytes)) {
			enum err e = visit(context, read_le32(h + 8), h + descriptor, (uint32_t)descriptor_bytes,
			                   offset + at + descriptor, p);
			if (e)
				return e;
		}
		used = descriptor + align_up(descriptor_bytes, 4);
	}
	return OK;
}
