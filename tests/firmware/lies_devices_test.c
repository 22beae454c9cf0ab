/* Displays, consoles, clocks and chance that are not as firmware says, or not there (lies.h). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "given.h"
#include "limine_protocol.h"
#include "lies.h"

/* The mode that the kernel gets if nothing is wrong: the one it asks for, or the current one of a kernel that cannot
 * ask. */
static EFI_GRAPHICS_OUTPUT_MODE_INFORMATION *good_mode(void)
{
	return &fake.options.mode_info[LIES_KERNEL != KERNEL_LIMINE];
}

/* ---- Displays ------------------------------------------------------------------------------------------ */

static void a_required_framebuffer_that_is_missing_is_an_error(void **state)
{
	const size_t type = AT_NOTE + 28 + 8; /* of the second note */

	(void)state;
	for (unsigned k = 0; k < 2; k++) {
		plain();
		assert_int_equal(world_elf.data[type], HOBNAIL_REQUEST_FRAMEBUFFER);
		put32(&world_elf, type, HOBNAIL_REQUIRED | HOBNAIL_REQUEST_FRAMEBUFFER);
		fake.options.no_gop = k;
		if (k)
			refuses("a required framebuffer", k, "(ERR_NO_FRAMEBUFFER;");
		else
			enters("a required framebuffer", k);
	}
}

static uint64_t screens(void)
{
	return world_given().screens;
}

static void a_display_that_cannot_be_drawn_on_is_left_out(void **state)
{
	EFI_GRAPHICS_OUTPUT_MODE_INFORMATION *info = good_mode();

	(void)state;
	for (unsigned what = 0; what < 30; what++) {
		plain();
		fake.options.console_gop = what >= 15; /* which is asked for the console's first */
		switch (what % 15) {
		case 0: fake.options.no_gop = true; fake.options.console_gop = false; break;
		case 1: info->PixelsPerScanLine = 63; break;
		case 2: info->PixelFormat = PixelBltOnly; fake.options.mode_info[0] = *info; break;
		case 3: info->PixelFormat = 99; break;
		case 4: fake.options.mode.FrameBufferBase = 0; break;
		case 5: fake.options.mode.Info = NULL; fake.options.mode.MaxMode = 0; break;
		case 6: fake.options.mode.MaxMode = 0; fake.options.mode_info[0].HorizontalResolution = 0; break;
		case 7: fake.options.mode.MaxMode = 0; fake.options.mode_info[0].VerticalResolution = 0; break;
		case 8: info->PixelFormat = PixelBitMask; break;
		case 9:
			info->PixelFormat = PixelBitMask;
			info->PixelInformation = (EFI_PIXEL_BITMASK){ 0xff, 0xff, 0xff00, 0 };
			break;
		case 10: info->PixelsPerScanLine = UINT32_MAX; break;
		case 11: fake.options.mode.FrameBufferBase = UINT64_MAX - 5; break;
		case 12: fake.options.mode.FrameBufferSize = 100; break;
		case 13: fake_gop.Mode = NULL; break;
		/* its first page is free memory */
		case 14: fake.options.mode.FrameBufferBase = ARENA_BUSY - PAGE_BYTES; break;
		}
		enters("display", what);
		assert_int_equal(screens(), 0);
	}
}

/* The firmware's first display is one that nobody can draw in. */
static void another_display_is_found(void **state)
{
	(void)state;
	for (unsigned what = 0; what < 6; what++) {
		plain();
		fake.options.console_gop = what & 1;
		fake.options.second_gop = what < 4;
		fake.options.mode.FrameBufferBase = 0;
		if (what & 2)
			fake_gop.Mode = NULL;
		enters("another display", what);
		assert_int_equal(screens(), what < 4);
		if (what < 4)
			assert_int_equal(world_given().screen.width, LIES_KERNEL == KERNEL_LIMINE ? 32 : 64);
	}
}

static void a_display_that_can_is_described(void **state)
{
	(void)state;
	plain();
	fake.options.console_gop = true;
	good_mode()->PixelFormat = PixelBitMask;
	good_mode()->PixelInformation = (EFI_PIXEL_BITMASK){ 0xf800, 0x7e0, 0x1f, 0 };
	good_mode()->PixelsPerScanLine = 144;
	enters("display", 0);
	assert_int_equal(world_given().screen.bits, 16);
	assert_int_equal(world_given().screen.pitch, 288);
	plain();
	fake.options.mode.MaxMode = 1; /* the wanted mode is not there: the one that is stays */
	enters("display", 1);
	assert_int_equal(screens(), 1);
	plain();
	fake.options.mode.MaxMode = UINT32_MAX;
	fake.options.budget = 1000;
	fake.options.mode_info[1].VerticalResolution = 7;
	survives("display with 2^32 modes", 0);
}

/* UEFI 2.10, "EFI_GRAPHICS_OUTPUT_PROTOCOL", "EFI_PIXEL_BITMASK": a pixel has the bytes that its highest bit needs. */
static void pixels_are_as_the_mode_has_them(void **state)
{
	static const struct {
		EFI_GRAPHICS_PIXEL_FORMAT format;
		EFI_PIXEL_BITMASK mask;
		uint32_t red, green, blue, bits;
	} modes[] = {
		{ PixelRedGreenBlueReserved8BitPerColor, { 0 }, 0xff, 0xff00, 0xff0000, 32 },
		{ PixelBlueGreenRedReserved8BitPerColor, { 0 }, 0xff0000, 0xff00, 0xff, 32 },
		{ PixelBlueGreenRedReserved8BitPerColor, { 1, 2, 4, 8 }, 0xff0000, 0xff00, 0xff, 32 },
		{ PixelBitMask, { 0xe0, 0x1c, 3, 0 }, 0xe0, 0x1c, 3, 8 },
		{ PixelBitMask, { 0xe0, 0x1c, 3, 0x100 }, 0xe0, 0x1c, 3, 16 },
		{ PixelBitMask, { 0x7c00, 0x3e0, 0x1f, 0 }, 0x7c00, 0x3e0, 0x1f, 16 },
		{ PixelBitMask, { 0x1f, 0x7e0, 0xf800, 0 }, 0x1f, 0x7e0, 0xf800, 16 },
		{ PixelBitMask, { 0xff0000, 0xff00, 0xff, 0 }, 0xff0000, 0xff00, 0xff, 24 },
		{ PixelBitMask, { 0xff0000, 0xff00, 0xff, 0xff000000 }, 0xff0000, 0xff00, 0xff, 32 },
		{ PixelBitMask, { 0x3ff00000, 0xffc00, 0x3ff, 0 }, 0x3ff00000, 0xffc00, 0x3ff, 32 },
	};

	(void)state;
	for (unsigned i = 0; i < COUNT_OF(modes); i++) {
		plain();
		good_mode()->PixelFormat = modes[i].format;
		good_mode()->PixelInformation = modes[i].mask;
		enters("pixels", i);
		struct given g = world_given();
		assert_int_equal(g.screens, 1);
		assert_int_equal(g.screen.red, modes[i].red);
		assert_int_equal(g.screen.green, modes[i].green);
		assert_int_equal(g.screen.blue, modes[i].blue);
		assert_int_equal(g.screen.bits, modes[i].bits);
		assert_int_equal(g.screen.pitch, g.screen.width * modes[i].bits / 8);
		assert_int_equal(g.screen.width, good_mode()->HorizontalResolution);
	}
}

/* The kernel asks for 64 by 48: of the modes it is the first one of that size in which there is something to draw. */
static void a_mode_is_the_wanted_one_by_both_sizes(void **state)
{
	static const struct { uint32_t width, height; bool blt_only, is; } first[] = {
		{ 64, 48, false, true }, { 64, 48, true, false }, { 64, 24, false, false }, { 32, 48, false, false },
		{ 63, 48, false, false }, { 48, 64, false, false },
	};

	(void)state;
	for (unsigned current = 0; current < 2; current++) /* the mode in question is that, or the one after it */
		for (unsigned i = 0; i < COUNT_OF(first); i++) {
			plain();
			EFI_GRAPHICS_OUTPUT_MODE_INFORMATION *info = &fake.options.mode_info[!current];
			fake.options.mode_info[2] = fake.options.mode_info[1];
			info->HorizontalResolution = first[i].width;
			info->VerticalResolution = first[i].height;
			if (first[i].blt_only)
				info->PixelFormat = PixelBltOnly;
			if (current) {
				fake.options.mode_info[1].HorizontalResolution = 20;
				fake.options.mode.Info = info;
			}
			info->PixelsPerScanLine = 70;
			enters("mode", i);
			if (current && first[i].blt_only) { /* it is not looked for another one of its size */
				assert_int_equal(screens(), 0);
				continue;
			}
			assert_int_equal(screens(), 1);
			assert_int_equal(world_given().screen.width, 64);
			assert_int_equal(world_given().screen.height, 48);
			assert_int_equal(world_given().screen.pitch, first[i].is ? 280 : 256);
		}
}

/* A display of 64 by 48 pixels, four bytes each: what firmware says of its memory. */
static void a_display_has_room_for_its_pixels(void **state)
{
	static const struct { uint64_t base, bytes; uint32_t line, height; bool is; } displays[] = {
		{ ARENA_SCREEN, 64 * 48 * 4, 64, 48, true }, { ARENA_SCREEN, 64 * 48 * 4 - 1, 64, 48, false },
		{ ARENA_SCREEN, 0, 64, 48, true }, /* firmware that does not say it */
		{ ARENA_SCREEN, 0, 63, 48, false },
		{ 1ull << 40, 0, 65536, 48, true }, { 1ull << 40, 0, 65537, 48, false },
		{ 1ull << 40, 0, 64, 65536, true }, { 1ull << 40, 0, 64, 65537, false },
	};

	(void)state;
	for (unsigned i = 0; i < COUNT_OF(displays); i++) {
		plain();
		fake.options.mode_info[0] = fake.options.mode_info[1];
		fake.options.mode_info[0].PixelsPerScanLine = displays[i].line;
		fake.options.mode_info[0].VerticalResolution = displays[i].height;
		fake.options.mode.MaxMode = 1;
		fake.options.mode.FrameBufferBase = displays[i].base;
		fake.options.mode.FrameBufferSize = displays[i].bytes;
		enters("room", i);
		assert_int_equal(screens(), displays[i].is);
	}
}

/* ---- Displays of a Limine kernel: the judge looks for the current mode, and at an EDID --------------------------- */

static uint64_t mode_count(void)
{
	const uint64_t *answer = world_answer(ASK_FRAMEBUFFER, 3), *list = world_mapped(answer[2], 8);

	return ((const struct limine_framebuffer *)world_mapped(*list, sizeof(struct limine_framebuffer)))->mode_count;
}

static void the_current_mode_is_listed(void **state)
{
	static EFI_GRAPHICS_OUTPUT_MODE_INFORMATION other;
	static const uint64_t counts[] = { 3, 1, 1, 4 };

	(void)state;
	for (unsigned what = 0; what < 4; what++) {
		plain();
		switch (what) {
		case 0: break;
		case 1: fake.options.mode.MaxMode = 0; break;
		case 2: fake.options.broken[SERVICE_QUERY_MODE] = EFI_DEVICE_ERROR; break;
		case 3:
			other = fake.options.mode_info[0];
			other.PixelsPerScanLine++;
			fake.options.mode.Info = &other;
			break;
		}
		enters("modes", what);
		assert_int_equal(screens(), 1);
		assert_int_equal(mode_count(), counts[what]);
	}
}

static uint64_t edid_bytes(void)
{
	const uint64_t *answer = world_answer(ASK_FRAMEBUFFER, 3), *list = world_mapped(answer[2], 8);
	const struct limine_framebuffer *fb = world_mapped(*list, sizeof *fb);

	assert_int_equal(!fb->edid, !fb->edid_bytes);
	return fb->edid_bytes;
}

static void an_edid_is_passed_on_if_it_is_whole(void **state)
{
	static const uint32_t given[] = { 0, 127, 128, 256, 128, 128 }, expected[] = { 0, 0, 128, 256, 0, 0 };
	static uint8_t edid[256];

	(void)state;
	for (unsigned i = 0; i < COUNT_OF(given); i++) {
		plain();
		memset(edid, 0, sizeof edid);
		memset(edid + 1, 255, 6);
		edid[20] = 6; /* 6 * 255 + 6 is 6 * 256 */
		edid[7] = i == 4;
		edid[127] = i == 4 ? 255 : 0;
		edid[100] = i == 5;
		fake.options.edids[0] = (EFI_EDID_ACTIVE_PROTOCOL){ given[i], edid };
		enters("EDID", i);
		assert_int_equal(edid_bytes(), expected[i]);
	}
}

static void an_edid_is_that_of_the_framebuffers_display(void **state)
{
	static uint8_t edids[2][256];

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		memset(edids[i] + 1, 255, 6);
		edids[i][20] = 6;
	}
	for (unsigned second = 0; second < 2; second++)
		for (unsigned has = 1; has < 4; has++) {
			plain();
			fake.options.second_gop = second;
			if (second)
				fake.options.mode.FrameBufferBase = 0;
			for (unsigned i = 0; i < 2; i++)
				fake.options.edids[i] = (EFI_EDID_ACTIVE_PROTOCOL){ has >> i & 1 ? 128 + 128 * i : 0,
				                                                    edids[i] };
			enters("EDIDs", second << 4 | has);
			assert_int_equal(edid_bytes(), has >> second & 1 ? 128 + 128 * second : 0);
		}
}

/* ---- Where errors and the log go ----------------------------------------------------------------------- */

static void errors_are_told_wherever_there_is_a_way(void **state)
{
	(void)state;
	for (unsigned what = 0; what < 8; what++) {
		plain();
		fake.options.no_console_out = what & 1;
		fake.options.no_serial = what & 2;
		fake.options.serial_console = what & 4;
		world_file(MODULE)->said = 1 << 20; /* the serial port is not known yet */
		survives("early error", what);
		assert_int_equal(fake.outcome, FAKE_RETURNED);
		plain();
		fake_run();
		struct fake_fault last_map = { fake.calls - 1, FAULT_SHORT };
		plain();
		fake.options.no_console_out = what & 1;
		fake.options.no_serial = what & 2;
		fake.options.serial_console = what & 4;
		fake.faults[0] = last_map;
		survives("late error", what);
		assert_int_equal(fake.outcome, FAKE_RETURNED);
		/* What the firmware's console brings to the serial port is not said there twice. */
		assert_int_equal(strstr(fake.serial, "ERR_MAP_CHANGED") != NULL,
		                 !(what & 2) && (what & 1 || !(what & 4)));
		assert_int_equal(strstr(fake.console, "ERR_MAP_CHANGED") != NULL, !(what & 1));
	}
}

static void verbose_shows_the_log(void **state)
{
	(void)state;
	plain();
	world_config("[a]\nkernel = \\boot\\kernel.elf\nverbose = yes\n");
	enters("verbose", 0);
	assert_true(world_said("direct map at"));
	assert_true(world_said("framebuffer at 0x10120000: "));
	plain();
	world_config("[a]\nkernel = \\boot\\kernel.elf\nverbose = yes\n");
	fake.options.no_gop = true;
	enters("verbose, no display", 0);
	assert_false(world_said("framebuffer at 0x10120000"));
	plain();
	world_config("[a]\nkernel = \\boot\\kernel.elf\nverbose = yes\nmodule = gone\n");
	refuses("verbose", 1, "segment 0 (program header 0):");
}

static unsigned times_said(const char *what)
{
	unsigned times = 0;

	for (const char *at = fake.console; (at = strstr(at, what)); at++)
		times++;
	return times;
}

/* Lines stand on the console before the calls that come after them: each call of the firmware is made to hang once. */
static void verbose_shows_each_line_as_it_happens(void **state)
{
	static const char *const lines[] = { "loader: image at 0x", "configuration \\hobnail.conf, entry a\n",
		                             LIES_KERNEL == KERNEL_LIMINE ? "Limine base revision 6 asked for"
		                                                          : "the boot record at 0x",
		                             "direct map at ", "loader: its copy, the net, at 0x" };
	unsigned calls, seen = 0;

	(void)state;
	plain();
	world_config("[a]\nkernel = \\boot\\kernel.elf\nverbose = yes\n");
	fake.options.no_gop = true; /* a run that ends within a call keeps its pools */
	enters("verbose", 0);
	calls = fake.calls;
	for (unsigned i = 0; i < COUNT_OF(lines); i++)
		if (times_said(lines[i]) != 1)
			fail_msg("%u times: %s", times_said(lines[i]), lines[i]);
	assert_int_equal(times_said(": segment 1\n"), 1); /* preflight's list alone shows mappings */
	assert_int_equal(times_said(" w- stack"), 0);
	for (unsigned budget = 1; budget < calls; budget++) {
		plain();
		world_config("[a]\nkernel = \\boot\\kernel.elf\nverbose = yes\n");
		fake.options.no_gop = true;
		fake.options.budget = budget;
		fake_run();
		assert_int_equal(fake.outcome, FAKE_HANGS);
		if (seen < COUNT_OF(lines) - 1 && world_said(lines[seen])) {
			assert_false(world_said(lines[COUNT_OF(lines) - 1]));
			seen++;
		}
	}
	assert_int_equal(seen, COUNT_OF(lines) - 1); /* one after the other: none of them waited for the last */
}

/* ---- Chance and time ----------------------------------------------------------------------------------- */

static void chance_and_time_may_be_missing(void **state)
{
	static const uint16_t times[][6] = { /* year, month, day, hour, minute, second */
		{ 0 }, { 1969, 12, 31 }, { 2024, 0, 1 }, { 2024, 13, 1 }, { 2024, 1, 0 },
		{ 2024, 1, 32 }, { 2024, 1, 1, 24 }, { 2024, 1, 1, 0, 60 },
		{ 2024, 1, 1, 0, 0, 60 }, { 65535, 255, 255, 255, 255, 255 }, { 10000, 1, 1 },
	};

	(void)state;
	for (unsigned i = 0; i < COUNT_OF(times); i++) {
		plain();
		const uint16_t *t = times[i];
		fake.options.time = (EFI_TIME){ .Year = t[0], .Month = (uint8_t)t[1], .Day = (uint8_t)t[2],
		                                .Hour = (uint8_t)t[3],
		                                .Minute = (uint8_t)t[4], .Second = (uint8_t)t[5] };
		fake.options.no_rng = i & 1;
		fake.options.rng_fails = true;
		enters("time", i);
		struct given g = world_given();
		assert_false(g.time);
		assert_int_equal(g.random, LIES_KERNEL == KERNEL_LIMINE); /* other sources stand in */
		assert_int_equal(g.seconds, 0);
	}
}

/* For a Limine kernel: the judge sees that they are as many as asked. */
static void random_values_differ_without_a_generator(void **state)
{
	(void)state;
	for (unsigned fails = 0; fails < 2; fails++) {
		plain();
		fake.options.no_rng = !fails;
		fake.options.rng_fails = fails;
		enters("no generator", fails);
		const uint64_t *answer = world_answer(ASK_ENTROPY, 3), *values = world_mapped(answer[2], answer[1] * 8);
		for (uint64_t i = 0; i < answer[1]; i++)
			for (uint64_t k = 0; k < i; k++)
				assert_int_not_equal(values[i], values[k]);
	}
}

/* Seconds as any other program counts them: each field at an end of its range. */
static void time_is_counted_from_1970(void **state)
{
	static const struct { uint16_t t[6]; uint64_t seconds; } times[] = {
		{ { 1970, 1, 1, 0, 0, 0 }, 0 },
		{ { 1970, 1, 31, 23, 59, 59 }, 2678399 },
		{ { 1999, 12, 31, 23, 59, 59 }, 946684799 },
		{ { 2000, 2, 29, 12, 0, 0 }, 951825600 },
		{ { 2000, 3, 1, 0, 0, 0 }, 951868800 },
		{ { 2024, 2, 29, 23, 59, 59 }, 1709251199 },
		{ { 2100, 2, 28, 1, 2, 3 }, 4107459723 },
		{ { 2100, 3, 1, 1, 2, 3 }, 4107546123 },
		{ { 2024, 11, 30, 6, 7, 8 }, 1732946828 },
		{ { 9999, 12, 31, 23, 59, 59 }, 253402300799 },
	};

	(void)state;
	for (unsigned i = 0; i < COUNT_OF(times); i++) {
		const uint16_t *t = times[i].t;
		plain();
		fake.options.time = (EFI_TIME){
			.Year = t[0], .Month = (uint8_t)t[1], .Day = (uint8_t)t[2],
			.Hour = (uint8_t)t[3], .Minute = (uint8_t)t[4], .Second = (uint8_t)t[5],
		};
		enters("time", i);
		assert_true(world_given().time);
		assert_int_equal(world_given().seconds, times[i].seconds);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		/* These are for the Limine protocol alone. */
		cmocka_unit_test(the_current_mode_is_listed),
		cmocka_unit_test(an_edid_is_passed_on_if_it_is_whole),
		cmocka_unit_test(an_edid_is_that_of_the_framebuffers_display),
		cmocka_unit_test(random_values_differ_without_a_generator),
		cmocka_unit_test(a_display_that_cannot_be_drawn_on_is_left_out),
		cmocka_unit_test(another_display_is_found),
		cmocka_unit_test(a_display_that_can_is_described),
		cmocka_unit_test(pixels_are_as_the_mode_has_them),
		cmocka_unit_test(a_display_has_room_for_its_pixels),
		cmocka_unit_test(errors_are_told_wherever_there_is_a_way),
		cmocka_unit_test(verbose_shows_the_log),
		cmocka_unit_test(verbose_shows_each_line_as_it_happens),
		cmocka_unit_test(chance_and_time_may_be_missing),
		cmocka_unit_test(time_is_counted_from_1970),
		/* Of our own protocol alone. The Limine protocol cannot ask for a display or a mode. */
		cmocka_unit_test(a_required_framebuffer_that_is_missing_is_an_error),
		cmocka_unit_test(a_mode_is_the_wanted_one_by_both_sizes),
	};
	bool is_limine = LIES_KERNEL == KERNEL_LIMINE;
	size_t first = is_limine ? 0 : 4, others = is_limine ? 2 : 0;

	return _cmocka_run_group_tests("firmware/lies_devices", tests + first, COUNT_OF(tests) - first - others, NULL,
	                               NULL);
}
