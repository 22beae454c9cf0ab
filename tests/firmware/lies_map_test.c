/* Firmware that lies about memory: its map, the exit from boot services, what lies where the kernel must (lies.h). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "read_screen.h"
#include "lies.h"

static void two_segments_that_go_to_one_place_are_an_error(void **state)
{
	(void)state;
	for (unsigned k = 0; k < 2; k++) {
		world_make(FAKE_X86_64, k ? KERNEL_STAGED : KERNEL_UPPER);
		world_kernel_at(k ? ARENA_BUSY + 8 * PAGE_BYTES : ARENA_FREE);
		put64(&world_elf, PH_DATA + PH_PADDR, read_le64(world_elf.data + PH_TEXT + PH_PADDR) + 0x10);
		refuses("data at the address of text", k, "(ERR_DESTINATION_TWICE;");
		assert_true(world_said("segment 1 must be at 0x10"));
	}
}

static void descriptors_may_have_any_honest_size(void **state)
{
	static const uint64_t good[] = { 40, 48, 56, 64, 96 }, bad[] = { 0, 1, 8, 39, 41, 44, 47, 100 };

	(void)state;
	for (unsigned i = 0; i < COUNT_OF(good); i++) {
		plain();
		fake.options.descriptor_bytes = good[i];
		enters("descriptors of", good[i]);
	}
	for (unsigned i = 0; i < COUNT_OF(bad); i++) {
		plain();
		fake.options.descriptor_bytes = bad[i];
		refuses("descriptors of", bad[i], "(ERR_");
	}
}

static void descriptors_that_change_size_do_no_harm(void **state)
{
	static const uint64_t other[] = { 0, 1, 39, 40, 41, 56, 96, 4096 };

	(void)state;
	for (unsigned call = 1; call < 12; call++)
		for (unsigned i = 0; i < COUNT_OF(other); i++)
			for (unsigned refusals = 0; refusals < 3; refusals++) {
				plain();
				fake.options.stride_changes_at = call;
				fake.options.other_descriptor_bytes = other[i];
				fake.options.exit_refusals = refusals;
				survives("size changes in call", call);
			}
}

static void a_map_that_grows_still_fits(void **state)
{
	(void)state;
	for (unsigned more = 1; more <= 64; more++)
		for (unsigned refusals = 0; refusals < 4; refusals++) {
			plain();
			fake.options.map_growth = more;
			fake.options.exit_refusals = refusals;
			enters("map grows by", more);
		}
	for (unsigned more = 64; more < 5000; more += more / 3) {
		plain();
		fake.options.map_growth = more;
		survives("map grows by", more);
	}
}

/* Descriptors of the last map that the record has no room for. */
static void a_last_map_that_does_not_fit_is_an_error(void **state)
{
	(void)state;
	plain();
	fake_run();
	unsigned last = fake.map_calls;
	plain();
	fake.options.stride_changes_at = last;
	fake.options.other_descriptor_bytes = 56;
	refuses("the size changes in call", last, "(ERR_RECORD_FULL;");
}

static void a_refused_exit_is_tried_again_a_few_times(void **state)
{
	struct problem refused = { ERR_EXIT_REFUSED, .value = { FIRMWARE_EXIT_TRIES, EFI_INVALID_PARAMETER } };
	char sentence[200];

	(void)state;
	for (unsigned refusals = 0; refusals < FIRMWARE_EXIT_TRIES; refusals++) {
		plain();
		fake.options.exit_refusals = refusals;
		enters("exit refused", refusals);
		assert_int_equal(fake.exit_tries, refusals + 1);
	}
	plain();
	fake.options.exit_refusals = UINT32_MAX;
	assert_int_equal(fake_run(), FAKE_HALTED);
	judged("exit always refused", 0);
	assert_int_equal(fake.exit_tries, FIRMWARE_EXIT_TRIES);
	err_sentence(&refused, sentence, sizeof sentence);
	assert_non_null(strstr(fake.serial, sentence));
	assert_non_null(strstr(sentence, "refused to exit boot services 8 times"));
	assert_string_equal(fake.console, "");
}

/* The only mode: 264 by 112 pixels of 16 bits, in lines of 280. */
static void wide_display(void)
{
	EFI_GRAPHICS_OUTPUT_MODE_INFORMATION *info = &fake.options.mode_info[0];

	info->HorizontalResolution = 264;
	info->VerticalResolution = 112;
	info->PixelsPerScanLine = 280;
	info->PixelFormat = PixelBitMask;
	info->PixelInformation = (EFI_PIXEL_BITMASK){ 0xf800, 0x7e0, 0x1f, 0 };
	fake.options.mode.MaxMode = 1;
}

static void what_happens_after_exit_stands_on_the_screen(void **state)
{
	const struct surface s = { (uint8_t *)(uintptr_t)ARENA_SCREEN, 264, 112, 560, 2, 0xf800, 0x7e0, 0x1f };
	char text[512];

	(void)state;
	plain();
	wide_display();
	fake.options.exit_refusals = UINT32_MAX;
	assert_int_equal(fake_run(), FAKE_HALTED);
	judged("exit always refused", 0);
	read_screen(&s, 1, text, sizeof text);
	assert_string_equal(text, "hobnail: the firmware refused to\nexit boot services 8 times\n"
	                          "(status 0x8000000000000002)\nhobnail: stopped.\n");
	plain();
	fake.options.exit_refusals = UINT32_MAX;
	fake.options.no_gop = true;
	assert_int_equal(fake_run(), FAKE_HALTED);
	judged("exit always refused, no display", 0);
}

static void a_display_in_free_memory_is_not_drawn_on(void **state)
{
	static uint8_t before[16 * PAGE_BYTES];

	(void)state;
	plain();
	wide_display();
	fake_tables_anywhere(); /* what is free may be read here */
	fake.options.mode.FrameBufferBase = ARENA_FREE;
	memset((void *)(uintptr_t)ARENA_FREE, 0x77, sizeof before);
	memset(before, 0x77, sizeof before);
	fake.options.exit_refusals = UINT32_MAX;
	assert_int_equal(fake_run(), FAKE_HALTED);
	judged("exit always refused, display in free memory", 0);
	assert_memory_equal((void *)(uintptr_t)ARENA_FREE, before, sizeof before);
}

static void a_boot_that_goes_well_leaves_the_screen_alone(void **state)
{
	static uint8_t before[16 * PAGE_BYTES];

	(void)state;
	plain();
	memset((void *)(uintptr_t)ARENA_SCREEN, 0x77, sizeof before);
	memset(before, 0x77, sizeof before);
	enters("display", 0);
	assert_memory_equal((void *)(uintptr_t)ARENA_SCREEN, before, sizeof before);
}

static void a_map_that_cannot_be_read_after_a_refused_exit_stops_the_machine(void **state)
{
	(void)state;
	plain();
	fake_run();
	unsigned last = fake.calls;
	plain();
	fake.options.exit_refusals = 1;
	fake.faults[0] = (struct fake_fault){ last + 1, EFI_BUFFER_TOO_SMALL };
	assert_int_equal(fake_run(), FAKE_HALTED);
	judged("map too large after exit", 0);
	assert_non_null(strstr(fake.serial, "refused to exit boot services 1 times"));
}

/* Between the survey and the last map the firmware allocates and frees for itself. */
static void memory_may_change_hands_but_not_cease_to_be_memory(void **state)
{
	static const struct { paddr base; EFI_MEMORY_TYPE type; const char *code; } drifts[] = {
		{ ARENA_FREE, EfiBootServicesData, NULL }, { ARENA_FREE, EfiRuntimeServicesData, NULL },
		{ ARENA_FREE, EfiACPIMemoryNVS, NULL }, { ARENA_BUSY, EfiConventionalMemory, NULL },
		{ ARENA_FREE, EfiReservedMemoryType, "ERR_MAP_CHANGED" },
		{ ARENA_FREE, EfiRuntimeServicesCode, "ERR_MAP_CHANGED" },
		{ ARENA_BUSY, EfiMemoryMappedIO, "ERR_MAP_CHANGED" },
		{ ARENA_SCREEN, EfiBootServicesData, "ERR_MAP_CHANGED" },
	};

	(void)state;
	plain();
	fake_run();
	unsigned last = fake.map_calls;
	for (unsigned i = 0; i < COUNT_OF(drifts); i++) {
		plain();
		fake.options.drifts[0] = (struct fake_drift){ last, drifts[i].base, 1, drifts[i].type };
		if (drifts[i].code)
			refuses("memory changes to", drifts[i].type, drifts[i].code);
		else
			enters("memory changes to", drifts[i].type);
	}
}

static void what_the_firmware_gives_must_be_memory_in_its_map(void **state)
{
	static const EFI_MEMORY_DESCRIPTOR over[] = {
		{ .Type = EfiUnusableMemory, .Attribute = 8 }, { .Type = EfiReservedMemoryType, .Attribute = 8 },
		{ .Type = EfiRuntimeServicesData, .Attribute = 8 },
		{ .Type = EfiConventionalMemory, .Attribute = 1 /* not write-back */ },
	};

	(void)state;
	for (unsigned i = 0; i < COUNT_OF(over); i++) {
		plain();
		EFI_MEMORY_DESCRIPTOR *d = &fake.options.ranges[fake.options.range_count++];
		*d = over[i];
		d->PhysicalStart = ARENA + ARENA_BYTES / 2;
		d->NumberOfPages = ARENA_PAGES / 2;
		refuses("memory is listed twice", i, "ERR_MAP_LACKS");
	}
}

static void too_little_memory_is_an_error(void **state)
{
	bool entered = false;

	(void)state;
	for (unsigned pages = 0; pages < 320; pages++) {
		plain();
		fake_leave_free(pages);
		survives("free pages", pages);
		assert_true(fake.outcome == FAKE_ENTERED || world_said("ERR_NO_MEMORY") ||
		            world_said("ERR_PT_NO_TABLES"));
		entered |= fake.outcome == FAKE_ENTERED;
	}
	assert_true(entered);
}

static void a_destination_that_is_not_free_is_refused(void **state)
{
	static const struct { paddr at; const char *code; } places[] = {
		{ ARENA_ACPI, "ERR_DESTINATION_TYPE" }, { ARENA_SCREEN, "ERR_DESTINATION_TYPE" },
		{ ARENA_DEVICE, "ERR_DESTINATION" },
		{ 0x40000000, "ERR_DESTINATION" }, { 0x70000000, "ERR_DESTINATION_TYPE" }, { 0, "ERR_" },
		{ ARENA + ARENA_BYTES - PAGE_BYTES, "ERR_DESTINATION" },
	};

	(void)state;
	for (unsigned i = 0; i < COUNT_OF(places); i++) {
		world_make(FAKE_X86_64, KERNEL_STAGED);
		world_kernel_at(places[i].at);
		refuses("kernel at", places[i].at, places[i].code);
	}
}

/* With translation off there is no survey to hold against the last map: it says itself that the place is gone. */
static void a_destination_that_the_last_map_lacks_is_refused(void **state)
{
	(void)state;
	world_make(FAKE_AARCH64, KERNEL_MMU_OFF_STAGED);
	enters("a kernel over the firmware's data", 0);
	unsigned last = fake.map_calls;
	world_make(FAKE_AARCH64, KERNEL_MMU_OFF_STAGED);
	fake.options.drifts[0] = (struct fake_drift){ last, ARENA_BUSY, 64, FAKE_UNLISTED };
	refuses("a kernel where no memory is left", 0, "(ERR_DESTINATION_TYPE");
	assert_true(world_said("map has unknown memory there"));
}

/* Half of it is free, half of it the firmware's until exit. */
static void a_destination_may_be_partly_free(void **state)
{
	(void)state;
	world_make(FAKE_X86_64, KERNEL_STAGED);
	world_kernel_at(ARENA_BUSY - PAGE_BYTES);
	enters("kernel at", ARENA_BUSY - PAGE_BYTES);
	world_make(FAKE_X86_64, KERNEL_STAGED);
	world_kernel_at(ARENA_BUSY + 63 * PAGE_BYTES);
	enters("kernel at", ARENA_BUSY + 63 * PAGE_BYTES);
}

/* U-Boot on x86_64 has its stack and its tables in memory that its map calls free. */
static void what_the_processor_reads_is_not_overwritten(void **state)
{
	(void)state;
	for (unsigned k = 0; k < 2; k++) {
		world_make(FAKE_X86_64, KERNEL_STAGED);
		world_kernel_at(ARENA_FREE);
		if (k)
			fake.options.own = (struct span){ ARENA_FREE + PAGE_BYTES + 100, PAGE_BYTES };
		enters("kernel at", ARENA_FREE);
		assert_int_equal(handoff.move_count != 0, k);
		assert_int_equal(fake.kind[(ARENA_FREE - ARENA) / PAGE_BYTES + 1] == EfiBootServicesData, k);
		assert_int_equal(fake.kind[(ARENA_FREE - ARENA) / PAGE_BYTES + 2] == EfiBootServicesData, k);
	}
	/* The second attempt finds a map that knows. */
	plain();
	fake.options.own = (struct span){ ARENA_BUSY, 2 * PAGE_BYTES };
	enters("tables where they should be", 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_segments_that_go_to_one_place_are_an_error),
		cmocka_unit_test(what_the_processor_reads_is_not_overwritten),
		cmocka_unit_test(descriptors_may_have_any_honest_size),
		cmocka_unit_test(descriptors_that_change_size_do_no_harm),
		cmocka_unit_test(a_map_that_grows_still_fits),
		cmocka_unit_test(a_last_map_that_does_not_fit_is_an_error),
		cmocka_unit_test(a_refused_exit_is_tried_again_a_few_times),
		cmocka_unit_test(what_happens_after_exit_stands_on_the_screen),
		cmocka_unit_test(a_display_in_free_memory_is_not_drawn_on),
		cmocka_unit_test(a_boot_that_goes_well_leaves_the_screen_alone),
		cmocka_unit_test(a_map_that_cannot_be_read_after_a_refused_exit_stops_the_machine),
		cmocka_unit_test(memory_may_change_hands_but_not_cease_to_be_memory),
		cmocka_unit_test(what_the_firmware_gives_must_be_memory_in_its_map),
		cmocka_unit_test(too_little_memory_is_an_error),
		cmocka_unit_test(a_destination_that_is_not_free_is_refused),
		cmocka_unit_test(a_destination_that_the_last_map_lacks_is_refused),
		cmocka_unit_test(a_destination_may_be_partly_free),
	};

	return cmocka_run_group_tests_name("firmware/lies_map", tests, NULL, NULL);
}
