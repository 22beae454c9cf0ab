/* modules.c — files for the kernel: whole, page-aligned, each byte read once. */
#include "boot.h"
#include "log.h"

#include <string.h>

static OUT_OF_LINE enum err load(struct boot *b, const struct config_module *from, struct module *out, struct problem *p)
{
	struct file f;
	paddr at = 0;
	enum err e = file_open(&b->fw, from->path, &f, p);

	if (e)
		return e;
	uint64_t bytes = align_up(f.bytes, PAGE_BYTES);
	if (f.bytes > UINT64_MAX - PAGE_BYTES)
		e = problem(p, ERR_FILE_TOO_BIG, f.bytes, UINT64_MAX - PAGE_BYTES);
	if (!e && bytes) {
		e = firmware_pages(&b->fw, bytes, HOBNAIL_MEMORY_MODULE, &at, p);
		if (!e)
			e = file_read(&f, 0, memory_at(at), f.bytes, p);
		if (!e)
			memset(memory_at(at + f.bytes), 0, bytes - f.bytes);
		if (!e && b->mode.mmu_off)
			e = handoff_touch(&handoff, at, bytes, false, true, p);
	}
	file_close(&f);
	if (e)
		return e;
	*out = (struct module){ .path = from->path, .cmdline = from->cmdline, .phys = at, .bytes = f.bytes };
	log_line("module %.*s: %llu bytes at %#llx", (int)from->path.bytes, from->path.at, (unsigned long long)f.bytes,
	         (unsigned long long)at);
	return OK;
}

enum err modules_load(struct boot *b, struct problem *p)
{
	enum err e = OK;

	for (unsigned i = 0; !e && i < b->entry.module_count; i++) {
		step_set(b, "load the module", b->entry.modules[i].path);
		e = load(b, &b->entry.modules[i], &b->modules[i], p);
		/* module = \boot\two words.bin */
		if (e == ERR_FILE_NOT_FOUND && b->entry.modules[i].cmdline.bytes)
			e = problem(p, ERR_FILE_NOT_FOUND_TEXT);
	}
	b->module_count = b->entry.module_count;
	stage_mark(b, HOBNAIL_STAGE_MODULES);
	return e;
}
