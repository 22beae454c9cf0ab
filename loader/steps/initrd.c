/* initrd.c — the initial RAM disk: files one behind the other, each read once, straight to the place that the program
 * gives when it asks. Until then they are only open. */
#include "boot.h"
#include "log.h"
#include "protocols.h"

#include <string.h>

static enum err read_all(void *boot, void *to)
{
	struct boot *b = boot;
	struct program_state *s = &b->program;
	uint64_t at = 0;
	enum err e = OK;

	for (unsigned i = 0; !e && i < s->initrd_count; i++) {
		struct source *source = &s->initrds[i].source;
		uint64_t begin = align_up(at, EFI_INITRD_ALIGNMENT);
		memset((uint8_t *)to + at, 0, begin - at);
		e = source_fetch(source, 0, (uint8_t *)to + begin, source->bytes, &s->problem);
		at = begin + source->bytes;
		if (e)
			s->unread = b->entry.initrds[i];
	}
	return e;
}

static enum err open_one(struct boot *b, struct text path, uint64_t *total, struct problem *p)
{
	struct program_state *s = &b->program;
	struct opened *file = &s->initrds[s->initrd_count];
	enum err e = files_open(b, b->volume, path, file, p);

	if (e)
		return e;
	s->initrd_count++;
	e = efi_initrd_add(file->source.bytes, total, p);
	if (!e)
		log_line("initrd %.*s: %llu bytes", (int)path.bytes, path.at, (unsigned long long)file->source.bytes);
	return e;
}

enum err initrd_serve(struct boot *b, struct problem *p)
{
	uint64_t total = 0;
	enum err e = OK;

	for (unsigned i = 0; !e && i < b->entry.initrd_count; i++) {
		step_set(b, "open the initial RAM disk", b->entry.initrds[i]);
		e = open_one(b, b->entry.initrds[i], &total, p);
	}
	if (e || !total)
		return e;
	b->program.initrd = (struct firmware_initrd){ total, read_all, b };
	step_set(b, "offer the initial RAM disk", b->entry.initrds[0]);
	return firmware_serve_initrd(&b->fw, &b->program.initrd, p);
}
