/* main.c — the way from the firmware's call to the kernel, in order. */
#include "boot.h"
#include "format.h"
#include "image.h"
#include "log.h"
#include "screen.h"
#include "serial.h"
#include "system_table.h"

#include <string.h>

EFI_STATUS EFIAPI efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system_table);

void step_set(struct boot *b, const char *doing, struct text file)
{
	b->step = (struct step){ doing, file };
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

/* All of this can fail, and all of it can be undone. */
static enum err boot_prepare(struct boot *b, struct problem *p)
{
	enum err e = machine_check(b, p);        /* one that we can work on at all                     */
	if (!e) e = secure_boot_check(b, p);     /* before anything that nobody has verified is parsed */
	if (!e) e = entry_choose(b, p);          /* hobnail.conf and load options: what to boot        */
	if (!e) e = memory_survey(b, p);         /* what is RAM, before anything is placed in it       */
	if (!e) e = kernel_load(b, p);           /* segments at their final addresses, or staged       */
	if (!e) e = modules_load(b, p);
	if (!e) e = facts_gather(b, p);          /* console, processors, display; they need the kernel's requests */
	if (!e) e = space_build(b, p);           /* page tables, not yet installed                     */
	if (!e) e = record_build(b, p);          /* describes all of the above                         */
	if (!e) e = transition_build(b, p);      /* maps all that the hand-off touches, the record too */
	if (!e) e = preflight(b, p);             /* are all these tables what was asked for?           */
	return e;
}

/* Nothing here returns to firmware once the first exit has been tried. */
static enum err boot_leave(struct boot *b, struct problem *p)
{
	bool tried;

	step_set(b, "exit boot services", text_of(""));
	log_line("loader: its copy, the net, at %#llx, physical %#llx (gdb: add-symbol-file hobnail.elf -o %#llx)",
	         (unsigned long long)handoff.net_virt, (unsigned long long)handoff.net_phys, (unsigned long long)handoff.net_virt);
	log_follow(NULL, NULL);
	enum err e = firmware_exit(&b->fw, record_finish, b, &tried, p);
	if (e && !tried)
		return e;
	if (e) {
		screen_open(&b->facts.framebuffer, 0); /* the firmware's address space is still there */
		report_final_problem(p);
		arch_halt();
	}
	arch_interrupts_off();
	image_copy(memory_at(handoff.net_phys), handoff.net_virt);
	arch_sync_code(handoff.net_phys, (uint64_t)(image_text_end - image_base));
	arch_switch(&handoff);
}

/* What the firmware's boot manager, or a shell script, is told. */
static EFI_STATUS status_of(enum err e)
{
	switch (e) {
	case ERR_FILE_NOT_FOUND:
	case ERR_FILE_NOT_FOUND_TEXT:
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
	case ERR_CONFIDENTIAL:
	case ERR_NO_NX:
		return EFI_UNSUPPORTED;
	default:
		return EFI_LOAD_ERROR;
	}
}

EFI_STATUS EFIAPI efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system_table)
{
	/* Static, though every step is told: when the loader is linked, its compiler makes constants of these addresses. */
	static IMAGE_UNTIL_EXIT struct boot b;
	static IMAGE_UNTIL_EXIT struct problem p;

	memset(&b, 0, sizeof b);
	memset(&p, 0, sizeof p);
	stage_mark(&b, HOBNAIL_STAGE_START);
	log_follow(NULL, NULL);
	log_line("loader: image at %#llx, %llu bytes (gdb: add-symbol-file hobnail.elf -o %#llx)",
	         (unsigned long long)(uintptr_t)image_base, (unsigned long long)image_bytes(), (unsigned long long)(uintptr_t)image_base);
	step_set(&b, "start", text_of(""));
	enum err e = firmware_open(&b.fw, image, system_table, &p);
	if (!e)
		e = boot_prepare(&b, &p);
	if (!e)
		e = boot_leave(&b, &p);
	if (e == ERR_FILE_NOT_FOUND && b.by_default && b.step.file.at == b.entry.kernel.at)
		missing_kernel(&b);
	report_error(&b, &p);
	firmware_undo(&b.fw);
	return status_of(e);
}
