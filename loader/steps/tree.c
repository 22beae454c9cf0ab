/* tree.c — another device tree for the program: checked, corrected by the firmware, in place of the firmware's own. */
#include "boot.h"
#include "log.h"
#include "protocols.h"

#include <string.h>

static enum err take_pages(struct boot *b, uint64_t bytes, paddr *out, struct problem *p)
{
	struct page_wish wish = { .bytes = bytes, .type = HOBNAIL_MEMORY_ACPI_RECLAIM, .table = true };

	return firmware_take(&b->fw, &wish, out, p);
}

/* The tree into memory where an operating system expects it. */
static enum err read_tree(struct boot *b, struct text path, struct span *out, struct problem *p)
{
	struct opened file;
	struct fdt fdt;
	paddr at = 0;
	enum err e = files_open(b, b->volume, path, &file, p);

	if (e)
		return e;
	struct source *source = &file.source;
	e = efi_tree_fits(source->bytes, p);
	if (!e)
		e = take_pages(b, source->bytes, &at, p);
	if (!e)
		e = source_fetch(source, 0, memory_at(at), source->bytes, p);
	if (!e)
		e = fdt_open(memory_at(at), source->bytes, &fdt, p);
	if (!e)
		*out = (struct span){ at, align_up(source->bytes, PAGE_BYTES) };
	files_close(&file);
	return e;
}

/* A larger buffer with the same tree. */
static enum err move_tree(struct boot *b, struct span *tree, uint64_t bytes, struct problem *p)
{
	uint64_t room = align_up(bytes, PAGE_BYTES);
	paddr at;
	enum err e = take_pages(b, room, &at, p);

	if (e)
		return e;
	memcpy(memory_at(at), memory_at(tree->base), min_u64(tree->bytes, room));
	firmware_release(&b->fw, tree->base);
	*tree = (struct span){ at, room };
	return OK;
}

enum { MOST_MOVES = 4 }; /* one is enough: firmware says how much it wants */

static enum err correct_tree(struct boot *b, struct span *tree, struct problem *p)
{
	uint64_t wanted = tree->bytes;
	struct fdt fdt;
	enum err e = OK;

	for (unsigned i = 0; !e && wanted && i <= MOST_MOVES; i++) {
		if (wanted > UINT32_MAX || i == MOST_MOVES)
			return problem(p, ERR_NO_MEMORY, wanted, 0);
		if (wanted > tree->bytes)
			e = move_tree(b, tree, wanted, p);
		if (!e)
			e = firmware_correct_tree(&b->fw, memory_at(tree->base), tree->bytes, &wanted, p);
	}
	if (!e && fdt_open(memory_at(tree->base), tree->bytes, &fdt, p))
		e = problem(p, ERR_TREE_CORRECTED, p->offset);
	return e;
}

/* A device tree names devices and memory: whoever can change it has the machine. With Secure Boot on nothing comes
 * here: secure_boot_check(). */
enum err tree_offer(struct boot *b, struct problem *p)
{
	struct text path = b->entry.device_tree;
	struct span tree;

	if (!path.bytes)
		return OK;
	step_set(b, "read the device tree", path);
	enum err e = read_tree(b, path, &tree, p);
	if (!e)
		e = correct_tree(b, &tree, p);
	if (!e)
		e = firmware_offer(&b->fw, FIRMWARE_DEVICE_TREE, tree.base, p);
	if (!e)
		log_line("device tree %.*s at %#llx", (int)path.bytes, path.at, (unsigned long long)tree.base);
	return e;
}
