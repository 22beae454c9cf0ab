/* efi.c — a boot of an EFI program: Linux with its stub, a unified kernel image, another boot manager, a shell.
 *
 * The firmware loads the program, from memory, and starts it as our child. It gets its command line as load options,
 * its initial RAM disk from a protocol, and tables. It leaves the firmware itself, or comes back. */
#include "protocol.h"

#include "log.h"

static void requested(struct boot *b)
{
	const struct pe *pe = &b->attempt.program;

	log_line("EFI program for %s: %u sections, %u bytes in memory", pe_machine_name(pe->machine), pe->section_count,
	         pe->image_bytes);
	if (protocol_ignores_keys(PROTOCOL_EFI, &b->entry))
		log_line("fault_reports, hhdm and allow_wx are not for EFI programs: ignored");
}

static enum err prepare(struct boot *b, struct problem *p)
{
	enum err e = initrd_serve(b, p);
	if (!e) e = tree_offer(b, p);
	if (!e) e = program_load(b, p);   /* gives the file's pages back */
	if (!e) seed_offer(b);
	return e;
}

static enum err leave(struct boot *b, bool *gone, struct problem *p)
{
	bli_write(b);
	return leave_image(b, gone, p);
}

static void undo(struct boot *b)
{
	program_undo(b);
	bli_undo(b);
}

const struct protocol protocol_efi = {
	.requested = requested,
	.prepare = prepare,
	.leave = leave,
	.undo = undo,
};
