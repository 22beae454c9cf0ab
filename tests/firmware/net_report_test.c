/* The net's report of a fault: over the memory and the tables that a boot has left. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "after/net.h"
#include "after/serial.h"
#include "boots.h"

static bool asks_identity;

/* There is one address space here: what lies in the net is reached where it lies. */
static const struct hobnail_boot *ready_on(enum machine machine)
{
	world_make(machine, KERNEL_UPPER);
	if (asks_identity)
		world_ask(HOBNAIL_REQUEST_IDENTITY_MAP, 1);
	const struct hobnail_boot *r = entered();
	uintptr_t lead = (uintptr_t)net.places.memory.entries - (uintptr_t)net.places.ranges;

	net.places.memory.entries = (void *)(uintptr_t)net.memory_phys;
	net.places.ranges = (void *)(uintptr_t)(net.memory_phys - lead);
	net.places.modules = net.modules;
	net.symbols = (void *)(uintptr_t)r->symbols_phys;
	net.window = 0;
	fake.options.live = world_walker(r->root, r->root);
	/* the port that is kept in fake.serial, whatever the machine has */
	assert_true(serial_open(&(struct hobnail_console){ .kind = HOBNAIL_CONSOLE_16550_PORT, .phys = 0x3f8,
	                                                   .access_bytes = 1 }));
	return r;
}

static const struct hobnail_boot *ready(void)
{
	return ready_on(FAKE_X86_64);
}

static void report(const struct fault *f)
{
	fake.serial_used = 0;
	fake.outcome = FAKE_RETURNED;
	if (!setjmp(fake.out))
		net_report(f);
	fake.serial[fake.serial_used] = 0;
	assert_int_equal(fake.outcome, FAKE_HALTED);
}

static void says(const char *text)
{
	if (!strstr(fake.serial, text))
		fail_msg("'%s' is not in:\n%s", text, fake.serial);
}

static unsigned lines_with(const char *text)
{
	unsigned count = 0;

	for (const char *at = fake.serial; (at = strstr(at, text)); at++)
		count++;
	return count;
}

static void a_fault_is_explained(void **state)
{
	const struct hobnail_boot *r = ready();
	const struct hobnail_segment *text = hobnail_entry(r, &r->segments, 0);
	struct fault f = { .arch = HOBNAIL_ARCH_X86_64, .vector = 14, .syndrome = 3, .address = text->virt + 0x48,
	                   .pc = text->virt + 0x44, .sp = r->stack_virt + 0x100, .general = { 0x1234 } };

	(void)state;
	report(&f);
	says("hobnail: CPU 0: a write to 0xffffffff80000048, which is mapped read-only.\n");
	says("at 0xffffffff80000044  main+0x4, segment 0 (r-x) of the kernel\n");
	says("  rax 0000000000001234 ");
	says("\n   ss 0000000000000000\n"); /* the last one, alone in its line */
	says("address 0xffffffff80000048: main+0x8, segment 0 (r-x) of the kernel\n");
	says("    PML4[511] at 0x");
	says("  > PT[0] at 0x");
	says("R/W is clear, which forbids writing\n");
	says("physical 0x");
	says("hobnail: stopped.\n");
	assert_int_equal(lines_with("hobnail: stopped."), 1);
}

/* The tables allow it: to the kernel. */
static void user_mode_is_judged_by_its_own_rights(void **state)
{
	const struct hobnail_boot *r = ready();
	const struct hobnail_segment *text = hobnail_entry(r, &r->segments, 0);
	struct fault x86 = { .arch = HOBNAIL_ARCH_X86_64, .vector = 14, .syndrome = 21, .address = text->virt,
	                     .pc = text->virt, .control = { [4] = 0x33 } };

	(void)state;
	report(&x86);
	says("hobnail: CPU 0, in user mode: an instruction fetched from 0xffffffff80000000, which is mapped so that "
	     "user mode may not execute it.\n");
	says("  > PML4[511] at 0x");
	says("    U/S is clear, which keeps user mode out of everything below it\n");
	assert_int_equal(lines_with("older translation"), 0);

	r = ready_on(FAKE_AARCH64);
	text = hobnail_entry(r, &r->segments, 0);
	struct fault a64 = { .arch = HOBNAIL_ARCH_AARCH64, .vector = 8, .syndrome = 0x9200000f, .address = text->virt,
	                     .pc = r->entry_virt };
	report(&a64);
	says("hobnail: CPU 0, in user mode: a read from 0xffffffff80000000, which is mapped so that user mode may not "
	     "read it.\n");
	says("  > L3[0] at 0x");
	says("    AP[1] is clear, which keeps user mode out of the page\n");
	assert_int_equal(lines_with("older translation"), 0);

	/* What does allow it, was another translation's fault. */
	a64.vector = 4;
	a64.flags = 5;
	report(&a64);
	says("hobnail: CPU 0: a read from 0xffffffff80000000, which is mapped so that the kernel may not read it.\n");
	assert_int_equal(lines_with("  > "), 0);
	assert_int_equal(lines_with("older translation"), 1);
}

/* The kernel goes on, and nobody stops for it. */
static void an_interrupt_that_is_none_is_not_reported(void **state)
{
	struct fault f = { .arch = HOBNAIL_ARCH_X86_64, .vector = 0x27, .flags = 0x202, .pc = ready()->entry_virt + 2 };

	(void)state;
	fake.options.spurious = 0x27;
	fake.serial_used = 0;
	fake.outcome = FAKE_RETURNED;
	if (!setjmp(fake.out))
		net_report(&f);
	assert_int_equal(fake.outcome, FAKE_RETURNED);
	assert_int_equal(fake.serial_used, 0);
	assert_false(handoff.stopped);
	f.vector = 0x28;
	report(&f);
	says("hobnail: CPU 0: interrupt 0x28, with no vectors for it.\n");
	assert_true(handoff.stopped);
}

/* Frames on the boot stack: `count` of them, the last one leads to `last`. */
static void put_frames(const struct hobnail_boot *r, unsigned count, uint64_t last)
{
	struct walker w = world_walker(r->root, r->root);
	const struct hobnail_segment *text = hobnail_entry(r, &r->segments, 0);
	struct walk stack;

	walk(&w, r->stack_virt, &stack);
	uint64_t *at = (uint64_t *)(uintptr_t)stack.phys;
	for (unsigned i = 0; i < count; i++) {
		at[2 * i] = i + 1 < count ? r->stack_virt + 16 * (i + 1) : last;
		at[2 * i + 1] = text->virt + 0x45;
	}
}

/* A root of the kernel's own, with everything of the loader's but what a test takes away. In a module's page. */
static uint64_t *own_root(const struct hobnail_boot *r)
{
	uint64_t *own = (void *)(uintptr_t)net.modules[0].base;

	memcpy(own, (const void *)(uintptr_t)r->root, PAGE_BYTES);
	fake.options.live = world_walker(net.modules[0].base, net.modules[0].base);
	return own;
}

static void the_kernels_own_tables_are_told_what_they_lack(void **state)
{
	static const enum machine machines[] = { FAKE_X86_64, FAKE_AARCH64 };

	(void)state;
	for (unsigned i = 0; i < COUNT_OF(machines); i++) {
		const struct hobnail_boot *r = ready_on(machines[i]);
		const struct hobnail_segment *text = hobnail_entry(r, &r->segments, 0);
		bool x86 = machines[i] == FAKE_X86_64;
		struct fault f = { .arch = r->arch, .vector = x86 ? 14 : 4, .syndrome = x86 ? 16 : 0x86000004,
		                   .address = text->virt + 0x44, .pc = text->virt + 0x44, .control = { 1 } };
		char root[128], wants[160];
		uint64_t *own = own_root(r), was = own[511];
		snprintf(root, sizeof root,
		         "Try: these tables (root %#llx) are the kernel's own: "
		         "they must map its text, stack and vectors.\n",
		         (unsigned long long)net.modules[0].base);
		snprintf(wants, sizeof wants,
		         "    %s[511] must point at a table: its physical address + 3; "
		         "and the last entry at physical %#llx\n",
		         x86 ? "PML4" : "L0", (unsigned long long)text->phys);
		own[511] = 0;
		report(&f);
		says("a jump to 0xffffffff80000044, which is not mapped.");
		says(root);
		says(wants);
		assert_int_equal(lines_with("function pointer"), 0);
		/* Rights in a table's entry: NX, UXNTable and PXNTable. */
		own[511] = was | (x86 ? 1ull << 63 : 3ull << 59);
		f.syndrome = x86 ? 17 : 0x8600000f;
		report(&f);
		says(root);
		says("rights belong into the last entry: those above must allow everything\n");
		/* The loader's own are not blamed. */
		fake.options.live = world_walker(r->lower_root ? r->lower_root : r->root, r->root);
		report(&f);
		assert_int_equal(lines_with("kernel's own"), 0);
		says("function pointer");
		/* What else the loader maps is a matter of taste. */
		own = own_root(r);
		f.address = r->direct_map + text->phys;
		own[f.address >> 39 & 511] = 0;
		f.syndrome = x86 ? 2 : 0x96000044;
		report(&f);
		says(" are the kernel's own: of the loader's maps they have what the kernel puts there.\n");
		assert_int_equal(lines_with("must map its text"), 0);
		/* Nor are those blamed where the loader has mapped nothing. */
		(void)own_root(r);
		f.address = f.pc = 0x8000000000;
		f.syndrome = x86 ? 16 : 0x86000004;
		report(&f);
		assert_int_equal(lines_with("kernel's own"), 0);
	}
}

/* ... in either half: aarch64 has a root for each. */
static void the_loaders_lower_tables_are_not_the_kernels(void **state)
{
	(void)state;
	asks_identity = true;
	const struct hobnail_boot *r = ready_on(FAKE_AARCH64);
	asks_identity = false;
	struct fault f = { .arch = r->arch, .vector = 4, .syndrome = 0x8600000f, .address = ARENA_FREE,
	                   .pc = ARENA_FREE, .control = { 1 } };
	assert_true(r->lower_root && r->lower_root != r->root);
	fake.options.live = world_walker(r->lower_root, r->root);
	report(&f);
	assert_int_equal(lines_with("kernel's own"), 0);
	fake.options.live = world_walker(r->root, r->root); /* while these are nobody's lower ones */
	report(&f);
	assert_int_equal(lines_with("kernel's own"), 1);
}

/* Reading a device may change it: code and frames that lie there are left out. What is not in the memory map is no
 * RAM. */
static void devices_are_not_read(void **state)
{
	const struct hobnail_boot *r = ready();
	static const uint32_t types[] = { HOBNAIL_MEMORY_MMIO, HOBNAIL_MEMORY_RESERVED, HOBNAIL_MEMORY_BAD,
	                                  HOBNAIL_MEMORY_PERSISTENT, 0 };
	struct walker w = world_walker(r->root, r->root);
	struct fault f = { .arch = HOBNAIL_ARCH_X86_64, .vector = 3, .pc = r->entry_virt, .sp = r->stack_virt,
	                   .general = { [6] = r->stack_virt } };
	struct walk stack;

	(void)state;
	walk(&w, r->stack_virt, &stack);
	put_frames(r, 3, 0);
	report(&f);
	assert_int_equal(lines_with("main+0x4"), 3);
	for (unsigned i = 0; i < COUNT_OF(types); i++) {
		struct memmap *m = &net.places.memory;
		struct hobnail_memory *e = (void *)(uintptr_t)memmap_find(m, stack.phys);
		uint32_t was = e->type;
		e->type = types[i];
		if (!types[i])
			e->base = 0x7000000000; /* elsewhere: a hole */
		report(&f);
		assert_int_equal(lines_with("main+0x4"), 0);
		e->type = was;
	}
}

static void data_has_names_too(void **state)
{
	const struct hobnail_boot *r = ready();
	const struct hobnail_segment *data = hobnail_entry(r, &r->segments, 1);
	struct fault f = { .arch = HOBNAIL_ARCH_X86_64, .vector = 14, .syndrome = 17, .address = data->virt + 0x18,
	                   .pc = data->virt + 0x18 };
	uint8_t *table = (uint8_t *)(uintptr_t)net.symbols + net.in_symbols.table_offset + 4 * ELF_SYMBOL_BYTES;

	(void)state;
	memcpy(table + 8, &data->virt, 8); /* "table", an object */
	report(&f);
	says(": table+0x18, segment ");
}

static void what_cannot_be_read_is_left_out(void **state)
{
	const struct hobnail_boot *r = ready();
	struct fault f = { .arch = HOBNAIL_ARCH_X86_64, .vector = 6, .pc = r->direct_map + TIB(7), .sp = 8,
	                   .general = { [6] = 24 } };

	(void)state;
	report(&f); /* neither code nor frame can be read */
	says("an instruction that this processor does not have");
	assert_int_equal(lines_with("called from"), 0);
}

static void frames_are_followed_within_bounds(void **state)
{
	const struct hobnail_boot *r = ready();
	struct fault f = { .arch = HOBNAIL_ARCH_X86_64, .vector = 3, .pc = r->entry_virt, .sp = r->stack_virt,
	                   .general = { [6] = r->stack_virt } };
	const uint64_t cycle = r->stack_virt, hole = r->stack_virt + r->stack_bytes - 8,
	               odd = r->stack_virt + 3 * 16 + 1;

	(void)state;
	put_frames(r, 3, 0);
	report(&f);
	assert_int_equal(lines_with("main+0x4"), 3);
	unsigned lines = lines_with("\n");
	put_frames(r, 3, cycle);
	report(&f);
	assert_int_equal(lines_with("main+0x4"), 3);
	put_frames(r, 3, hole); /* the second word of that frame is in the guard page */
	report(&f);
	assert_int_equal(lines_with("main+0x4"), 3);
	put_frames(r, 4, 0); /* something behind the three */
	put_frames(r, 3, odd);
	report(&f);
	assert_int_equal(lines_with("main+0x4"), 3);
	assert_int_equal(lines_with("\n"), lines); /* nothing of where it leads */
	put_frames(r, 100, 0);
	report(&f);
	assert_int_equal(lines_with("main+0x4"), 16);
}

/* The first byte of a segment may have a name; what lies outside of all has a place without one. */
static void names_begin_where_their_segment_does(void **state)
{
	const struct hobnail_boot *r = ready();
	struct fault f = { .arch = HOBNAIL_ARCH_X86_64, .vector = 3, .pc = r->entry_virt, .sp = r->stack_virt };
	uint8_t *symbol = (uint8_t *)(uintptr_t)net.symbols + net.in_symbols.table_offset + 2 * 24 + 8;

	(void)state;
	memcpy(symbol, &(uint64_t){ BUILT_TEXT }, 8);
	f.pc = BUILT_TEXT + 4;
	report(&f);
	says("at 0xffffffff80000004  main+0x4, segment 0 (r-x) of the kernel\n");
	memcpy(symbol, &(uint64_t){ BUILT_TEXT - 1 }, 8);
	report(&f);
	says("at 0xffffffff80000004  segment 0 (r-x) of the kernel\n");
}

static void a_call_of_nothing_names_the_caller(void **state)
{
	const struct hobnail_boot *r = ready();
	struct fault f = { .arch = HOBNAIL_ARCH_X86_64, .vector = 14, .syndrome = 16, .address = 8, .pc = 8,
	                   .sp = r->stack_virt + 8 };

	(void)state;
	put_frames(r, 1, 0);
	report(&f);
	says("a jump to 0x8, which is not mapped.");
	says("called from 0xffffffff80000044  main+0x4");
}

/* The last byte before an address that is not mapped: what lies behind it in physical memory is no part of the
 * code. */
static void code_ends_with_the_page_that_is_mapped(void **state)
{
	const struct hobnail_boot *r = ready();
	const struct hobnail_segment *data = hobnail_entry(r, &r->segments, 1);
	uint64_t bytes = align_up(data->virt + data->bytes, PAGE_BYTES) - data->virt;
	struct fault f = { .arch = HOBNAIL_ARCH_X86_64, .vector = 0x28, .pc = data->virt + bytes + 1 };
	uint8_t *last = (uint8_t *)(uintptr_t)(data->phys + bytes - 1);

	(void)state;
	last[0] = 0xcd; /* int $0x28 */
	last[1] = 0x28;
	report(&f);
	says("hobnail: CPU 0: interrupt 0x28, with no vectors for it.\n");
}

/* Names are the file's: they may try to move the cursor. */
static void names_cannot_write_what_they_want(void **state)
{
	const struct hobnail_boot *r = ready();
	struct fault f = { .arch = HOBNAIL_ARCH_X86_64, .vector = 3, .pc = r->entry_virt };
	char *names = (char *)(uintptr_t)net.symbols + net.in_symbols.names_offset;

	(void)state;
	memcpy(names + 1, "\033[2Jx", 5);
	report(&f);
	assert_null(strchr(fake.serial, '\033'));
	says("?[2Jx");
	memcpy(names + 1, "\x9b~\x7fx", 4); /* CSI of ISO 8859, and DEL */
	report(&f);
	says("?~?x");
}

static void again(void)
{
	fake.serial_used = 0;
	fake.outcome = FAKE_RETURNED;
	if (!setjmp(fake.out))
		net_report_again(0x1234);
	fake.serial[fake.serial_used] = 0;
	assert_int_equal(fake.outcome, FAKE_HALTED);
}

static void a_report_that_has_ended_is_the_last_word(void **state)
{
	struct fault f = { .arch = HOBNAIL_ARCH_X86_64, .vector = 3, .pc = ready()->entry_virt };

	(void)state;
	report(&f);
	again();
	assert_string_equal(fake.serial, "");
}

/* The header stays as it was, whatever a kernel writes through its direct map. */
static void symbols_are_found_by_the_nets_own_numbers(void **state)
{
	const struct hobnail_boot *r = ready();
	const struct hobnail_segment *text = hobnail_entry(r, &r->segments, 0);
	struct fault f = { .arch = HOBNAIL_ARCH_X86_64, .vector = 3, .pc = text->virt + 0x44 };
	struct hobnail_symbols *header = (void *)(uintptr_t)r->symbols_phys;

	(void)state;
	*header = (struct hobnail_symbols){ ~0ull, ~0ull, ~0ull, ~0ull };
	report(&f);
	says("main+0x4, ");
}

/* Three others, two released; then one that the kernel has started by itself. */
static void a_report_counts_who_may_run_on(void **state)
{
	struct handoff_cpu others[3] = { { .hardware_id = 5, .index = 1, .state = HANDOFF_CPU_RELEASED },
	                                 { .hardware_id = 6, .index = 2, .state = HANDOFF_CPU_RELEASED },
	                                 { .hardware_id = 7, .index = 3, .state = HANDOFF_CPU_PARKED } };
	struct fault f = { .arch = HOBNAIL_ARCH_X86_64, .vector = 3, .pc = ready()->entry_virt };

	(void)state;
	handoff.cpus = others;
	handoff.cpu_count = COUNT_OF(others);
	f.hardware_id = handoff.facts.boot_cpu;
	report(&f);
	says("hobnail: CPU 0: ");
	says("Parked processors that stop, too: 1.\n");
	says("may run on: 2.\n");
	f.hardware_id = 5;
	report(&f);
	says("hobnail: CPU 1: ");
	f.hardware_id = 7;
	report(&f);
	says("hobnail: CPU 3: ");
	f.hardware_id = 6;
	report(&f);
	says("hobnail: CPU 2: ");
	says("may run on: 2.\n");
	f.hardware_id = 99;
	report(&f);
	says("hobnail: CPU with hardware id 0x63: ");
	says("may run on: 3.\n");
	others[1].state = HANDOFF_CPU_STARTING; /* the boot processor waits for it */
	f.hardware_id = 6;
	report(&f);
	says("may run on: 1.\n");
	assert_true(handoff.stopped);
}

static void a_second_fault_is_one_line(void **state)
{
	(void)state;
	ready();
	again();
	says("hobnail: a second fault, at 0x1234, while the first was reported\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_fault_is_explained),
		cmocka_unit_test(user_mode_is_judged_by_its_own_rights),
		cmocka_unit_test(an_interrupt_that_is_none_is_not_reported),
		cmocka_unit_test(the_kernels_own_tables_are_told_what_they_lack),
		cmocka_unit_test(the_loaders_lower_tables_are_not_the_kernels),
		cmocka_unit_test(devices_are_not_read),
		cmocka_unit_test(data_has_names_too),
		cmocka_unit_test(what_cannot_be_read_is_left_out),
		cmocka_unit_test(frames_are_followed_within_bounds),
		cmocka_unit_test(names_begin_where_their_segment_does),
		cmocka_unit_test(a_call_of_nothing_names_the_caller),
		cmocka_unit_test(code_ends_with_the_page_that_is_mapped),
		cmocka_unit_test(names_cannot_write_what_they_want),
		cmocka_unit_test(a_second_fault_is_one_line),
		cmocka_unit_test(a_report_that_has_ended_is_the_last_word),
		cmocka_unit_test(symbols_are_found_by_the_nets_own_numbers),
		cmocka_unit_test(a_report_counts_who_may_run_on),
	};

	return cmocka_run_group_tests_name("firmware/net_report", tests, NULL, NULL);
}
