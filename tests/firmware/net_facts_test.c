/* What the net gathers for a fault's report: over the memory and the tables that a boot has left. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "log.h"
#include "after/net.h"
#include "boots.h"

static const struct hobnail_boot *boots(enum machine machine, enum world_kernel kernel)
{
	world_make(machine, kernel);
	return entered();
}

static bool log_has(const char *text)
{
	loader_log.text[loader_log.used] = 0;
	return strstr(loader_log.text, text);
}

static void the_last_map_is_kept(void **state)
{
	const struct hobnail_boot *r = boots(FAKE_X86_64, KERNEL_UPPER);

	(void)state;
	assert_int_equal(net.places.memory.count, r->memory_map.count);
	assert_memory_equal((const void *)(uintptr_t)net.memory_phys, hobnail_entry(r, &r->memory_map, 0),
	                    r->memory_map.count * sizeof(struct hobnail_memory));
	assert_int_equal(net.places.segment_count, 2);
	assert_int_equal(net.places.module_count, 2);
	assert_true(net.places.range_count > 5);
}

static void segments_are_those_of_the_record(void **state)
{
	const struct hobnail_boot *r = boots(FAKE_X86_64, KERNEL_UPPER);

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		const struct hobnail_segment *s = hobnail_entry(r, &r->segments, i);
		const struct fault_segment *kept = &net.places.segments[i];
		assert_int_equal(kept->linked, read_le64(world_elf.data + (i ? PH_DATA : PH_TEXT) + PH_VADDR));
		assert_int_equal(kept->virt, s->virt);
		assert_int_equal(kept->phys, s->phys);
		assert_int_equal(kept->bytes, s->bytes);
		assert_int_equal(kept->rights, s->flags);
		assert_int_equal(kept->index, i);
	}
}

static void symbols_are_the_kernels_too(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		static const struct { enum machine machine; enum world_kernel kernel; } all[] = {
			{ FAKE_X86_64, KERNEL_UPPER }, { FAKE_AARCH64, KERNEL_PIE }, { FAKE_AARCH64, KERNEL_MMU_OFF } };
		const struct hobnail_boot *r = boots(all[i].machine, all[i].kernel);
		assert_true(r->valid & HOBNAIL_HAS_SYMBOLS);
		const struct hobnail_symbols *s = (const void *)(uintptr_t)r->symbols_phys;
		assert_int_equal(s->table_bytes, 5 * ELF_SYMBOL_BYTES);
		assert_memory_equal((const char *)s + s->table_offset, world_elf.data + AT_SYMBOLS, s->table_bytes);
		assert_memory_equal((const char *)s + s->names_offset, world_elf.data + AT_NAMES, s->names_bytes);
		assert_int_equal(s->names_offset + s->names_bytes, r->symbols_bytes);
	}
}

static void broken_symbols_do_not_stop_a_boot(void **state)
{
	static const struct { unsigned at, bytes; uint64_t value; } spoilt[] = {
		{ SH_SYMBOLS + SH_ENTRY, 8, 23 }, { SH_SYMBOLS + SH_BYTES, 8, 1u << 30 },
		{ SH_SYMBOLS + SH_AT, 8, ~0ull }, { SH_SYMBOLS + SH_NAMED_BY, 4, 99 },
		{ SH_NAMES + SH_AT, 8, 1u << 30 }, { SH_SYMBOLS + SH_KIND, 4, 1 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(spoilt); i++) {
		world_make(FAKE_X86_64, KERNEL_UPPER);
		put(&world_elf, spoilt[i].at, spoilt[i].bytes, spoilt[i].value);
		fake_run();
		assert_null(world_judge_entered());
		assert_false(world_record()->valid & HOBNAIL_HAS_SYMBOLS);
		assert_null(net.symbols);
		assert_true(log_has("the kernel file has no symbols"));
	}
}

/* Neither half of them is taken without the other. */
static void symbols_that_cannot_be_read_are_left_out(void **state)
{
	static const unsigned bad[] = { AT_SYMBOLS + 10, AT_NAMES + 1 };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		world_make(FAKE_X86_64, KERNEL_UPPER);
		world_config("[a]\nkernel = \\boot\\kernel.elf\n");
		fake.options.bad_byte = bad[i];
		fake_run();
		assert_null(world_judge_entered());
		assert_false(world_record()->valid & HOBNAIL_HAS_SYMBOLS);
		assert_null(net.symbols);
		assert_true(log_has(" bytes of symbols are left out ("));
	}
}

static void device_is(unsigned i, paddr base, uint64_t bytes, const char *name)
{
	assert_true(i < net.places.device_count);
	assert_int_equal(net.places.devices[i].span.base, base);
	assert_int_equal(net.places.devices[i].span.bytes, bytes);
	assert_string_equal(fault_device_name(net.places.devices[i].kind), name);
}

/* What a table gives an address of, and nothing that is in I/O space or not there. */
static void devices_are_those_of_the_tables(void **state)
{
	uint8_t *const mcfg = (uint8_t *)(uintptr_t)ARENA_ACPI + 0x900,
	    *const hpet = (uint8_t *)(uintptr_t)ARENA_ACPI + 0x700,
	        *const madt = (uint8_t *)(uintptr_t)ARENA_ACPI + 0x200;

	(void)state;
	world_make(FAKE_AARCH64, KERNEL_UPPER);
	world_gic(0x8000000, 0x8010000, 0, 0);
	fake_run();
	assert_int_equal(net.places.device_count, 2);
	device_is(0, 0x8000000, 0x10000, "the GIC's distributor");
	device_is(1, 0x8010000, 0x10000, "the GIC's CPU interface");
	world_make(FAKE_AARCH64, KERNEL_UPPER);
	world_gic(0x8000000, 0, 0x80a0000, 0xf60000);
	fake_run();
	assert_int_equal(net.places.device_count, 2);
	device_is(1, 0x80a0000, 0xf60000, "the GIC's redistributors");

	/* A console at ports has no address; one in memory has a page. */
	boots(FAKE_X86_64, KERNEL_UPPER);
	assert_int_equal(net.places.console.bytes, 0);
	world_make(FAKE_X86_64, KERNEL_UPPER);
	world_spcr(ARENA_DEVICE);
	fake_run();
	assert_int_equal(net.places.console.base, ARENA_DEVICE);
	assert_int_equal(net.places.console.bytes, PAGE_BYTES);

	world_make(FAKE_X86_64, KERNEL_UPPER);
	world_mcfg(0xb0000000);
	mcfg[44 + 10] = 2, mcfg[44 + 11] = 5; /* buses */
	mcfg[9] = (uint8_t)(mcfg[9] - 7);
	madt[38] = 0xe0, madt[39] = 0xfe;
	madt[9] = (uint8_t)(madt[9] - 0xe0 - 0xfe);
	fake_run();
	device_is(0, 0xfee00000, PAGE_BYTES, "the local APIC");
	device_is(1, 0xfec00000, PAGE_BYTES, "an I/O APIC");
	device_is(2, 0xb0200000, MIB(4), "the configuration space of PCI (ECAM)");
	for (unsigned space = 0; space < 2; space++) {
		world_make(FAKE_X86_64, KERNEL_UPPER);
		hpet[40] = (uint8_t)space;
		world_hpet(0xfed00000);
		fake_run();
		assert_int_equal(net.places.device_count, space ? 1 : 2);
		if (!space)
			device_is(1, 0xfed00000, PAGE_BYTES, "the HPET");
	}
}

/* The leaf that is rewritten is the one that translates the window, and is writable where the net says it is. */
static void the_window_is_the_nets_own(void **state)
{
	static const enum machine machines[] = { FAKE_X86_64, FAKE_AARCH64 };

	(void)state;
	for (unsigned i = 0; i < COUNT_OF(machines); i++) {
		const struct hobnail_boot *r = boots(machines[i], KERNEL_UPPER);
		struct walker w = world_walker(r->root, r->root);
		struct walk window, entry;
		walk(&w, net.window, &window);
		walk(&w, (uintptr_t)net.window_entry, &entry);
		assert_true(window.mapped && !window.writable && !window.executable);
		assert_int_equal(window.page_bytes, PAGE_BYTES);
		assert_true(entry.mapped && entry.writable);
		assert_int_equal(entry.phys, window.step[window.steps - 1].at);
		uint64_t was = window.step[window.steps - 1].entry;
		assert_int_equal(net.window_bits | pt_frame_bits(&net.window_format, window.phys), was);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_last_map_is_kept),
		cmocka_unit_test(segments_are_those_of_the_record),
		cmocka_unit_test(symbols_are_the_kernels_too),
		cmocka_unit_test(broken_symbols_do_not_stop_a_boot),
		cmocka_unit_test(symbols_that_cannot_be_read_are_left_out),
		cmocka_unit_test(devices_are_those_of_the_tables),
		cmocka_unit_test(the_window_is_the_nets_own),
	};

	return cmocka_run_group_tests_name("firmware/net_facts", tests, NULL, NULL);
}
