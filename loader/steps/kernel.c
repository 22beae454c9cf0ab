/* kernel.c — the log's words about the load of a kernel, which core/ makes. */
#include "boot.h"

#include "log.h"

static void log_mode(const struct attempt *a)
{
	const struct arch_facts *f = &a->platform.arch;
	uint32_t level = a->mode.level;

	if (level)
		log_line("firmware at EL%u%s, kernel at EL%u%s", f->firmware_level,
		         f->vhe ? " of a processor with VHE" : "", level == HOBNAIL_LEVEL_EL1 ? 1 : 2,
		         level == HOBNAIL_LEVEL_EL2_VHE ? " with VHE" : "");
}

static void log_kernel(const struct kernel *k)
{
	for (unsigned i = 0; i < k->layout.segment_count; i++) {
		const struct elf_segment *s = &k->layout.segments[i];
		log_line("segment %u (program header %u): %#llx at physical %#llx, %#llx bytes, %c%c%c", i, s->index,
		         (unsigned long long)s->run, (unsigned long long)s->place, (unsigned long long)s->memory_bytes,
		         s->rights & ELF_READ ? 'r' : '-', s->rights & ELF_WRITE ? 'w' : '-',
		         s->rights & ELF_EXECUTE ? 'x' : '-');
	}
	if (k->staged_bytes)
		log_line("staged %llu bytes: they move into place after the firmware has left",
		         (unsigned long long)k->staged_bytes);
}

static void log_symbols(const struct kernel *k)
{
	if (k->symbol_refusal)
		log_line("%llu bytes of symbols are left out (%s)", (unsigned long long)k->symbol_bytes,
		         err_name(k->symbol_refusal));
	else if (!k->symbols.bytes && !k->unreported)
		log_line("the kernel file has no symbols: fault reports will name no functions");
}

void attempt_done(struct attempt *a, enum attempt_part part)
{
	struct boot *b = a->context;

	if (part == ATTEMPT_MODE) {
		log_mode(a);
	} else if (part == ATTEMPT_LOADED) {
		log_symbols(&a->kernel);
		log_kernel(&a->kernel);
		stage_mark(b, HOBNAIL_STAGE_KERNEL);
	}
}
