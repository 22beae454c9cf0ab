#include "program.h"

#include "format.h"

static enum err read_elf(const uint8_t *file, uint64_t bytes, uint16_t machine, struct elf_file *elf,
                         struct elf_layout *out, struct problem *p)
{
	struct elf_rules rules = { .machine = machine };
	enum err e = elf_open(file, bytes, bytes, &rules, elf, p);

	return e ? e : elf_segments(elf, file + elf->program_headers, &rules, out, p);
}

static bool in_user_memory(const struct elf_segment *s, const struct program_rules *rules)
{
	vaddr base = align_down(s->virt, PAGE_BYTES);

	return base >= rules->from && base < rules->to && s->memory_bytes <= rules->to - s->virt;
}

bool program_open(const void *file, uint64_t bytes, const struct program_rules *rules, struct program *out, char *why,
                  size_t size)
{
	struct problem p = { 0 };
	struct elf_file elf;

	if (read_elf(file, bytes, rules->machine, &elf, &out->layout, &p)) {
		err_sentence(&p, why, size);
		return false;
	}
	if (elf.position_independent) {
		format(why, size, "it is position-independent, which programs are not: link it with -static");
		return false;
	}
	for (unsigned i = 0; i < out->layout.segment_count; i++) {
		const struct elf_segment *s = &out->layout.segments[i];
		if (!in_user_memory(s, rules)) {
			format(why, size, "segment %u at %#lx with %lu bytes does not lie in user memory, %#lx to %#lx",
			       i, (unsigned long)s->virt, (unsigned long)s->memory_bytes, (unsigned long)rules->from,
			       (unsigned long)rules->to);
			return false;
		}
	}
	out->file = file;
	out->entry = elf.entry;
	return true;
}
