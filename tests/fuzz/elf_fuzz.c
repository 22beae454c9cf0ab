/* The ELF reader over any bytes: all its steps, as the loader takes them, for the machine that the file names. The
 * last byte of e_ident, which nobody reads, chooses the rules. Seeds: the files that out/host/malformed writes. */
#include "fuzz.h"
#include "unit/elf_builder.h"

static void look_up_symbols(const uint8_t *file, const struct elf_reading *r)
{
	const char *name;
	uint64_t distance;

	if (elf_symbol_at(file + r->sections.symbols.base, r->sections.symbols.bytes,
	                  (const char *)file + r->sections.symbol_names.base, r->sections.symbol_names.bytes,
	                  r->file.entry, &name, &distance) &&
	    (distance > r->file.entry || strlen(name) == 0))
		abort();
}

/* What the header promises of a layout that was not refused. */
static void check_promises(const struct elf_reading *r)
{
	const struct elf_layout *l = &r->layout;

	for (unsigned i = 0; i < l->segment_count; i++) {
		const struct elf_segment *s = &l->segments[i];
		if (s->memory_bytes == 0 || s->file_bytes > s->memory_bytes || !is_power_of_two(s->alignment) ||
		    s->alignment < PAGE_BYTES || s->alignment > ELF_MAX_ALIGNMENT ||
		    (s->file_bytes && !range_within(s->offset, s->file_bytes, r->file.file_bytes)) ||
		    (i && l->segments[i - 1].virt + l->segments[i - 1].memory_bytes > s->virt))
			abort();
	}
}

static uint16_t machine_of(const uint8_t *file, size_t bytes)
{
	uint16_t machine = bytes >= 20 ? read_le16(file + 18) : 0;

	return machine == ELF_MACHINE_AARCH64 || machine == ELF_MACHINE_RISCV ? machine : ELF_MACHINE_X86_64;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	static struct elf_reading r;
	struct problem problem = { 0 };
	char sentence[256];
	struct elf_rules rules = { .machine = machine_of(data, bytes), .allow_write_execute = bytes > 15 && data[15] };
	uint8_t *file = copy_of(data, bytes);

	enum err e = elf_read_all(file, bytes, &rules, &r, &problem);
	if (!e) {
		check_promises(&r);
		look_up_symbols(file, &r);
	} else {
		require(problem.code == e && err_sentence(&problem, sentence, sizeof sentence) > 0);
	}
	free(file);
	return 0;
}
