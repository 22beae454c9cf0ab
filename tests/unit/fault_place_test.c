/* What the loader knows of an address. The machine here: RAM from 1 MiB to 1 GiB, devices, a kernel of three
 * segments. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "fault_place.h"

#define DIRECT 0xffff800000000000ull
#define DEVICE 0xffff900000000000ull
#define NET    0xfffffe8000000000ull
#define STACKS (NET + GIB(16))
#define KERNEL 0xffffffff80000000ull

static const struct plan_range ranges[] = {
	{ DIRECT + MIB(1), MIB(1), MIB(15), PT_WRITE, PT_NORMAL, PLAN_DIRECT_MAP, 0 },
	{ DIRECT + MIB(32), MIB(32), MIB(992), PT_WRITE, PT_NORMAL, PLAN_DIRECT_MAP, 0 },
	{ DEVICE + GIB(3), GIB(3), GIB(1), PT_WRITE, PT_DEVICE, PLAN_DEVICE_MAP, 0 },
	{ NET + 0x1000, MIB(64), 0x10000, PT_EXECUTE, PT_NORMAL, PLAN_NET_IMAGE, 0 },
	{ NET + 0x11000, MIB(64) + 0x10000, 0x8000, 0, PT_NORMAL, PLAN_NET_IMAGE, 1 },
	{ NET + 0x20000, MIB(65), 0x4000, PT_WRITE, PT_NORMAL, PLAN_NET_STACK, 0 },
	{ NET + 0x28000, 0xfe001000, 0x1000, PT_WRITE, PT_DEVICE, PLAN_CONSOLE, 0 },
	{ NET + 0x30000, GIB(4), MIB(8), PT_WRITE, PT_WRITE_COMBINING, PLAN_FRAMEBUFFER, 0 },
	{ STACKS + 0x1000, MIB(66), 0x10000, PT_WRITE, PT_NORMAL, PLAN_STACK, 0 },
	{ STACKS + 0x12000, MIB(67), 0x10000, PT_WRITE, PT_NORMAL, PLAN_STACK, 3 },
	{ KERNEL, MIB(100), 0x3000, PT_EXECUTE, PT_NORMAL, PLAN_SEGMENT, 0 },
	{ KERNEL + 0x3000, MIB(100) + 0x3000, 0x1000, 0, PT_NORMAL, PLAN_SEGMENT, 1 },
	{ KERNEL + 0x4000, MIB(100) + 0x4000, 0x3000, PT_WRITE, PT_NORMAL, PLAN_SEGMENT, 2 },
};

static struct hobnail_memory memory[] = {
	{ MIB(1), MIB(15), HOBNAIL_MEMORY_USABLE, 0, 8 },
	{ MIB(16), MIB(16), HOBNAIL_MEMORY_RESERVED, 0, 8 },
	{ MIB(32), MIB(68), HOBNAIL_MEMORY_TABLES, 0, 8 },
	{ MIB(100), MIB(1), HOBNAIL_MEMORY_KERNEL, 0, 8 },
	{ MIB(101), MIB(1), HOBNAIL_MEMORY_MODULE, 0, 8 },
	{ MIB(102), MIB(921), HOBNAIL_MEMORY_USABLE, 0, 8 },
	{ MIB(1023), MIB(1), HOBNAIL_MEMORY_ACPI_RECLAIM, 0, 8 },
	{ GIB(3), MIB(1), HOBNAIL_MEMORY_MMIO, 0, 1 },
};

static const struct span modules[] = { { MIB(101), 0x1234 }, { MIB(101) + 0x2000, 0x800 } };

static const struct fault_places places = {
	.ranges = ranges, .range_count = COUNT_OF(ranges), .memory = { memory, COUNT_OF(memory), COUNT_OF(memory) },
	.segments = {
		{ KERNEL, MIB(100), 0x2345, KERNEL, ELF_READ | ELF_EXECUTE, 1 },
		{ KERNEL + 0x3000, MIB(100) + 0x3000, 0x1000, KERNEL + 0x3000, ELF_READ, 2 },
		{ KERNEL + 0x4000, MIB(100) + 0x4000, 0x2800, KERNEL + 0x4000, ELF_READ | ELF_WRITE, 4 },
	},
	.segment_count = 3, .modules = modules, .module_count = 2,
	.framebuffer = { GIB(4), MIB(8) }, .console = { 0xfe001000, 0x100 },
	.devices = { { { 0xfee00000, 0x1000 }, FAULT_LOCAL_APIC },
	             { { TIB(1), MIB(1) }, FAULT_ECAM },
	             { { MIB(20), 0x1000 }, FAULT_HPET } },
	.device_count = 3,
	.direct_map = DIRECT, .device_map = DEVICE, .has_device_map = true,
};

/* ... in any room: in a smaller one it is cut. */
static void says(vaddr at, uint64_t sp, const char *want)
{
	char text[256];
	size_t used = fault_place(&places, at, false, sp, text, sizeof text), all = strlen(want);

	assert_string_equal(text, want);
	assert_int_equal(used, all);
	for (size_t size = 1; size <= all + 1; size++) {
		memset(text, '?', sizeof text);
		used = fault_place(&places, at, false, sp, text, size);
		assert_int_equal(used, size - 1);
		assert_memory_equal(text, want, used);
		assert_int_equal(text[used], 0);
		assert_int_equal(text[size], '?');
	}
}

static void null_and_what_is_near(void **state)
{
	(void)state;
	says(0, 0, "NULL");
	says(8, 0, "NULL + 0x8");
	says(0xfff0, 0, "NULL + 0xfff0");
	says(0x20000, 0, "nothing that the loader has mapped");
}

static void ranges_are_named(void **state)
{
	(void)state;
	says(KERNEL + 0x3010, 0, "segment 2 (r--) of the kernel");
	says(KERNEL + 0x2ff0, 0, "segment 1 (r-x) of the kernel");
	says(NET + 0x1000, 0, "the loader's net: code");
	says(NET + 0x11008, 0, "the loader's net: read-only data");
	says(NET + 0x20000, 0, "net stack");
	says(NET + 0x30000, 0, "framebuffer");
	says(STACKS + 0x12000, 0, "CPU 3's boot stack");
	says(DIRECT + MIB(2), 0, "direct map of memory of type usable");
	says(DIRECT + MIB(33), 0, "direct map of memory of type page tables");
	says(DIRECT + MIB(1023), 0, "direct map of memory of type ACPI reclaimable");
	says(DIRECT + MIB(101) + 0x1fff, 0, "direct map of module 0");
	says(DIRECT + MIB(101) + 0x2000, 0, "direct map of module 1");
	says(DIRECT + MIB(100), 0, "direct map of segment 1 (r-x) of the kernel");
	says(DEVICE + GIB(3), 0, "device map of memory of type device registers");
	says(DEVICE + 0xfe001004, 0, "device map of the console's registers");
	says(DEVICE + 0xfee00fff, 0, "device map of the local APIC");
	says(DEVICE + 0xfee01000, 0, "device map of a device, or nothing: not in the memory map");
}

static void a_stack_overflow_says_whose_and_by_how_much(void **state)
{
	(void)state;
	says(STACKS + 0xff8, 0, "in the guard page below CPU 0's boot stack: stack overflow, by 8 bytes");
	says(STACKS + 0x11000, 0, "in the guard page above CPU 0's boot stack: stack underflow, 0 bytes past its top");
	says(STACKS + 0x11ff8, 0, "in the guard page below CPU 3's boot stack: stack overflow, by 8 bytes");
	says(STACKS, 0, "in the guard page below CPU 0's boot stack: stack overflow, by 4096 bytes");
	says(STACKS - 8, 0, "beyond the guard page below CPU 0's boot stack: stack overflow, by 4104 bytes");
	says(STACKS + 0x1000 - 0x10000, 0,
	     "beyond the guard page below CPU 0's boot stack: stack overflow, by 65536 bytes");
	says(STACKS + 0x1000 - 0x10001, 0, "nothing that the loader has mapped");
}

/* A guard that is a segment of the kernel, below a stack that is one. */
static void a_kernels_own_stack_overflows(void **state)
{
	const char *own =
		"below segment 4 (rw-) of the kernel, where the stack pointer comes from: stack overflow, by 16 bytes";

	(void)state;
	says(KERNEL + 0x3ff0, KERNEL + 0x4000, own);
	says(KERNEL + 0x3ff0, KERNEL + 0x3f80, own);
	says(KERNEL + 0x3ff0, KERNEL + 0x5000, "segment 2 (r--) of the kernel");
	says(KERNEL + 0x3ff0, STACKS + 0x2000, "segment 2 (r--) of the kernel");
	/* What lies nearer and cannot be written is no stack. */
	says(KERNEL + 0x2ff0, KERNEL + 0x2ff0,
	     "below segment 4 (rw-) of the kernel, where the stack pointer comes from: stack overflow, by 4112 bytes");
}

static void a_kernels_own_stack_underflows(void **state)
{
	const char *own =
		"above segment 4 (rw-) of the kernel, where the stack pointer comes from: stack underflow, 16 bytes "
		"past its end";

	(void)state;
	says(KERNEL + 0x7010, KERNEL + 0x7000, own);
	says(KERNEL + 0x7010, KERNEL + 0x8010, own);
	says(KERNEL + 0x7010, KERNEL + 0x8018, "16 bytes behind segment 4 (rw-) of the kernel");
	says(KERNEL + 0x8010, KERNEL + 0x8010, "4112 bytes behind segment 4 (rw-) of the kernel");
}

static void what_the_maps_leave_out_is_said(void **state)
{
	(void)state;
	says(DIRECT + MIB(17), 0, "physical 0x1100000, which the direct map leaves out: memory of type reserved");
	says(DIRECT + 0xfee00020, 0,
	     "physical 0xfee00020, which the direct map leaves out: the local APIC, in the device map at "
	     "0xffff9000fee00020");
	says(DIRECT + 0xfed00000, 0,
	     "physical 0xfed00000, which the direct map leaves out: a device, or nothing: not in the memory map, "
	     "in the device map at 0xffff9000fed00000");
	says(DIRECT + GIB(4) + 8, 0,
	     "physical 0x100000008, which the direct map leaves out: the framebuffer, mapped at its virt, "
	     "0xfffffe8000030000");
	says(DIRECT, 0,
	     "physical 0x0, which the direct map leaves out: a device, or nothing: not in the memory map. The device "
	     "map leaves it out, too");
	says(DEVICE + MIB(2), 0, "physical 0x200000, which the device map leaves out: memory of type usable");
	says(DIRECT + TIB(2), 0, "nothing that the loader has mapped");
}

/* A high window of PCI's: it goes on behind all that the memory map tells of. */
static void the_device_map_may_go_beyond_memory(void **state)
{
	struct plan_range far[COUNT_OF(ranges)];
	struct fault_places high = places;
	char text[256];

	(void)state;
	memcpy(far, ranges, sizeof far);
	far[2].va = DEVICE + TIB(3);
	far[2].pa = TIB(3);
	high.ranges = far;
	fault_place(&high, DEVICE + TIB(2), false, 0, text, sizeof text);
	assert_string_equal(text,
	                    "physical 0x20000000000, which the device map leaves out: a device, or nothing: not in the "
	                    "memory map");
	fault_place(&high, DEVICE + TIB(4), false, 0, text, sizeof text);
	assert_string_equal(text, "nothing that the loader has mapped");
}

static void a_physical_address_is_recognised(void **state)
{
	(void)state;
	says(MIB(101), 0, "no virtual address, but a physical one: module 0, in the direct map at 0xffff800006500000");
	says(GIB(3), 0,
	     "no virtual address, but a physical one: memory of type device registers, in the device map at "
	     "0xffff9000c0000000");
	says(MIB(17), 0, "no virtual address, but a physical one: memory of type reserved");
	says(MIB(20), 0, "no virtual address, but a physical one: the HPET. The device map leaves it out, too");
	says(0xfe001018, 0, "no virtual address, but a physical one: the console's registers, mapped at console.virt, "
	                    "0xfffffe8000028000");
	says(GIB(4) + 0x1234, 0,
	     "no virtual address, but a physical one: the framebuffer, mapped at its virt, 0xfffffe8000030000");
	says(0xfee00300, 0,
	     "no virtual address, but a physical one: the local APIC, in the device map at 0xffff9000fee00300");
	says(TIB(1) + 8, 0, "no virtual address, but a physical one: the configuration space of PCI (ECAM). The device "
	                    "map leaves it out, too");
	says(0xfed00000, 0, "nothing that the loader has mapped");
}

/* A console that does not begin with its page: only that page is mapped. */
static void a_console_is_mapped_to_the_end_of_its_page(void **state)
{
	static const struct { paddr at; const char *where; } all[] = {
		{ 0xfe001040, ", mapped at console.virt, 0xfffffe8000028040" },
		{ 0xfe001fff, ", mapped at console.virt, 0xfffffe8000028040" },
		{ 0xfe002000, ", in the device map at 0xffff9000fe002000" },
		{ 0xfe00203f, ", in the device map at 0xffff9000fe00203f" },
	};
	struct fault_places odd = places;
	char text[256], want[256];

	(void)state;
	odd.console = (struct span){ 0xfe001040, PAGE_BYTES };
	for (size_t i = 0; i < COUNT_OF(all); i++) {
		fault_place(&odd, all[i].at, false, 0, text, sizeof text);
		snprintf(want, sizeof want, "no virtual address, but a physical one: the console's registers%s",
		         all[i].where);
		assert_string_equal(text, want);
	}
}

static void without_a_device_map_it_is_advised(void **state)
{
	struct fault_places none = places;
	char text[256];

	(void)state;
	none.has_device_map = false;
	none.ranges = ranges + 3;
	none.range_count = COUNT_OF(ranges) - 3;
	fault_place(&none, 0xfee00300, false, 0, text, sizeof text);
	assert_string_equal(text,
	                    "no virtual address, but a physical one: the local APIC. Map it as device memory, or "
	                    "request the device map");
}

static void neighbours_are_named(void **state)
{
	(void)state;
	says(KERNEL + 0x7010, 0, "16 bytes behind segment 4 (rw-) of the kernel");
	says(KERNEL - 0x10, 0, "16 bytes before segment 1 (r-x) of the kernel");
	/* As far as 1 MiB. */
	says(KERNEL + 0x7000 + MIB(1) - 1, 0, "1048575 bytes behind segment 4 (rw-) of the kernel");
	says(KERNEL + 0x7000 + MIB(1), 0, "nothing that the loader has mapped");
	says(KERNEL - MIB(1) + 1, 0, "1048575 bytes before segment 1 (r-x) of the kernel");
	says(KERNEL - MIB(1), 0, "nothing that the loader has mapped");
}

static void with_translation_off_addresses_are_physical(void **state)
{
	struct fault_places off = places;
	char text[128];

	(void)state;
	off.range_count = 0;
	fault_place(&off, MIB(101), false, 0, text, sizeof text);
	assert_string_equal(text, "module 0");
	fault_place(&off, 4, false, 0, text, sizeof text);
	assert_string_equal(text, "NULL + 0x4");
	fault_place(&off, KERNEL, false, 0, text, sizeof text);
	assert_string_equal(text,
	                    "too high for a physical address, and translation is off: link at physical addresses, or "
	                    "switch it on first");
	fault_place(&off, 0xfe001000, false, 0, text, sizeof text);
	assert_string_equal(text, "the console's registers");
	fault_place(&off, TIB(9), false, 0, text, sizeof text);
	assert_string_equal(text, "a device, or nothing: not in the memory map");
}

/* A kernel's own tables, or user mode's, may map what the loader's do not. */
static void what_is_mapped_is_not_taken_for_a_mistake(void **state)
{
	char text[128];

	(void)state;
	fault_place(&places, MIB(101), true, 0, text, sizeof text);
	assert_string_equal(text, "nothing that the loader has mapped");
	fault_place(&places, KERNEL, true, 0, text, sizeof text);
	assert_string_equal(text, "segment 1 (r-x) of the kernel");
}

static void segments_are_found_by_their_bytes(void **state)
{
	(void)state;
	assert_ptr_equal(fault_place_segment(&places, KERNEL + 0x2344), &places.segments[0]);
	assert_null(fault_place_segment(&places, KERNEL + 0x2345));
}

/* Nothing is read or written beyond what is there, whatever the address and the room. */
static void any_address_fits_any_room(void **state)
{
	char text[200];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(ranges); i++)
		for (size_t size = 0; size < sizeof text; size++) {
			memset(text, '?', sizeof text);
			vaddr at = ranges[i].va + (i & 1 ? ranges[i].bytes : 0) - 1;
			size_t used = fault_place(&places, at, false, at, text, size);
			assert_true(used < size || !size);
			assert_true(!size || text[used] == 0);
			assert_int_equal(text[size], '?');
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(null_and_what_is_near),
		cmocka_unit_test(ranges_are_named),
		cmocka_unit_test(a_stack_overflow_says_whose_and_by_how_much),
		cmocka_unit_test(a_kernels_own_stack_overflows),
		cmocka_unit_test(a_kernels_own_stack_underflows),
		cmocka_unit_test(what_the_maps_leave_out_is_said),
		cmocka_unit_test(the_device_map_may_go_beyond_memory),
		cmocka_unit_test(a_physical_address_is_recognised),
		cmocka_unit_test(a_console_is_mapped_to_the_end_of_its_page),
		cmocka_unit_test(without_a_device_map_it_is_advised),
		cmocka_unit_test(neighbours_are_named),
		cmocka_unit_test(with_translation_off_addresses_are_physical),
		cmocka_unit_test(what_is_mapped_is_not_taken_for_a_mistake),
		cmocka_unit_test(segments_are_found_by_their_bytes),
		cmocka_unit_test(any_address_fits_any_room),
	};

	return cmocka_run_group_tests_name("core/fault_place", tests, NULL, NULL);
}
