/* What a kernel may ask for, and what a machine may be like, in the whole loader: what is granted is there, and
 * preflight has nothing against it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "log.h"
#include "after/net.h"
#include "tree.h"
#include "world.h"

#define KERNEL "\\boot\\kernel.elf"

static const struct hobnail_boot *enters(void)
{
	fake_run();
	const char *why = world_judge_entered();
	if (!why)
		why = world_judge();
	if (why)
		fail_msg("%s", why);
	return world_record();
}

static void refuses(const char *code)
{
	fake_run();
	const char *why = world_judge();
	if (why)
		fail_msg("%s", why);
	assert_int_equal(fake.outcome, FAKE_RETURNED);
	if (!world_said(code))
		fail_msg("no %s: %s", code, fake.console);
}

static struct walk walked(const struct hobnail_boot *r, vaddr va)
{
	struct walker w = world_walker(r->lower_root ? r->lower_root : r->root, r->root);
	struct walk found;

	walk(&w, va, &found);
	return found;
}

static unsigned lines_with(const char *text, const char *part)
{
	unsigned count = 0;

	for (const char *at = text; (at = strstr(at, part)); at += strlen(part))
		count++;
	return count;
}

/* ---- Address space --------------------------------------------------------------------------------------- */

/* docs/protocol.md, P49: what nobody describes, and registers; no RAM. */
static void the_device_map_has_all_but_ram(void **state)
{
	static const enum machine machines[] = { FAKE_X86_64, FAKE_AARCH64 };

	(void)state;
	for (unsigned i = 0; i < COUNT_OF(machines); i++) {
		world_make(machines[i], KERNEL_UPPER);
		world_ask(HOBNAIL_REQUEST_DEVICE_MAP, 0xffffa00000000000);
		world_config("[a]\nkernel = \\boot\\kernel.elf\nverbose = yes\n");
		const struct hobnail_boot *r = enters();
		const paddr devices[] = { 0xfee00000, GIB(4) - PAGE_BYTES, ARENA_DEVICE };
		assert_true(r->device_map != 0);
		for (unsigned k = 0; k < COUNT_OF(devices); k++) {
			struct walk found = walked(r, r->device_map + devices[k]);
			assert_true(found.mapped && found.writable && !found.executable);
			assert_int_equal(found.phys, devices[k]);
			assert_int_equal(found.memory, WALK_DEVICE);
		}
		assert_false(walked(r, r->device_map + ARENA_FREE).mapped);
		assert_true(world_said("rw- device") && world_said(": the device map\n"));
	}
}

/* P49: to the end of RAM or of MMIO; what is reserved above does not count. */
static void the_device_map_ends_with_ram(void **state)
{
	(void)state;
	world_make(FAKE_X86_64, KERNEL_UPPER);
	world_ask(HOBNAIL_REQUEST_DEVICE_MAP, 0xffffa00000000000);
	fake.options.ranges[fake.options.range_count++] = (EFI_MEMORY_DESCRIPTOR){ .Type = EfiReservedMemoryType,
	        .PhysicalStart = GIB(16), .NumberOfPages = 16, .Attribute = 8 };
	const struct hobnail_boot *r = enters();
	assert_true(walked(r, r->device_map + GIB(4) - PAGE_BYTES).mapped);
	assert_false(walked(r, r->device_map + GIB(12)).mapped);
}

/* A device tree with so many host bridges, each with registers alone, above all RAM. */
static void put_bridges(unsigned count)
{
	uint32_t bytes;

	tree_begin(4096);
	open_node("");
	CELLS("#address-cells", 2);
	CELLS("#size-cells", 2);
	for (unsigned i = 0; i < count; i++) {
		open_node("pcie");
		text("device_type", "pci");
		CELLS("reg", 0x80, i << 20, 0, 0x1000);
		close_node();
	}
	close_node();
	word(9);
	uint8_t *blob = tree_blob(&bytes);
	memcpy(memory_at(ARENA_TREE), blob, bytes);
	fake.options.device_tree = ARENA_TREE;
	free(blob);
	tree_end();
}

static void what_is_cut_of_pci_is_logged(void **state)
{
	(void)state;
	for (unsigned bridges = 15; bridges <= 17; bridges++) {
		world_make(FAKE_AARCH64, KERNEL_UPPER);
		world_ask(HOBNAIL_REQUEST_DEVICE_MAP, 0xffffa00000000000);
		put_bridges(bridges);
		const struct hobnail_boot *r = enters();
		assert_int_equal(walked(r, r->device_map + (0x80ull << 32) + MIB(14)).phys, (0x80ull << 32) + MIB(14));
		if (!strstr(loader_log.text, "tables name much of PCI: the device map has ") != (bridges <= 16))
			fail_msg("%u: %s", bridges, loader_log.text);
	}
}

/* P49: what tables name above RAM is left out where there is no room for it, and that is said. A slot has 512 GiB:
 * registers begin above the first of them; the kernel itself is in the last. */
static void a_device_map_that_ends_too_soon_is_said(void **state)
{
	static const struct { uint64_t base; bool ends; } maps[] = {
		{ 0xffffa00000000000, false }, { 0xfffffe8000000000, false }, { 0xfffffe0000000000, false },
		{ 0xffffff0000000000, true },
	};

	(void)state;
	for (unsigned i = 0; i < COUNT_OF(maps); i++) {
		world_make(FAKE_AARCH64, KERNEL_UPPER);
		world_ask(HOBNAIL_REQUEST_DEVICE_MAP, maps[i].base);
		put_bridges(1);
		const struct hobnail_boot *r = enters();
		struct walk found = walked(r, r->device_map + (0x80ull << 32));
		assert_int_equal(found.mapped && found.phys == 0x80ull << 32, !maps[i].ends);
		loader_log.text[loader_log.used] = 0;
		assert_int_equal(lines_with(loader_log.text, "the device map ends at physical "), maps[i].ends);
		assert_int_equal(lines_with(loader_log.text, ": there is no room for what tables name of PCI "
		                            "up to 0x8000001000\n"), maps[i].ends);
	}
	/* What is not asked for does not end. */
	world_make(FAKE_AARCH64, KERNEL_UPPER);
	put_bridges(1);
	enters();
	loader_log.text[loader_log.used] = 0;
	assert_int_equal(lines_with(loader_log.text, "the device map ends"), 0);
}

/* What the firmware has reserved near the registers of a bridge, above all RAM, is not in its way, nor wanted there. */
static void a_device_is_mapped_beside_what_is_reserved(void **state)
{
	static const uint64_t device = 0x80ull << 32;
	static const struct { uint64_t base, pages; } reserved[] = {
		{ 0x80ull << 32, 1 }, { (0x80ull << 32) - PAGE_BYTES, 3 }, { (0x80ull << 32) - PAGE_BYTES, 1 },
		{ (0x80ull << 32) + PAGE_BYTES, 1 }, { 0x7full << 32, 16 }, { 0x81ull << 32, 16 },
		{ 0x100ull << 32, 16 },
	};

	(void)state;
	for (unsigned i = 0; i < COUNT_OF(reserved); i++) {
		world_make(FAKE_AARCH64, KERNEL_UPPER);
		world_ask(HOBNAIL_REQUEST_DEVICE_MAP, 0xffffa00000000000);
		put_bridges(1);
		fake.options.ranges[fake.options.range_count++] = (EFI_MEMORY_DESCRIPTOR){
			.Type = EfiReservedMemoryType, .Attribute = 1,
			.PhysicalStart = reserved[i].base, .NumberOfPages = reserved[i].pages,
		};
		const struct hobnail_boot *r = enters();
		struct walk found = walked(r, r->device_map + device);
		assert_true(found.mapped && found.writable && found.phys == device);
		assert_int_equal(found.memory, WALK_DEVICE);
		found = walked(r, r->device_map + reserved[i].base);
		assert_int_equal(found.mapped && found.phys == reserved[i].base, reserved[i].base == device);
	}
}

/* ... and what is reserved in the middle of a device is proved with it, piece by piece. */
static void a_device_is_proved_around_what_is_reserved(void **state)
{
	static const struct { uint64_t at, bytes; } pieces[] = {
		{ TIB(1), 0x40000 }, { TIB(1) + 0x40000, 0x2000 }, { TIB(1) + 0x42000, MIB(1) - 0x42000 },
	};

	(void)state;
	world_make(FAKE_X86_64, KERNEL_UPPER);
	world_ask(HOBNAIL_REQUEST_DEVICE_MAP, 0xffffa00000000000);
	world_mcfg(TIB(1));
	world_config("[a]\nkernel = \\boot\\kernel.elf\nverbose = yes\n");
	fake.options.ranges[fake.options.range_count++] = (EFI_MEMORY_DESCRIPTOR){
		.Type = EfiReservedMemoryType, .Attribute = 1, .PhysicalStart = pieces[1].at, .NumberOfPages = 2,
	};
	const struct hobnail_boot *r = enters();
	for (unsigned i = 0; i < COUNT_OF(pieces); i++) {
		char line[80];
		snprintf(line, sizeof line, "\n%#018llx %#14llx bytes rw- device, ",
		         (unsigned long long)(r->device_map + pieces[i].at), (unsigned long long)pieces[i].bytes);
		if (!world_said(line))
			fail_msg("no%s in:\n%s", line, fake.console);
	}
	assert_false(walked(r, r->device_map + TIB(1) + MIB(1)).mapped);
	assert_false(walked(r, r->device_map + TIB(1) - PAGE_BYTES).mapped);
}

static void a_recursive_slot_leads_to_the_top_level_table(void **state)
{
	(void)state;
	for (unsigned slot = 300; slot <= 400; slot += 100) {
		world_make(FAKE_X86_64, KERNEL_UPPER);
		world_ask(HOBNAIL_REQUEST_RECURSIVE, slot);
		const struct hobnail_boot *r = enters();
		vaddr va = ~0ull;
		for (unsigned i = 0; i < 4; i++)
			va = va << 9 | slot;
		struct walk found = walked(r, va << PAGE_SHIFT);
		assert_true(found.mapped && found.writable && !found.executable);
		assert_int_equal(found.phys, r->root);
	}
}

/* Bytes that are no power of two, for every processor; world_judge() knows what a stack must be. */
static void stacks_are_as_long_as_was_asked(void **state)
{
	(void)state;
	world_make(FAKE_X86_64, KERNEL_UPPER);
	put_note(&world_elf, AT_NOTE, HOBNAIL_REQUEST_STACK, 0x5000);
	world_ask(HOBNAIL_REQUEST_PROCESSORS, 1);
	fake_run();
	const char *why = world_judge();
	if (why)
		fail_msg("%s", why);
	assert_int_equal(fake.outcome, FAKE_ENTERED);
	const struct hobnail_boot *r = world_record();
	assert_int_equal(r->stack_bytes, 0x5000);
	for (uint32_t i = 0; i < r->cpus.count; i++) {
		const struct hobnail_cpu *c = hobnail_entry(r, &r->cpus, i);
		assert_true(!c->stack_bytes || c->stack_bytes == 0x5000);
	}
	assert_int_equal(handoff.cpu_count, WORLD_CPUS - 1);
}

/* The places that a report knows are whole pages, whatever lies in them. */
static void every_place_of_the_plan_is_whole_pages(void **state)
{
	(void)state;
	world_make(FAKE_X86_64, KERNEL_UPPER);
	world_ask(HOBNAIL_REQUEST_PROCESSORS, 1);
	fake_run();
	assert_int_equal(fake.outcome, FAKE_ENTERED);
	uintptr_t lead = (uintptr_t)net.places.memory.entries - (uintptr_t)net.places.ranges;
	const struct plan_range *ranges = (const void *)(uintptr_t)(net.memory_phys - lead);
	unsigned windows = 0;
	assert_true(net.places.range_count > 10);
	for (size_t i = 0; i < net.places.range_count; i++) {
		assert_true(ranges[i].bytes && is_aligned(ranges[i].va | ranges[i].pa | ranges[i].bytes, PAGE_BYTES));
		windows += ranges[i].kind == PLAN_NET_WINDOW;
	}
	assert_int_equal(windows, 2);
}

/* ---- The log --------------------------------------------------------------------------------------------- */

/* Maps of physical memory have many pieces, which the record lists: the log says where they begin. */
static void the_log_lists_what_is_mapped_but_no_map_of_memory(void **state)
{
	(void)state;
	world_make(FAKE_X86_64, KERNEL_UPPER);
	world_ask(HOBNAIL_REQUEST_IDENTITY_MAP, 1);
	world_ask(HOBNAIL_REQUEST_DEVICE_MAP, 0xffffa00000000000);
	enters();
	loader_log.text[loader_log.used] = 0;
	assert_int_equal(lines_with(loader_log.text, " bytes -x kernel segment\n"), 1);
	assert_int_equal(lines_with(loader_log.text, " bytes w- kernel segment\n"), 1);
	assert_int_equal(lines_with(loader_log.text, " bytes w- boot stack\n"), 1);
	assert_int_equal(lines_with(loader_log.text, " bytes w- framebuffer\n"), 1);
	assert_int_equal(lines_with(loader_log.text, " direct map\n"), 0);
	assert_int_equal(lines_with(loader_log.text, " identity map\n"), 0);
	assert_int_equal(lines_with(loader_log.text, " device map\n"), 0);
	assert_int_equal(lines_with(loader_log.text, "\ndirect map at 0x"), 1);
}

static size_t shown;

static void count_bytes(const void *context, const char *text, size_t bytes)
{
	(void)context, (void)text;
	shown = bytes;
}

/* Newline included, to whoever follows and in the log. */
static void a_line_of_the_log_is_cut_where_it_is_too_long(void **state)
{
	static char word[LOG_LINE_BYTES + 100];

	(void)state;
	memset(word, 'x', sizeof word - 1);
	loader_log.used = 0;
	log_follow(count_bytes, NULL);
	log_line("%s", word);
	log_follow(NULL, NULL);
	assert_int_equal(shown, LOG_LINE_BYTES);
	assert_int_equal(loader_log.used, LOG_LINE_BYTES);
	assert_int_equal(loader_log.text[loader_log.used - 1], '\n');
}

/* ---- Files ----------------------------------------------------------------------------------------------- */

static void a_note_that_is_cut_is_an_error_even_if_there_is_no_other(void **state)
{
	(void)state;
	world_make(FAKE_X86_64, KERNEL_UPPER);
	put32(&world_elf, AT_NOTE, 0x7fffffff);
	refuses("(ERR_ELF_NOTE_CUT");
}

/* Reads of the kernel's file, by their number: each costs the firmware a walk through its layers. */
static unsigned reads_of(const char *path)
{
	unsigned count = 0;

	for (unsigned i = 0; i < fake.calls; i++)
		count += fake.trace[i].service == SERVICE_READ && fake.trace[i].subject &&
		         strcmp(fake.trace[i].subject, path) == 0;
	return count;
}

/* Text and data lie in memory as they do in the file, close together. */
static void neighbours_come_with_one_read(void **state)
{
	(void)state;
	world_make(FAKE_X86_64, KERNEL_UPPER);
	put64(&world_elf, PH_TEXT + PH_FILESZ, 0x1000);
	put64(&world_elf, PH_TEXT + PH_MEMSZ, 0x1000);
	enters();
	unsigned together = reads_of(KERNEL);
	world_make(FAKE_X86_64, KERNEL_UPPER);
	put64(&world_elf, PH_TEXT + PH_FILESZ, 0xf00);
	put64(&world_elf, PH_TEXT + PH_MEMSZ, 0xff0); /* .bss between them, which must stay zero */
	enters();
	assert_int_equal(reads_of(KERNEL), together + 1);
}

/* A directory has no order of its own, and that of names is not the one of files. */
static void modules_of_a_directory_come_by_name(void **state)
{
	static const char *const names[] = { "c.bin", "a.bin", "b.bin", "ab.bin" };
	static const char *const paths[] = { "\\boot\\modules\\c.bin", "\\boot\\modules\\a.bin",
	                                     "\\boot\\modules\\b.bin", "\\boot\\modules\\ab.bin" };
	static const unsigned order[] = { 1, 3, 2, 0 };

	(void)state;
	world_make(FAKE_X86_64, KERNEL_UPPER);
	world_file("\\hobnail.conf")->path = "\\elsewhere";
	for (unsigned i = 0; i < COUNT_OF(paths); i++)
		fake_add(paths[i], names[i], 5);
	const struct hobnail_boot *r = enters();
	assert_int_equal(r->modules.count, COUNT_OF(paths));
	for (unsigned i = 0; i < COUNT_OF(paths); i++) {
		const struct hobnail_module *m = hobnail_entry(r, &r->modules, i);
		assert_string_equal(hobnail_text(r, m->path), paths[order[i]]);
	}
}

/* It takes no memory, and so has no address. */
static void a_module_of_no_bytes_lies_nowhere(void **state)
{
	(void)state;
	world_make(FAKE_X86_64, KERNEL_UPPER);
	world_replace(world_file("\\boot\\two.bin"), "", 0);
	const struct hobnail_boot *r = enters();
	const struct hobnail_module *m = hobnail_entry(r, &r->modules, 1);
	assert_int_equal(m->bytes, 0);
	assert_int_equal(m->phys, 0);
}

/* ---- The machine ----------------------------------------------------------------------------------------- */

/* 16550 registers in memory; the line status says that it is empty. */
static paddr ready_port(paddr at)
{
	((uint8_t *)(uintptr_t)at)[5] = 0x60;
	return at;
}

static void a_port_in_memory_is_the_console(void **state)
{
	(void)state;
	world_make(FAKE_X86_64, KERNEL_UPPER);
	world_spcr(ready_port(ARENA_DEVICE));
	world_config("[a]\nkernel = \\boot\\kernel.elf\nverbose = yes\n");
	const struct hobnail_boot *r = enters();
	assert_int_equal(r->console.kind, HOBNAIL_CONSOLE_16550_MMIO);
	assert_int_equal(r->console.phys, ARENA_DEVICE);
	struct walk found = walked(r, r->console.virt);
	assert_true(found.mapped && found.writable && !found.executable);
	assert_int_equal(found.phys, ARENA_DEVICE);
	assert_int_equal(found.memory, WALK_DEVICE);
}

/* A table that names memory: what is written to a port would be written over what lies there. */
static void a_port_where_there_is_ram_is_no_console(void **state)
{
	(void)state;
	world_make(FAKE_X86_64, KERNEL_UPPER);
	world_spcr(ready_port(ARENA_ACPI + 8 * PAGE_BYTES));
	const struct hobnail_boot *r = enters();
	assert_int_not_equal(r->console.kind, HOBNAIL_CONSOLE_16550_MMIO);
	loader_log.text[loader_log.used] = 0;
	assert_non_null(strstr(loader_log.text, " does not answer\n"));
}

/* Registers that read as all ones: there is nothing at that address. The next one that is known is asked. */
static void a_port_that_is_not_there_is_no_console(void **state)
{
	static const uint8_t status[] = { 0xff, 0x60 };

	(void)state;
	for (unsigned i = 0; i < COUNT_OF(status); i++) {
		world_make(FAKE_X86_64, KERNEL_UPPER);
		world_spcr(ARENA_DEVICE);
		memset((void *)(uintptr_t)ARENA_DEVICE, status[i], 8);
		const struct hobnail_boot *r = enters();
		assert_int_equal(r->console.kind, i ? HOBNAIL_CONSOLE_16550_MMIO : HOBNAIL_CONSOLE_16550_PORT);
		assert_int_equal(r->console.phys, i ? ARENA_DEVICE : 0x3f8);
		loader_log.text[loader_log.used] = 0;
		assert_int_equal(lines_with(loader_log.text, "the console at 0x10130000 does not answer\n"), !i);
	}
}

/* The same by a device tree. */
static void a_port_of_a_device_tree_must_answer_as_well(void **state)
{
	static const uint8_t status[] = { 0xff, 0x60 };
	uint32_t bytes;

	(void)state;
	for (unsigned i = 0; i < COUNT_OF(status); i++) {
		world_make(FAKE_AARCH64, KERNEL_UPPER);
		tree_begin(4096);
		open_node("");
		CELLS("#address-cells", 2);
		CELLS("#size-cells", 2);
		open_node("chosen");
		text("stdout-path", "/uart");
		close_node();
		open_node("uart");
		text("compatible", "ns16550a");
		CELLS("reg", 0, ARENA_DEVICE, 0, 0x100);
		close_node();
		close_node();
		word(9);
		uint8_t *blob = tree_blob(&bytes);
		memcpy((void *)(uintptr_t)ARENA_TREE, blob, bytes);
		free(blob);
		tree_end();
		memset((void *)(uintptr_t)ARENA_DEVICE, status[i], 8);
		const struct hobnail_boot *r = enters();
		assert_int_equal(r->console.kind, i ? HOBNAIL_CONSOLE_16550_MMIO : 0);
		assert_int_equal(r->console.phys, i ? ARENA_DEVICE : 0);
		loader_log.text[loader_log.used] = 0;
		assert_int_equal(lines_with(loader_log.text, "the console at 0x10130000 does not answer\n"), !i);
	}
}

/* Nothing that the memory map lists lies above it. */
static void a_display_above_all_memory_is_described(void **state)
{
	(void)state;
	world_make(FAKE_X86_64, KERNEL_UPPER);
	fake.options.mode.FrameBufferBase = 1ull << 40;
	const struct hobnail_boot *r = enters();
	assert_int_equal(r->framebuffers.count, 1);
	assert_int_equal(((const struct hobnail_framebuffer *)hobnail_entry(r, &r->framebuffers, 0))->phys, 1ull << 40);
}

/* SMBIOS tables of no length lie nowhere: no page is kept for them. */
static void no_page_is_kept_for_an_empty_table(void **state)
{
	const paddr entry = ARENA_BUSY + 0x10, table = ARENA_BUSY + 2 * PAGE_BYTES - 8;
	uint8_t *at = (uint8_t *)(uintptr_t)entry;

	(void)state;
	world_make(FAKE_X86_64, KERNEL_UPPER);
	memcpy(at, "_SM3_\0\x18\3", 8);
	memset(at + 8, 0, 8);
	memcpy(at + 16, &table, 8);
	fake.options.smbios = entry;
	const struct hobnail_boot *r = enters();
	assert_int_equal(r->smbios, entry);
	for (uint32_t i = 0; i < r->memory_map.count; i++) {
		const struct hobnail_memory *m = hobnail_entry(r, &r->memory_map, i);
		if (table - m->base < m->bytes)
			assert_int_equal(m->type, HOBNAIL_MEMORY_FIRMWARE_BOOT);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_device_map_has_all_but_ram),
		cmocka_unit_test(the_device_map_ends_with_ram),
		cmocka_unit_test(what_is_cut_of_pci_is_logged),
		cmocka_unit_test(a_device_map_that_ends_too_soon_is_said),
		cmocka_unit_test(a_device_is_mapped_beside_what_is_reserved),
		cmocka_unit_test(a_device_is_proved_around_what_is_reserved),
		cmocka_unit_test(a_recursive_slot_leads_to_the_top_level_table),
		cmocka_unit_test(stacks_are_as_long_as_was_asked),
		cmocka_unit_test(every_place_of_the_plan_is_whole_pages),
		cmocka_unit_test(the_log_lists_what_is_mapped_but_no_map_of_memory),
		cmocka_unit_test(a_line_of_the_log_is_cut_where_it_is_too_long),
		cmocka_unit_test(a_note_that_is_cut_is_an_error_even_if_there_is_no_other),
		cmocka_unit_test(neighbours_come_with_one_read),
		cmocka_unit_test(modules_of_a_directory_come_by_name),
		cmocka_unit_test(a_module_of_no_bytes_lies_nowhere),
		cmocka_unit_test(a_port_in_memory_is_the_console),
		cmocka_unit_test(a_port_where_there_is_ram_is_no_console),
		cmocka_unit_test(a_port_that_is_not_there_is_no_console),
		cmocka_unit_test(a_port_of_a_device_tree_must_answer_as_well),
		cmocka_unit_test(a_display_above_all_memory_is_described),
		cmocka_unit_test(no_page_is_kept_for_an_empty_table),
	};

	return cmocka_run_group_tests_name("firmware/requests", tests, NULL, NULL);
}
