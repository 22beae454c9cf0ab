/* The loader and memory, over a firmware that has some of a special kind, gives none, or says more than there is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "memmap.h"
#include "after/net.h"
#include "sabotage.h"
#include "limine_protocol.h"
#include "world.h"

static void ends(enum outcome outcome, const char *code)
{
	fake_run();
	const char *why = world_judge();
	if (why)
		fail_msg("%s", why);
	if (fake.outcome != outcome || (code && !world_said(code)))
		fail_msg("ended as %d: %s", fake.outcome, fake.console);
}

/* ---- Special-purpose memory: UEFI 2.10, "EFI_BOOT_SERVICES.GetMemoryMap()", EFI_MEMORY_SP ------------------ */

static bool meets_special(paddr at, uint64_t bytes)
{
	return ranges_overlap(at, bytes, fake.options.special.base, fake.options.special.bytes);
}

/* The highest place for a kernel's block is in it. */
static void special_memory_is_left_alone(void **state)
{
	static const enum world_kernel kernels[] = { KERNEL_UPPER, KERNEL_PIE, KERNEL_STAGED };

	(void)state;
	for (unsigned i = 0; i < COUNT_OF(kernels); i++) {
		world_make(FAKE_X86_64, kernels[i]);
		fake.options.special = (struct span){ ARENA + ARENA_BYTES - MIB(4), MIB(4) };
		ends(FAKE_ENTERED, NULL);
		const struct hobnail_boot *r = world_record();
		for (uint32_t k = 0; k < r->segments.count; k++) {
			const struct hobnail_segment *s = hobnail_entry(r, &r->segments, k);
			assert_false(meets_special(s->phys, s->bytes));
		}
		for (uint32_t k = 0; k < r->memory_map.count; k++) {
			const struct hobnail_memory *m = hobnail_entry(r, &r->memory_map, k);
			assert_int_equal(meets_special(m->base, m->bytes), m->type == HOBNAIL_MEMORY_SPECIAL);
		}
	}
}

/* That protocol has no type for it: all of EfiConventionalMemory is usable. */
static void special_memory_is_usable_for_a_limine_kernel(void **state)
{
	const paddr special = ARENA + ARENA_BYTES - MIB(4);
	uint64_t type = UINT64_MAX;

	(void)state;
	world_make(FAKE_X86_64, KERNEL_LIMINE);
	fake.options.special = (struct span){ special, MIB(4) };
	ends(FAKE_ENTERED, NULL);
	const uint64_t *map = world_answer(ASK_MAP, 3), *list = world_mapped(map[2], map[1] * 8);
	for (uint64_t i = 0; i < map[1]; i++) {
		const struct limine_memory *m = world_mapped(list[i], sizeof *m);
		if (special >= m->base && range_within(special - m->base, MIB(4), m->length))
			type = m->type;
	}
	assert_int_equal(type, LIMINE_USABLE);
	assert_ptr_equal(world_mapped(handoff.direct_map + special, MIB(4)), special);
}

/* The firmware would give it to who asks for the address. */
static void a_segment_is_not_put_into_special_memory(void **state)
{
	(void)state;
	world_make(FAKE_X86_64, KERNEL_STAGED);
	world_kernel_at(ARENA_FREE);
	fake.options.special = (struct span){ ARENA_FREE, MIB(1) };
	ends(FAKE_RETURNED, "(ERR_DESTINATION");
}

/* ---- The ledger ------------------------------------------------------------------------------------------ */

static bool fills_ledger, sees_plan;
static unsigned held;
static struct claim given_up;
static size_t room, entries, processors;

void sabotage_space(struct boot *b)
{
	struct problem p;
	enum err e = OK;
	paddr at;

	if (sees_plan) {
		room = b->attempt.space.plan.capacity;
		entries = b->attempt.platform.memory.count;
		processors = handoff.cpu_count;
		given_up = (struct claim){ 0 };
		for (unsigned i = 0; i < b->fw.ledger.count; i++)
			if (b->fw.ledger.claims[i].type == HOBNAIL_MEMORY_USABLE)
				given_up = b->fw.ledger.claims[i]; /* the last one */
	}
	if (!fills_ledger)
		return;
	while (!e) {
		held = fake.pages;
		e = firmware_pages(&b->fw, PAGE_BYTES, HOBNAIL_MEMORY_USABLE, &at, &p);
	}
	assert_int_equal(e, ERR_FULL);
	assert_int_equal(p.value[0], LEDGER_MAX);
	assert_int_equal(b->fw.ledger.count, LEDGER_MAX);
	assert_int_equal(fake.pages, held); /* what could not be entered is given back at once */
}

static void a_full_ledger_is_an_error_and_keeps_nothing(void **state)
{
	(void)state;
	world_make(FAKE_X86_64, KERNEL_UPPER);
	fills_ledger = true;
	ends(FAKE_RETURNED, "(ERR_FULL");
	fills_ledger = false;
	assert_int_equal(fake.pages, 0);
}

/* ---- The last map ---------------------------------------------------------------------------------------- */

/* Reports know as much of the last map as the net has room for. */
static void a_last_map_larger_than_the_nets_room_is_cut(void **state)
{
	bool cut = false;

	(void)state;
	for (unsigned growth = 50; growth < 300; growth += 50) {
		world_make(FAKE_X86_64, KERNEL_UPPER);
		fake.options.map_growth = growth;
		fake_run();
		if (fake.outcome != FAKE_ENTERED)
			continue; /* the record has no room either */
		const struct hobnail_boot *r = world_record();
		const struct memmap *m = &net.places.memory;
		assert_int_equal(m->count, min_u64(r->memory_map.count, net.memory_room));
		assert_memory_equal(memory_at(net.memory_phys), hobnail_entry(r, &r->memory_map, 0),
		                    m->count * sizeof *m->entries);
		cut |= r->memory_map.count > net.memory_room;
	}
	assert_true(cut);
}

/* Whichever call says so: what lies behind the buffer is not looked at. */
static void a_map_larger_than_its_buffer_is_refused_at_once(void **state)
{
	(void)state;
	world_make(FAKE_X86_64, KERNEL_UPPER);
	ends(FAKE_ENTERED, NULL);
	unsigned calls = fake.map_calls;
	for (unsigned call = 2; call <= calls; call++) { /* the first asks for the size */
		world_make(FAKE_X86_64, KERNEL_UPPER);
		fake.options.map_lies_at = call;
		ends(FAKE_RETURNED, "(ERR_MEMMAP_BYTES");
		assert_int_equal(fake.map_calls, call);
	}
	/* After an exit was tried there is only one word for it. */
	world_make(FAKE_X86_64, KERNEL_UPPER);
	fake.options.map_lies_at = calls + 1;
	fake.options.exit_refusals = 1;
	ends(FAKE_HALTED, NULL);
	assert_non_null(strstr(fake.serial, "refused to exit boot services 1 times"));
}

/* What a call says with that status when it has not said how large the map is. */
static void a_map_that_is_refused_for_its_size_alone_is_the_firmwares_error(void **state)
{
	(void)state;
	world_make(FAKE_X86_64, KERNEL_UPPER);
	ends(FAKE_ENTERED, NULL);
	for (unsigned call = fake.calls, met = 0; call && met < 2; call--) {
		if (fake.trace[call - 1].service != SERVICE_GET_MAP || met++ == 0)
			continue; /* the last one is asked without boot services' words */
		world_make(FAKE_X86_64, KERNEL_UPPER);
		fake.faults[0] = (struct fake_fault){ call, EFI_BAD_BUFFER_SIZE };
		ends(FAKE_RETURNED, "(ERR_FIRMWARE");
		assert_true(fake_hit(SERVICE_GET_MAP));
		return;
	}
	fail_msg("the map was asked for once at most");
}

/* The firmware says of pages that it has given that they are something else: only what is kept must be memory. */
static void what_the_loader_gives_up_is_what_the_map_says(void **state)
{
	(void)state;
	world_make(FAKE_X86_64, KERNEL_UPPER);
	sees_plan = true;
	ends(FAKE_ENTERED, NULL);
	struct claim c = given_up;
	assert_true(c.bytes != 0);
	world_make(FAKE_X86_64, KERNEL_UPPER);
	fake.options.ranges[fake.options.range_count++] = (EFI_MEMORY_DESCRIPTOR){ .Type = EfiReservedMemoryType,
	        .PhysicalStart = c.base, .NumberOfPages = c.bytes / PAGE_BYTES, .Attribute = 8 };
	ends(FAKE_ENTERED, NULL);
	sees_plan = false;
	assert_int_equal(given_up.base, c.base);
	const struct hobnail_boot *r = world_record();
	for (uint32_t i = 0; i < r->memory_map.count; i++) {
		const struct hobnail_memory *m = hobnail_entry(r, &r->memory_map, i);
		if (ranges_overlap(m->base, m->bytes, c.base, c.bytes))
			assert_int_equal(m->type, HOBNAIL_MEMORY_RESERVED);
	}
}

/* ---- The plan -------------------------------------------------------------------------------------------- */

static void the_plan_has_room_for_what_the_map_may_need(void **state)
{
	(void)state;
	world_make(FAKE_X86_64, KERNEL_UPPER);
	sees_plan = true;
	ends(FAKE_ENTERED, NULL);
	sees_plan = false;
	assert_int_equal(room, plan_bound(entries, processors));
	assert_true(entries > processors);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(special_memory_is_left_alone),
		cmocka_unit_test(special_memory_is_usable_for_a_limine_kernel),
		cmocka_unit_test(a_segment_is_not_put_into_special_memory),
		cmocka_unit_test(a_full_ledger_is_an_error_and_keeps_nothing),
		cmocka_unit_test(a_last_map_larger_than_the_nets_room_is_cut),
		cmocka_unit_test(a_map_larger_than_its_buffer_is_refused_at_once),
		cmocka_unit_test(a_map_that_is_refused_for_its_size_alone_is_the_firmwares_error),
		cmocka_unit_test(what_the_loader_gives_up_is_what_the_map_says),
		cmocka_unit_test(the_plan_has_room_for_what_the_map_may_need),
	};

	return cmocka_run_group_tests_name("firmware/memory", tests, NULL, NULL);
}
