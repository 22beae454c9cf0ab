/* main.c — the way from the firmware's call to the kernel, in order. */
#include "after/net.h"
#include "after/screen.h"
#include "boot.h"
#include "image.h"
#include "log.h"
#include "protocol/protocol.h"
#include "sabotage.h"
#include "system_table.h"

#include <string.h>

EFI_STATUS EFIAPI efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system_table);

void step_set(struct boot *b, const char *doing, struct text file)
{
	b->step = (struct step){ doing, file };
	b->verdict[0] = '\0';
}

void stage_mark(struct boot *b, unsigned stage)
{
	b->stages[stage] = arch_counter();
}

enum err string_join(struct boot *b, const struct text *pieces, unsigned count, struct text *out, struct problem *p)
{
	size_t start = b->strings_used;

	for (unsigned i = 0; i < count; i++) {
		if (pieces[i].bytes > BOOT_STRING_BYTES - b->strings_used)
			return problem(p, ERR_PATHS_FULL, BOOT_STRING_BYTES);
		memcpy(b->strings + b->strings_used, pieces[i].at, pieces[i].bytes);
		b->strings_used += pieces[i].bytes;
	}
	*out = (struct text){ b->strings + start, b->strings_used - start };
	return OK;
}

/* All that can be booted. Done once, whatever the number of attempts. */
static enum err prepare(struct boot *b, struct problem *p)
{
	enum err e = machine_check(b, p);
	if (!e) e = secure_boot_check(b, p);
	return e ? e : entries_read(b, p);
}

/* Clear everything that an earlier attempt left: each attempt begins as the first one did. */
static void attempt_begin(struct boot *b)
{
	static struct image image;
	struct attempt *a = &b->attempt;

	image = image_shape();
	memset(&handoff, 0, sizeof handoff);
	net_forget();
	memset(&b->facts, 0, sizeof b->facts);
	memset(&b->hobnail, 0, sizeof b->hobnail);
	memset(&b->limine, 0, sizeof b->limine);
	memset(&b->program, 0, sizeof b->program);
	memset(&b->multiboot2, 0, sizeof b->multiboot2);
	memset(a, 0, sizeof *a);
	a->pages = &b->pages;
	a->image = &image;
	a->arch = arch_id;
	a->cpu_area_bytes = arch_cpu_bytes;
	a->choose_mode = arch_mode_chooser;
	a->prepare_cpus = prepare_cpus;
	a->context = b;
	a->handoff = &handoff;
	handoff.protocol = PROTOCOL_ANY;
	a->platform.arch = b->arch;
}

/* Returns on failure, or when an EFI program has ended, with its pages given back. Once the first exit has been tried
 * it never returns. */
static enum err attempt(struct boot *b, struct problem *p)
{
	unsigned mark = b->fw.ledger.count;
	bool gone = false;

	attempt_begin(b);
	enum err e = memory_survey(b, p);
	if (!e) {
		machine_log_memory(b);
		bls_count_try(b); /* before anything of the entry can fail */
		e = kernel_load(b, p);
	}
	if (!e)
		e = protocols[handoff.protocol]->prepare(b, p);
	if (!e)
		e = protocols[handoff.protocol]->leave(b, &gone, p);
	if (gone) {
		screen_open(&b->attempt.platform.framebuffer, 0); /* the firmware's address space is still there */
		report_final_problem(p);
		arch_halt();
	}
	if (handoff.protocol != PROTOCOL_ANY && protocols[handoff.protocol]->undo)
		protocols[handoff.protocol]->undo(b);
	firmware_undo(&b->fw, mark);
	return e;
}

static void report_failure(struct boot *b, enum err e, const struct problem *p)
{
	if (e == ERR_FILE_NOT_FOUND && b->by_default && b->step.file.at == b->entry.kernel.at)
		missing_kernel(b);
	report_error(b, p);
}

/* Boot what is chosen. After a failure, or the end of a program, another entry may be chosen, and what the log says of
 * the first is forgotten: a kernel gets the log of its own boot. Returns if nothing is left to choose. *left: the menu
 * was left, and every error is reported; OK if a person has left it, else the last attempt's. */
static enum err boot_entries(struct boot *b, bool *left, struct problem *p)
{
	const size_t log_used = loader_log.used;
	enum err last = OK;

	for (;;) {
		enum err e = entry_choose(b, left, p);
		if (!e && !*left)
			do
				e = attempt(b, p);
			while (sabotage_again(b));
		if (*left)
			return b->choice.person ? OK : last;
		if (!entry_choose_again(b))
			return e;
		if (e)
			report_failure(b, e, p);
		last = e;
		entry_came_back(b, e ? p : NULL);
		log_follow(NULL, NULL);
		loader_log.used = log_used;
	}
}

/* The status for the firmware's boot manager, or for a shell script. */
static EFI_STATUS status_of(enum err e, const struct problem *p)
{
	switch (e) {
	case OK:
		return EFI_SUCCESS;
	case ERR_PROGRAM_ENDED:
	case ERR_IMAGE_REFUSED:
		return p->value[0];
	case ERR_FILE_NOT_FOUND:
	case ERR_FILE_NOT_FOUND_TEXT:
	case ERR_FILE_NOT_FOUND_XBOOTLDR:
	case ERR_CONFIG_NO_ENTRY:
		return EFI_NOT_FOUND;
	case ERR_NO_MEMORY:
	case ERR_NO_MEMORY_ALIGNED:
	case ERR_PT_NO_TABLES:
		return EFI_OUT_OF_RESOURCES;
	case ERR_SECURE_BOOT:
	case ERR_SECURE_BOOT_UNKNOWN:
		return EFI_SECURITY_VIOLATION;
	case ERR_LEVEL_UNAVAILABLE:
	case ERR_LEVEL_NO_VHE:
	case ERR_LEVEL_E2H_FIXED:
	case ERR_LEVEL_EL3:
	case ERR_PAGING_UNAVAILABLE:
	case ERR_PAGING_LEVELS:
	case ERR_CONFIDENTIAL:
	case ERR_NO_NX:
		return EFI_UNSUPPORTED;
	default:
		return EFI_LOAD_ERROR;
	}
}

EFI_STATUS EFIAPI efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system_table)
{
	/* Static, although every step gets a pointer: the compiler, which sees the whole loader when it is linked,
	 * makes constants of these addresses. */
	static IMAGE_UNTIL_EXIT struct boot b;
	static IMAGE_UNTIL_EXIT struct problem p;
	bool left = false;

	memset(&b, 0, sizeof b);
	memset(&p, 0, sizeof p);
	stage_mark(&b, HOBNAIL_STAGE_START);
	log_follow(NULL, NULL);
	log_line("loader: image at %#llx, %llu bytes (gdb: add-symbol-file hobnail.elf -o %#llx)",
	         (unsigned long long)(uintptr_t)image_base, (unsigned long long)image_bytes(),
	         (unsigned long long)(uintptr_t)image_base);
	step_set(&b, "start", text_of(""));
	enum err e = firmware_open(&b.fw, image, system_table, &p);
	b.pages = firmware_as_pages(&b.fw);
	if (!e)
		e = prepare(&b, &p);
	if (!e)
		e = boot_entries(&b, &left, &p);
	if (e && !left)
		report_failure(&b, e, &p);
	firmware_undo(&b.fw, 0);
	return status_of(e, &p);
}
