/* Any bytes as a user program: what is accepted can be loaded without a look at the file's or memory's end. */
#include "fuzz.h"
#include "program.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	const struct program_rules rules = { bytes && data[0] & 1 ? ELF_MACHINE_X86_64 : ELF_MACHINE_AARCH64, 0x10000,
	                                     0x7fff00000000 };
	struct program p;
	char why[100] = "";
	vaddr end = 0;

	if (bytes < 1 || !program_open(data + 1, bytes - 1, &rules, &p, why, sizeof why)) {
		require(bytes < 1 || why[0]);
		return 0;
	}
	require(p.layout.segment_count > 0);
	for (unsigned i = 0; i < p.layout.segment_count; i++) {
		const struct elf_segment *s = &p.layout.segments[i];
		require(s->virt >= end && s->virt >= rules.from && range_within(s->virt, s->memory_bytes, rules.to));
		require(s->file_bytes <= s->memory_bytes);
		require(!s->file_bytes || range_within(s->offset, s->file_bytes, bytes - 1));
		require(!(s->rights & ELF_WRITE) || !(s->rights & ELF_EXECUTE));
		end = s->virt + s->memory_bytes;
	}
	require(p.entry >= rules.from && p.entry < end);
	return 0;
}
