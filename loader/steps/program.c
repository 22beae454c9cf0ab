/* program.c — an EFI program: loaded by the firmware from our memory, with its options; and the end of it all. */
#include "boot.h"
#include "log.h"

enum err program_load(struct boot *b, struct problem *p)
{
	const struct span *file = &b->attempt.kernel_file;

	step_set(b, "load the program", b->entry.kernel);
	enum err e = firmware_load_image(&b->fw, b->volume, b->entry.kernel, memory_at(file->base), file->bytes,
	                                 &b->program.image, p);
	firmware_release(&b->fw, file->base);
	if (!e)
		e = firmware_image_options(&b->fw, b->program.image, b->entry.cmdline, p);
	stage_mark(b, HOBNAIL_STAGE_KERNEL);
	return e;
}

/* In the opposite order. */
void program_undo(struct boot *b)
{
	struct program_state *s = &b->program;

	firmware_take_back(&b->fw, FIRMWARE_RANDOM_SEED);
	firmware_unload_image(&b->fw, s->image);
	s->image = NULL;
	firmware_take_back(&b->fw, FIRMWARE_DEVICE_TREE);
	firmware_withdraw_initrd(&b->fw);
	while (s->initrd_count)
		files_close(&s->initrds[--s->initrd_count]);
}
