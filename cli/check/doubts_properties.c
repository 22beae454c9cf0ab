/* doubts_properties.c — properties that compilers note (.note.gnu.property): what the code was compiled for. */
#include <string.h>

#include "subject.h"

/* System V ABI, AMD64 Supplement, "Program Property"; ELF for the Arm 64-bit Architecture, "Program Property". */
enum { NT_GNU_PROPERTY = 5 };
#define AARCH64_FEATURE_1_AND 0xc0000000u
#define X86_FEATURE_1_AND     0xc0000002u
#define X86_ISA_1_NEEDED      0xc0008002u
enum { ISA_V3 = 4, ISA_V4 = 8 };

static void look_at_property(struct subject *s, uint32_t type, uint32_t value, uint64_t at)
{
	bool is_x86 = s->file->machine == ELF_MACHINE_X86_64;
	struct findings *f = &s->c->findings;

	if (is_x86 && type == X86_ISA_1_NEEDED && value & (ISA_V3 | ISA_V4))
		findings_add(f, DOUBT_ISA_NEEDED, at,
		             "the kernel needs a processor of x86-64-v%u: X86_ISA_1_NEEDED is 0x%x",
		             value & ISA_V4 ? 4 : 3, value);
	if (is_x86 && type == X86_FEATURE_1_AND && value & 3)
		findings_add(f, DOUBT_BRANCH_PROTECTION, at, "the kernel is compiled for %s%s%s (X86_FEATURE_1_AND)",
		             value & 1 ? "IBT" : "", (value & 3) == 3 ? " and " : "", value & 2 ? "SHSTK" : "");
	if (s->file->machine == ELF_MACHINE_AARCH64 && type == AARCH64_FEATURE_1_AND && value & 1)
		findings_add(f, DOUBT_BRANCH_PROTECTION, at, "the kernel is compiled for BTI (AARCH64_FEATURE_1_AND)");
}

/* Properties of one note; `at` is the file offset of its descriptor. */
static void look_at_descriptor(struct subject *s, uint64_t at, uint64_t bytes)
{
	for (uint64_t done = 0, used; done + 8 <= bytes; done += used) {
		const uint8_t *p = s->bytes + at + done;
		used = 8 + align_up(read_le32(p + 4), 8);
		if (used > bytes - done)
			return;
		if (read_le32(p + 4) == 4)
			look_at_property(s, read_le32(p), read_le32(p + 8), at + done);
	}
}

/* The notes in a range of the file. */
static void look_at_notes(struct subject *s, uint64_t at, uint64_t bytes)
{
	for (uint64_t done = 0, used; done + 12 <= bytes; done += used) {
		const uint8_t *h = s->bytes + at + done;
		uint64_t name = align_up(read_le32(h), 4), descriptor = read_le32(h + 4);
		used = 12 + name + align_up(descriptor, 8);
		if (12 + name + descriptor > bytes - done)
			return;
		if (name == 4 && memcmp(h + 12, "GNU", 4) == 0 && read_le32(h + 8) == NT_GNU_PROPERTY)
			look_at_descriptor(s, at + done + 12 + name, descriptor);
	}
}

void doubts_of_properties(struct subject *s)
{
	struct section section;

	for (unsigned i = 1; i < s->file->section_header_count; i++)
		if (subject_section(s, i, &section) && section.type == SHT_NOTE &&
		    strcmp(section.name, ".note.gnu.property") == 0)
			look_at_notes(s, section.offset, section.bytes);
}
