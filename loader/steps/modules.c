/* modules.c — files for the kernel: whole, page-aligned, each byte read once. */
#include "boot.h"
#include "log.h"

#include <string.h>

static enum err read_module(struct boot *b, struct opened *file, struct span *out, struct problem *p)
{
	struct source *source = &file->source;
	uint64_t bytes = align_up(source->bytes, PAGE_BYTES);
	struct page_wish wish = { .bytes = bytes, .type = HOBNAIL_MEMORY_MODULE, .below = b->attempt.wants.below };
	paddr at = 0;
	enum err e = OK;

	if (source->bytes > UINT64_MAX - PAGE_BYTES)
		return problem(p, ERR_FILE_TOO_BIG, source->bytes, UINT64_MAX - PAGE_BYTES);
	if (bytes) {
		e = firmware_take(&b->fw, &wish, &at, p);
		if (!e)
			e = source_fetch(source, 0, memory_at(at), source->bytes, p);
		if (!e)
			memset(memory_at(at + source->bytes), 0, bytes - source->bytes);
		if (!e && b->attempt.mode.mmu_off)
			e = handoff_touch(&handoff, at, bytes, false, true, p);
	}
	if (!e)
		*out = (struct span){ at, source->bytes };
	return e;
}

enum err module_load(struct boot *b, struct text path, struct span *out, struct problem *p)
{
	struct opened file;
	enum err e = files_open(b, b->volume, path, &file, p);

	if (e)
		return e;
	e = read_module(b, &file, out, p);
	files_close(&file);
	if (!e)
		log_line("module %.*s: %llu bytes at %#llx", (int)path.bytes, path.at,
		         (unsigned long long)out->bytes, (unsigned long long)out->base);
	return e;
}

enum err modules_load(struct boot *b, struct problem *p)
{
	enum err e = OK;

	for (unsigned i = 0; !e && i < b->entry.module_count; i++) {
		const struct config_module *from = &b->entry.modules[i];
		step_set(b, "load the module", from->path);
		e = module_load(b, from->path, &b->attempt.modules[i], p);
		if (e)
			e = config_module_missing(from, e, p);
	}
	b->attempt.module_count = b->entry.module_count;
	stage_mark(b, HOBNAIL_STAGE_MODULES);
	return e;
}
