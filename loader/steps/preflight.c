/* preflight.c — the proof before the jump, by core/prove.c. This file also proves the firmware's own tables, and
 * prints the lines of verbose = yes. */
#include "boot.h"
#include "format.h"
#include "image.h"
#include "log.h"
#include "sabotage.h"
#include "walk_text.h"

#include <string.h>

/* The firmware identity-maps all memory of its map (UEFI 2.10, "x64 Platforms", "AArch64 Platforms"). */
static const uint64_t *firmware_table(void *context, paddr page)
{
	const struct proof *proof = context;
	const struct hobnail_memory *entry = memmap_find(&proof->a->platform.memory, page);

	return entry && entry->type != HOBNAIL_MEMORY_MMIO ? memory_at(page) : NULL;
}

/* ---- verbose = yes: lines begin with their newline -------------------------------------------------------- */

static void say_range(const struct proof *proof, const struct requirement *r)
{
	struct walk found = { .steps = 0 };
	uint64_t largest = 0;
	char text[160];
	size_t used;

	for (uint64_t done = 0; done < r->bytes; done += walk_extent(&proof->walker, &found, r->bytes - done)) {
		walk_next(&proof->walker, r->va + done, &found);
		largest = max_u64(largest, found.page_bytes);
	}
	used = format(text, sizeof text,
	              "\n%#018llx %#14llx bytes r%c%c %s, pages up to %llu KiB: ", (unsigned long long)r->va,
	              (unsigned long long)r->bytes, r->access & REQUIRE_WRITE ? 'w' : '-',
	              r->access & REQUIRE_EXECUTE ? 'x' : '-', walk_memory_name(r->memory),
	              (unsigned long long)largest >> 10);
	used += preflight_what(r, text + used, sizeof text - used);
	report_text(proof->context, text, used);
}

static void say_walk(const struct proof *proof, const char *what, vaddr va)
{
	struct walk found;
	char text[200];

	walk(&proof->walker, va, &found);
	report_text(proof->context, text, format(text, sizeof text, "\n%s at %#llx:", what, (unsigned long long)va));
	for (unsigned i = 0; i < found.steps; i++) {
		size_t used = format(text, sizeof text, "\n    ");
		used += walk_line(&proof->walker, &found, i, text + used, sizeof text - used);
		report_text(proof->context, text, used);
	}
}

static void say_list(const struct proof *proof)
{
	char text[64];

	report_text(proof->context, text, format(text, sizeof text, "\n\n%s:", proof->space));
	for (size_t i = 0; i < proof->needs.count; i++)
		if (!(proof->needs.list[i].flags & REQUIRE_IF_MAPPED))
			say_range(proof, &proof->needs.list[i]);
}

static void say_walks(const struct proof *proof)
{
	const struct attempt *a = proof->a;

	say_walk(proof, "the entry point", a->kernel.entry);
	say_walk(proof, "the boot stack", a->handoff->kernel_stack - 8);
	say_walk(proof, "the boot record", a->handoff->argument);
	if (a->space.framebuffer.virt)
		say_walk(proof, "the framebuffer", a->space.framebuffer.virt);
}

/* Show the kernel's space always, another one only if its list does not hold. */
static void show(const struct proof *proof, const struct violation *v)
{
	if (proof->whole && !proof->a->mode.mmu_off)
		say_walks(proof); /* of a space that is wrong, above all */
	if (!proof->whole && !v)
		return;
	say_list(proof);
	if (v)
		say_walk(proof, "what is wrong", v->walk.va);
	report_text(proof->context, "\n", 1);
}

/* ---- The firmware's tables -------------------------------------------------------------------------------- */

/* The running code is identity-mapped and executable. A walk that says otherwise has misread the tables: they have a
 * form that core/walk.c does not know (encryption bits, permission indirection). */
static bool can_read_live_tables(const struct proof *proof)
{
	uintptr_t running = (uintptr_t)preflight;
	struct walk found;

	walk(&proof->walker, running, &found);
	if (found.executable && found.phys == running)
		return true;
	log_line("the firmware's tables are of a kind that cannot be read here: not judged");
	return false;
}

/* Tables that cannot be read cannot be judged. */
static enum err prove_live_space(struct proof *proof, void (*need)(struct needs *n), struct problem *p)
{
	proof->space = "the firmware's tables";
	if (!arch_live_walker(&proof->walker))
		return OK;
	proof->walker.page = firmware_table;
	proof->walker.context = proof;
	if (!can_read_live_tables(proof))
		return OK;
	need(&proof->needs);
	return prove_list(proof, ERR_PREFLIGHT_FIRMWARE, true, p);
}

static IMAGE_UNTIL_EXIT struct proof proof;

static enum err open_proof(struct boot *b, struct problem *p)
{
	step_set(b, "prove the hand-off to", b->entry.kernel);
	proof.show = b->verbose ? show : NULL;
	proof.context = b;
	return prove_open(&proof, &b->attempt, p);
}

static enum err close_proof(struct boot *b, enum err e)
{
	memcpy(b->verdict, proof.sentence, sizeof b->verdict);
	stage_mark(b, HOBNAIL_STAGE_PREFLIGHT);
	if (!e)
		sabotage_checked(b);
	return e;
}

enum err preflight(struct boot *b, struct problem *p)
{
	enum err e = open_proof(b, p);

	if (!e)
		e = prove_attempt(&proof, p);
	if (!e)
		e = prove_live_space(&proof, need_before, p);
	return close_proof(b, e);
}

enum err preflight_within(struct boot *b, struct problem *p)
{
	enum err e = open_proof(b, p);

	if (!e)
		e = prove_live_space(&proof, need_within, p);
	return close_proof(b, e);
}
