/* Firmware that lies, and machines that lack things: the boot goes on where it can, else it says why. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "log.h"
#include "read_screen.h"
#include "world.h"

#define KERNEL "\\boot\\kernel.elf"
#define MODULE "\\boot\\one.bin"

static void judged(const char *what, uint64_t n)
{
	const char *why = world_judge();

	if (!why)
		why = world_judge_read_once();
	if (why)
		fail_msg("%s %#llx: %s", what, (unsigned long long)n, why);
}

static void plain(void)
{
	world_make(FAKE_X86_64, KERNEL_UPPER);
}

static void enters(const char *what, uint64_t n)
{
	fake_run();
	judged(what, n);
	if (fake.outcome != FAKE_ENTERED)
		fail_msg("%s %#llx: not entered: %s", what, (unsigned long long)n, fake.console);
}

static void refuses(const char *what, uint64_t n, const char *code)
{
	fake_run();
	judged(what, n);
	if (fake.outcome != FAKE_RETURNED || !world_said(code))
		fail_msg("%s %#llx: no %s: %s", what, (unsigned long long)n, code, fake.console);
}

/* Entered or a clear error. */
static void survives(const char *what, uint64_t n)
{
	fake_run();
	judged(what, n);
}

/* ---- Files --------------------------------------------------------------------------------------------- */

static void a_file_shorter_than_said_is_an_error(void **state)
{
	static const char *const paths[] = { KERNEL, MODULE, "\\boot\\two.bin", "\\hobnail.conf" };

	(void)state;
	for (unsigned i = 0; i < COUNT_OF(paths); i++)
		for (unsigned k = 0; k < 13; k++) {
			plain();
			world_file(paths[i])->said += 1ull << 5 * k;
			if (strcmp(paths[i], KERNEL) == 0)
				survives("kernel longer by", 1ull << 5 * k); /* what is read of it may be there */
			else
				refuses(paths[i], 1ull << 5 * k, "(ERR_");
		}
}

static void a_file_longer_than_said_is_cut(void **state)
{
	(void)state;
	plain();
	world_file(MODULE)->said = 4096;
	fake_run();
	assert_null(world_judge_entered());
	const struct hobnail_boot *r = world_record();
	assert_int_equal(((const struct hobnail_module *)hobnail_entry(r, &r->modules, 0))->bytes, 4096);
	for (uint64_t said = 0; said < BUILT_BYTES; said += 100) {
		plain();
		world_file(KERNEL)->said = said;
		survives("kernel said to have", said);
	}
}

static void a_size_may_change_between_calls(void **state)
{
	(void)state;
	for (int step = -3; step <= 3; step++) {
		plain();
		for (unsigned i = 0; i < fake.file_count; i++)
			fake.files[i].said_step = step;
		enters("size changes by", (uint64_t)step);
	}
}

static void short_reads_are_continued(void **state)
{
	static const uint64_t most[] = { 1, 2, 7, 512, 4095, 4096, 4097 };

	(void)state;
	for (unsigned i = 0; i < COUNT_OF(most); i++) {
		plain();
		fake.options.read_most = most[i];
		enters("a read gives", most[i]);
	}
	plain();
	fake.options.read_most = 0;
	refuses("a read gives", 0, "(ERR_FILE_SHORT");
}

static uint8_t large[3 * MIB(1) + 5];

/* Drivers that cannot move so much at once: nothing is read twice all the same. */
static void a_large_read_that_fails_is_repeated_in_pieces(void **state)
{
	(void)state;
	for (unsigned i = 0; i < sizeof large; i++)
		large[i] = (uint8_t)(i * 7 + i / 253);
	for (unsigned nothing = 0; nothing < 2; nothing++) {
		plain();
		world_replace(world_file(MODULE), large, sizeof large);
		fake.options.read_limit = MIB(1);
		fake.options.read_nothing = nothing;
		enters("reads fail beyond 1 MiB, silently", nothing);
		plain();
		world_replace(world_file(MODULE), large, sizeof large);
		fake.options.bad_byte = MIB(2) + 100;
		fake.options.read_nothing = nothing;
		refuses("a bad byte, silently", nothing, nothing ? "(ERR_FILE_SHORT" : "(ERR_FILE_READ");
		assert_true(world_said("one.bin: "));
		assert_true(world_said("0x200000"));
	}
	plain();
	fake.options.bad_byte = 1;
	refuses("a bad byte", 1, "cannot be read from offset 0x0 on");
}

static unsigned opens(void)
{
	unsigned count = 0;

	for (unsigned i = 0; i < fake.calls; i++)
		count += fake.trace[i].service == SERVICE_OPEN;
	return count;
}

/* The firmware is not asked for what cannot be there. */
static void a_path_that_fat_cannot_have_is_refused_before_the_firmware_is_asked(void **state)
{
	static const CHAR16 option[] = u"config=\\a:b.conf";
	static const struct { const char *config, *code; } cases[] = {
		{ "[a]\nkernel = \\boot\\kernel.elf\nmodule = a*b\n", "cannot open a*b: character 2 of this path is" },
		{ "[a]\nkernel = fs0:\\boot\\kernel.elf\n", "(ERR_PATH_CHARACTER;" },
		{ "[a]\nkernel = \\boot\\kernel.elf.\n", "(ERR_PATH_END;" },
		{ "[a]\nkernel = \"\\boot\\kernel.elf \"\n", "(ERR_PATH_END;" },
	};

	(void)state;
	plain();
	world_config("[a]\nkernel = \\boot\\absent\n");
	refuses("absent", 0, "(ERR_FILE_NOT_FOUND;");
	unsigned asked = opens();
	for (unsigned i = 0; i < COUNT_OF(cases); i++) {
		plain();
		world_config(cases[i].config);
		refuses(cases[i].config, i, cases[i].code);
		assert_int_equal(opens(), asked - 1);
	}
	plain();
	fake.options.load_options = option;
	fake.options.load_options_bytes = sizeof option;
	refuses("config=", 0, "(ERR_PATH_CHARACTER;");
	assert_true(world_said("cannot open \\a:b.conf: character 3 of this path is"));
	assert_int_equal(opens(), 0);
}

/* Firmware may serve other volumes than FAT. */
static void names_that_the_volume_has_are_taken_as_they_are(void **state)
{
	static const char *const names[] = { "\\boot\\modules\\a:b.cpio", "\\boot\\modules\\two ", "\\boot\\modules\\end." };

	(void)state;
	for (unsigned i = 0; i < COUNT_OF(names); i++) {
		plain();
		world_file("\\hobnail.conf")->path = "\\other";
		struct fake_file *f = fake_add(names[i], "abc", 3);
		enters(names[i], i);
		assert_int_equal(f->opened, 1);
	}
}

/* The loader's folder is where it is. If the firmware refuses such a name, whatever it says, nothing is there. */
static void a_folder_of_a_strange_name_is_looked_into(void **state)
{
	static const CHAR16 own[] = u"\\efi\\a:b\\x.efi";
	static const char beside[] = "[a]\nkernel = \\boot\\absent\n";
	static uint8_t path[64] = { EFI_PATH_MEDIA, EFI_PATH_FILE, 4 + sizeof own, 0 };
	unsigned first = 0;

	(void)state;
	memcpy(path + 4, own, sizeof own);
	memcpy(path + 4 + sizeof own, (uint8_t[]){ EFI_PATH_END, EFI_PATH_END_ENTIRE, 4, 0 }, 4);
	for (unsigned k = 0; k < 3; k++) {
		plain();
		fake.options.file_path = path;
		if (k == 1)
			fake_add("\\efi\\a:b\\hobnail.conf", beside, sizeof beside - 1);
		if (k == 2)
			fake.faults[0] = (struct fake_fault){ first + 1, EFI_INVALID_PARAMETER };
		if (k == 1)
			refuses("its own configuration", k, "(ERR_FILE_NOT_FOUND;");
		else
			enters("a folder with a colon", k);
		for (first = 0; fake.trace[first].service != SERVICE_OPEN; first++)
			;
	}
}

static void what_is_missing_or_no_file_is_named(void **state)
{
	static const char *const configs[][2] = {
		{ "[a]\nkernel = \\boot\\absent.elf\n", "absent.elf: " }, { "[a]\nkernel = \\boot\n", "ERR_FILE_DIRECTORY" },
		{ "[a]\nkernel = \\boot\\kernel.elf\nmodule = gone\n", "gone: " },
		{ "[a]\nkernel = \\boot\\kernel.elf\nmodule = \\boot\\one bin\n", "(ERR_FILE_NOT_FOUND_TEXT;" },
		{ "[a]\nkernel = \\boot\\kernel.elf\nmodule = boot\n", "ERR_FILE_DIRECTORY" },
		{ "[a]\nkernel = \\boot\\one.bin\n", "one.bin: " }, { "[a]\n", "hobnail.conf: " }, { "", "hobnail.conf: " },
		{ "rubbish", "hobnail.conf: " },
	};

	(void)state;
	for (unsigned i = 0; i < COUNT_OF(configs); i++) {
		plain();
		world_config(configs[i][0]);
		refuses(configs[i][0], i, configs[i][1]);
	}
	plain();
	world_file(KERNEL)->said = world_file(KERNEL)->bytes = 0;
	refuses("empty kernel", 0, "ERR_FILE_EMPTY");
}

static void where_the_configuration_was_looked_for_is_said(void **state)
{
	static uint8_t path[64];
	static const CHAR16 own[] = u"\\EFI\\BOOT\\x.efi";
	static const struct { const char *config, *said; bool beside; } cases[] = {
		{ "\\hobnail.conf.txt", "There is no hobnail.conf in \\; not read: \\hobnail.conf.txt; kernels there may be: ", false },
		{ "\\boot\\HOBNAIL.conf", "There is no hobnail.conf in \\; not read: \\boot\\HOBNAIL.conf; kernels there may be: ", false },
		{ "\\efi\\Hobnail.cfg", "There is no hobnail.conf in \\EFI\\BOOT or \\; not read: \\EFI\\Hobnail.cfg; kernels", true },
		{ "\\EFI\\BOOT\\hobnail .conf", "in \\EFI\\BOOT or \\; not read: \\EFI\\BOOT\\hobnail .conf; kernels", true },
		{ "\\hobnail.efi", "There is no hobnail.conf in \\EFI\\BOOT or \\; kernels there may be: ", true },
		{ "\\elsewhere\\hobnail.conf", "There is no hobnail.conf in \\; kernels there may be: ", false },
	};

	(void)state;
	memcpy(path, (uint8_t[]){ EFI_PATH_MEDIA, EFI_PATH_FILE, 4 + sizeof own, 0 }, 4);
	memcpy(path + 4, own, sizeof own);
	memcpy(path + 4 + sizeof own, (uint8_t[]){ EFI_PATH_END, EFI_PATH_END_ENTIRE, 4, 0 }, 4);
	for (unsigned i = 0; i < COUNT_OF(cases); i++)
		for (unsigned missing = 0; missing < 2; missing++) {
			plain();
			world_file("\\hobnail.conf")->path = cases[i].config;
			fake.options.file_path = cases[i].beside ? path : NULL;
			if (!missing) { /* the default kernel boots: the log says why that one */
				enters(cases[i].config, missing);
				assert_non_null(strstr(loader_log.text, cases[i].beside ? "no hobnail.conf in \\EFI\\BOOT or \\" : "no hobnail.conf in \\"));
				assert_non_null(strstr(loader_log.text, "booting \\boot\\kernel.elf with every file in \\boot\\modules\n"));
				continue;
			}
			world_file(KERNEL)->path = "\\boot\\mykernel.ELF";
			refuses(cases[i].config, missing, "(ERR_FILE_NOT_FOUND;");
			assert_true(world_said("cannot load the kernel \\boot\\kernel.elf: ") || world_said("\\boot\\kernel.elf: there is no such file"));
			if (!world_said(cases[i].said) || !world_said("kernels there may be: \\boot\\mykernel.ELF.\n"))
				fail_msg("%s: %s", cases[i].said, fake.console);
		}
	plain();
	world_file("\\hobnail.conf")->path = "\\Hobnail.txt";
	fake.options.load_options = u"entry=test";
	fake.options.load_options_bytes = 22;
	refuses("an entry of no configuration", 0, "(ERR_FILE_NOT_FOUND;");
	assert_true(world_said("There is no hobnail.conf in \\EFI\\BOOT or \\; not read: \\Hobnail.txt."));
}

/* A name that is an ending and nothing else has that ending. */
static void a_name_may_be_all_ending(void **state)
{
	(void)state;
	plain();
	world_file("\\hobnail.conf")->path = "\\none.txt";
	world_file(KERNEL)->path = "\\boot\\.elf";
	refuses("a kernel without a name", 0, "(ERR_FILE_NOT_FOUND;");
	assert_true(world_said("kernels there may be: \\boot\\.elf.\n"));
}

static void a_configuration_that_nobody_misses_is_not_spoken_of(void **state)
{
	static const struct { const char *config; bool said; } cases[] = {
		{ "\\elsewhere\\hobnail.conf", false }, { "\\hobnail.conf.txt", true },
	};

	(void)state;
	for (unsigned i = 0; i < COUNT_OF(cases); i++) {
		plain();
		world_file("\\hobnail.conf")->path = cases[i].config;
		world_file(KERNEL)->said = world_file(KERNEL)->bytes = 0;
		refuses(cases[i].config, i, "(ERR_FILE_EMPTY;");
		if (world_said("There is no hobnail.conf") != cases[i].said)
			fail_msg("%s: %s", cases[i].config, fake.console);
	}
}

static void too_many_modules_are_refused(void **state)
{
	static char paths[70][32];

	(void)state;
	for (unsigned count = 62; count < 68; count++) {
		plain();
		world_file("\\hobnail.conf")->path = "\\elsewhere.conf";
		for (unsigned i = 0; i < count; i++) {
			snprintf(paths[i], sizeof paths[i], "\\boot\\modules\\%02u", (i * 37) % 70);
			fake_add(paths[i], "x", 1);
		}
		if (count <= CONFIG_MAX_MODULES)
			enters("modules", count);
		else
			refuses("modules", count, "ERR_TOO_MANY_MODULES");
	}
}

/* A chain of clusters that leads back into itself, in a directory that has no module. */
static void a_directory_without_end_is_an_error(void **state)
{
	static const char *const names[] = { "\\boot\\modules\\.hidden", "\\boot\\modules\\folder\\file" };

	(void)state;
	for (unsigned i = 0; i < COUNT_OF(names); i++) {
		plain();
		world_file("\\hobnail.conf")->path = "\\elsewhere.conf";
		fake_add(names[i], "x", 1);
		fake.options.endless_directories = true;
		refuses("an endless directory", i, "(ERR_DIRECTORY_END;");
		assert_true(world_said("hobnail: cannot list \\boot\\modules: "));
		assert_true(world_said("4096 entries"));
	}
}

/* The arena of paths is one of a few things with a fixed size. */
static void paths_that_do_not_fit_are_refused(void **state)
{
	static char text[CONFIG_MAX_BYTES];
	size_t used = 0;

	(void)state;
	used += (size_t)snprintf(text, sizeof text, "[a]\nkernel = \\boot\\kernel.elf\n");
	for (unsigned i = 0; i < CONFIG_MAX_MODULES; i++)
		used += (size_t)snprintf(text + used, sizeof text - used, "module = %0200u\\%0199u\n", 1, i);
	plain();
	world_config(text);
	refuses("module paths of", used, "(ERR_PATHS_FULL");
	assert_true(world_said("20480 bytes"));
	assert_true(world_said("Try: "));
}

/* A name relative to the configuration, where that already is far down. */
static void a_path_that_is_too_long_with_its_directory_is_refused(void **state)
{
	static char text[CONFIG_MAX_PATH], path[240];
	static CHAR16 option[7 + sizeof path] = u"config=";

	(void)state;
	snprintf(path, sizeof path, "\\%0200u\\hobnail.conf", 1);
	for (unsigned i = 0; i < sizeof path; i++)
		option[7 + i] = (CHAR16)path[i];
	for (unsigned k = 0; k < 2; k++) {
		snprintf(text, sizeof text, "[a]\nkernel = \\boot\\kernel.elf\nmodule = %0200u\\%0200u\\%0200u\\%0*u\n", 1, 1, 1,
		         k ? 220 : 219, 2);
		plain();
		world_file("\\hobnail.conf")->path = path;
		world_replace(world_file(path), text, strlen(text));
		fake.options.load_options = option;
		fake.options.load_options_bytes = (uint32_t)(7 + strlen(path)) * sizeof *option;
		refuses("a path of", 1024 + k, k ? "(ERR_PATH;" : "(ERR_FILE_NOT_FOUND;");
	}
}

static void a_file_that_is_too_big_is_refused(void **state)
{
	(void)state;
	plain();
	world_file("\\hobnail.conf")->said = CONFIG_MAX_BYTES + 1;
	refuses("a configuration of", CONFIG_MAX_BYTES + 1, "(ERR_FILE_TOO_BIG;");
	assert_true(world_said("the file has 65537 bytes; at most 65536 are supported"));
	plain();
	world_file(MODULE)->said = UINT64_MAX;
	refuses("a module of", UINT64_MAX, "(ERR_FILE_TOO_BIG;");
}

/* What the firmware answers to the first call of a service. */
static void first_call_fails(enum service service, EFI_STATUS status, const char *code, const char *said)
{
	unsigned n = 0;

	plain();
	fake_run();
	while (fake.trace[n].service != service)
		assert_true(++n < fake.calls);
	plain();
	fake.faults[0] = (struct fake_fault){ n + 1, status };
	refuses(fake_service_name(service), status, code);
	assert_true(world_said(said));
}

static void firmware_without_an_image_or_a_volume_is_named(void **state)
{
	(void)state;
	first_call_fails(SERVICE_HANDLE_PROTOCOL, EFI_UNSUPPORTED, "(ERR_NO_IMAGE;", "(status 0x8000000000000003)");
	first_call_fails(SERVICE_OPEN_VOLUME, EFI_DEVICE_ERROR, "(ERR_NO_VOLUME;", "(status 0x8000000000000007)");
	first_call_fails(SERVICE_OPEN, EFI_DEVICE_ERROR, "(ERR_FIRMWARE;", "status 0x8000000000000007: the device reported an error");
}

/* Three bytes a character, and hundreds of them: the text of the error has room for what follows. */
static void an_error_about_a_long_path_is_whole(void **state)
{
	static CHAR16 option[7 + 330] = u"config=";

	(void)state;
	for (unsigned i = 7; i < COUNT_OF(option); i++)
		option[i] = i % 200 ? 0x20ac : '\\';
	plain();
	fake.options.load_options = option;
	fake.options.load_options_bytes = sizeof option;
	refuses("a long path", 0, "(ERR_FILE_NOT_FOUND");
}

/* ---- The kernel ---------------------------------------------------------------------------------------- */

/* As a linker script with PHDRS of its own leaves it: a section that no program header names. */
static void notes_that_no_program_header_covers_are_an_error(void **state)
{
	(void)state;
	plain();
	put32(&world_elf, PH_NOTE, 0);
	refuses("a note section alone", 0, "(ERR_NOTE_LOST;");
	assert_true(world_said("a section holds Hobnail notes, at 0x1094, but"));
	plain();
	put32(&world_elf, PH_NOTE, 0);
	put32(&world_elf, AT_NOTE + 12, 0x58585858); /* somebody else's */
	enters("a note section of another name", 0);
}

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

/* ---- Memory map and exit ------------------------------------------------------------------------------- */

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
		{ ARENA_FREE, EfiReservedMemoryType, "ERR_MAP_CHANGED" }, { ARENA_FREE, EfiRuntimeServicesCode, "ERR_MAP_CHANGED" },
		{ ARENA_BUSY, EfiMemoryMappedIO, "ERR_MAP_CHANGED" }, { ARENA_SCREEN, EfiBootServicesData, "ERR_MAP_CHANGED" },
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
		{ .Type = EfiRuntimeServicesData, .Attribute = 8 }, { .Type = EfiConventionalMemory, .Attribute = 1 /* not write-back */ },
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
		assert_true(fake.outcome == FAKE_ENTERED || world_said("ERR_NO_MEMORY") || world_said("ERR_PT_NO_TABLES"));
		entered |= fake.outcome == FAKE_ENTERED;
	}
	assert_true(entered);
}

static void a_destination_that_is_not_free_is_refused(void **state)
{
	static const struct { paddr at; const char *code; } places[] = {
		{ ARENA_ACPI, "ERR_DESTINATION_TYPE" }, { ARENA_SCREEN, "ERR_DESTINATION_TYPE" }, { ARENA_DEVICE, "ERR_DESTINATION" },
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

/* ---- Devices ------------------------------------------------------------------------------------------- */

static uint32_t screens(void)
{
	return world_record()->framebuffers.count;
}

static void a_display_that_cannot_be_drawn_on_is_left_out(void **state)
{
	EFI_GRAPHICS_OUTPUT_MODE_INFORMATION *info = &fake.options.mode_info[1]; /* the one that the kernel asks for */

	(void)state;
	for (unsigned what = 0; what < 15; what++) {
		plain();
		switch (what) {
		case 0: fake.options.no_gop = true; break;
		case 1: info->PixelsPerScanLine = 63; break;
		case 2: info->PixelFormat = PixelBltOnly; fake.options.mode_info[0] = *info; break;
		case 3: info->PixelFormat = 99; break;
		case 4: fake.options.mode.FrameBufferBase = 0; break;
		case 5: fake.options.mode.Info = NULL; fake.options.mode.MaxMode = 0; break;
		case 6: fake.options.mode.MaxMode = 0; fake.options.mode_info[0].HorizontalResolution = 0; break;
		case 7: fake.options.mode.MaxMode = 0; fake.options.mode_info[0].VerticalResolution = 0; break;
		case 8: info->PixelFormat = PixelBitMask; break;
		case 9: info->PixelFormat = PixelBitMask; info->PixelInformation = (EFI_PIXEL_BITMASK){ 0xff, 0xff, 0xff00, 0 }; break;
		case 10: info->PixelsPerScanLine = UINT32_MAX; break;
		case 11: fake.options.mode.FrameBufferBase = UINT64_MAX - 5; break;
		case 12: fake.options.mode.FrameBufferSize = 100; break;
		case 13: fake_gop.Mode = NULL; break;
		case 14: fake.options.mode.FrameBufferBase = ARENA_BUSY - PAGE_BYTES; break; /* its first page is free memory */
		}
		enters("display", what);
		assert_int_equal(screens(), 0);
	}
}

static void a_display_that_can_is_described(void **state)
{
	(void)state;
	plain();
	fake.options.console_gop = true;
	fake.options.mode_info[1].PixelFormat = PixelBitMask;
	fake.options.mode_info[1].PixelInformation = (EFI_PIXEL_BITMASK){ 0xf800, 0x7e0, 0x1f, 0 };
	fake.options.mode_info[1].PixelsPerScanLine = 80;
	enters("display", 0);
	const struct hobnail_framebuffer *fb = hobnail_entry(world_record(), &world_record()->framebuffers, 0);
	assert_int_equal(fb->bits_per_pixel, 16);
	assert_int_equal(fb->pitch, 160);
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
		assert_int_equal(strstr(fake.serial, "ERR_MAP_CHANGED") != NULL, !(what & 2) && (what & 1 || !(what & 4)));
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
	assert_false(world_said("framebuffer at"));
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
	                                     "direct map at ", "the boot record at 0x", "loader: its copy, the net, at 0x" };
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

static void chance_and_time_may_be_missing(void **state)
{
	static const uint16_t times[][6] = { /* year, month, day, hour, minute, second */
		{ 0 }, { 1969, 12, 31 }, { 2024, 0, 1 }, { 2024, 13, 1 }, { 2024, 1, 0 }, { 2024, 1, 32 }, { 2024, 1, 1, 24 },
		{ 2024, 1, 1, 0, 60 }, { 2024, 1, 1, 0, 0, 60 }, { 65535, 255, 255, 255, 255, 255 },
	};
	static const uint8_t zero[64];

	(void)state;
	for (unsigned i = 0; i < COUNT_OF(times); i++) {
		plain();
		const uint16_t *t = times[i];
		fake.options.time = (EFI_TIME){ .Year = t[0], .Month = (uint8_t)t[1], .Day = (uint8_t)t[2], .Hour = (uint8_t)t[3],
		                                .Minute = (uint8_t)t[4], .Second = (uint8_t)t[5] };
		fake.options.no_rng = i & 1;
		fake.options.rng_fails = true;
		enters("time", i);
		assert_false(world_record()->valid & (HOBNAIL_HAS_BOOT_TIME | HOBNAIL_HAS_ENTROPY));
		assert_int_equal(world_record()->boot_time, 0);
		assert_memory_equal(world_record()->entropy, zero, sizeof zero);
	}
}

static void a_confidential_guest_is_refused_before_anything(void **state)
{
	(void)state;
	plain();
	fake.options.facts.confidential = true;
	refuses("confidential guest", 0, "(ERR_CONFIDENTIAL");
	assert_int_equal(fake.status, EFI_UNSUPPORTED);
	for (unsigned i = 0; i < fake.calls; i++)
		assert_true(fake.trace[i].service != SERVICE_OPEN_VOLUME && fake.trace[i].service != SERVICE_ALLOCATE_PAGES);
}

/* Neither the load options nor a directory or file of the volume is looked at. */
static void secure_boot_refuses(const char *what, uint64_t n, const char *code)
{
	static const CHAR16 nonsense[] = u"BOOTX64.EFI nonsense=";

	fake.options.load_options = nonsense;
	fake.options.load_options_bytes = sizeof nonsense;
	refuses(what, n, code);
	assert_true(world_said("hobnail: cannot start a kernel: "));
	assert_int_equal(fake.status, EFI_SECURITY_VIOLATION);
	for (unsigned i = 0; i < fake.calls; i++)
		assert_true(fake.trace[i].service != SERVICE_OPEN_VOLUME && fake.trace[i].service != SERVICE_OPEN);
}

static void secure_boot_is_refused_before_anything_is_parsed(void **state)
{
	(void)state;
	plain();
	fake.options.secure_boot = 1;
	secure_boot_refuses("Secure Boot", 1, "(ERR_SECURE_BOOT;");
}

static void a_secure_boot_state_that_cannot_be_read_counts_as_on(void **state)
{
	static const EFI_STATUS failures[] = { EFI_DEVICE_ERROR, EFI_SECURITY_VIOLATION, EFI_INVALID_PARAMETER, EFI_TIMEOUT,
	                                       EFI_BUFFER_TOO_SMALL };
	static const UINTN sizes[] = { 0, 2, 4 };

	(void)state;
	for (unsigned on = 0; on < 2; on++) {
		for (unsigned i = 0; i < COUNT_OF(failures); i++) {
			plain();
			fake.options.secure_boot = (int)on;
			fake.options.secure_boot_status = failures[i];
			secure_boot_refuses("SecureBoot fails with", failures[i], "(ERR_SECURE_BOOT_UNKNOWN;");
		}
		for (unsigned i = 0; i < COUNT_OF(sizes); i++) {
			plain();
			fake.options.secure_boot = (int)on;
			fake.options.secure_boot_bytes = sizes[i];
			secure_boot_refuses("SecureBoot has bytes", sizes[i], "(ERR_SECURE_BOOT_UNKNOWN;");
		}
	}
	for (int value = 2; value < 256; value++) {
		plain();
		fake.options.secure_boot = value;
		secure_boot_refuses("SecureBoot is", (uint64_t)value, "(ERR_SECURE_BOOT_UNKNOWN;");
	}
}

static void firmware_without_secure_boot_boots(void **state)
{
	static const EFI_STATUS none[] = { EFI_NOT_FOUND, EFI_UNSUPPORTED };

	(void)state;
	for (unsigned i = 0; i < COUNT_OF(none); i++) {
		plain();
		fake.options.secure_boot_status = none[i];
		enters("no variable SecureBoot", none[i]);
		assert_int_equal(world_record()->secure_boot, HOBNAIL_SECURE_BOOT_OFF);
	}
}

/* ---- Tables -------------------------------------------------------------------------------------------- */

static uint8_t *at(paddr where)
{
	return (uint8_t *)(uintptr_t)where;
}

static void put_address(paddr where, uint64_t value)
{
	memcpy(at(where), &value, sizeof value);
}

/* Make the sum of a table right again after a change; its checksum is byte `sum`. */
static void fix(paddr table, uint32_t bytes, unsigned sum)
{
	uint8_t s = 0;

	at(table)[sum] = 0;
	for (uint32_t i = 0; i < bytes; i++)
		s = (uint8_t)(s + at(table)[i]);
	at(table)[sum] = (uint8_t)-s;
}

static void broken_acpi_tables_are_not_used(void **state)
{
	const paddr rsdp = ARENA_ACPI, xsdt = ARENA_ACPI + 0x100;
	static const paddr nowhere[] = { 0, 0x40000000, 0xfec00000, ARENA_DEVICE, UINT64_MAX - 3, ARENA + ARENA_BYTES - 4, 1ull << 52 };

	(void)state;
	plain();
	at(rsdp)[8]++;
	enters("RSDP with a wrong sum", 0);
	assert_false(world_record()->valid & HOBNAIL_HAS_ACPI);
	assert_int_equal(world_record()->cpus.count, 1);
	for (unsigned i = 0; i < COUNT_OF(nowhere); i++) {
		plain();
		fake.options.rsdp = nowhere[i];
		fake.options.smbios = nowhere[i];
		fake.options.device_tree = nowhere[i];
		enters("tables at", nowhere[i]);
		assert_false(world_record()->valid & (HOBNAIL_HAS_ACPI | HOBNAIL_HAS_SMBIOS | HOBNAIL_HAS_DEVICE_TREE));
		plain();
		put_address(rsdp + 24, nowhere[i]);
		fix(rsdp, 36, 32);
		enters("XSDT at", nowhere[i]);
		plain();
		put_address(xsdt + 36, nowhere[i]);
		fix(xsdt, 44, 9);
		enters("MADT at", nowhere[i]);
		assert_int_equal(world_record()->cpus.count, 1);
	}
}

static void any_damaged_byte_of_a_table_does_no_harm(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 0x260; i++) {
		plain();
		at(ARENA_ACPI)[i] ^= 0xff;
		survives("ACPI byte", i);
		plain();
		at(ARENA_ACPI + 0x200)[i % 72] = 0xff;
		fix(ARENA_ACPI + 0x200, 72, 9);
		survives("MADT byte", i);
		world_make(FAKE_AARCH64, KERNEL_UPPER);
		at(ARENA_TREE)[i] ^= 0xff;
		survives("device tree byte", i);
	}
}

static void a_truncated_device_tree_is_not_used(void **state)
{
	(void)state;
	for (unsigned bytes = 0; bytes < 0x120; bytes += 4) {
		world_make(FAKE_AARCH64, KERNEL_UPPER);
		fake.options.rsdp = 0;
		at(ARENA_TREE)[6] = (uint8_t)(bytes >> 8);
		at(ARENA_TREE)[7] = (uint8_t)bytes;
		survives("device tree of", bytes);
	}
	world_make(FAKE_AARCH64, KERNEL_UPPER);
	at(ARENA_TREE)[4] = 0x7f; /* 2 GiB: past the end of memory */
	enters("device tree of 2 GiB", 0);
	assert_false(world_record()->valid & HOBNAIL_HAS_DEVICE_TREE);
}

static void a_device_tree_in_the_way_is_moved(void **state)
{
	(void)state;
	for (unsigned k = 0; k < 2; k++) {
		world_make(FAKE_AARCH64, k ? KERNEL_MMU_OFF_STAGED : KERNEL_STAGED);
		world_kernel_at(ARENA_TREE);
		enters("device tree in the way", k);
		const struct hobnail_boot *r = world_record();
		assert_true(r->valid & HOBNAIL_HAS_DEVICE_TREE);
		assert_int_not_equal(r->device_tree, ARENA_TREE);
		assert_int_equal(fdt_total_bytes(at(r->device_tree)), r->device_tree_bytes);
	}
}

static uint32_t type_at(paddr where)
{
	const struct hobnail_boot *r = world_record();

	for (uint32_t i = 0; i < r->memory_map.count; i++) {
		const struct hobnail_memory *m = hobnail_entry(r, &r->memory_map, i);
		if (where - m->base < m->bytes)
			return m->type;
	}
	return 0;
}

/* SMBIOS specification, "SMBIOS 3.0 (64-bit) Entry Point" */
static void put_smbios(paddr entry, paddr table, uint32_t bytes)
{
	memcpy(at(entry), "_SM3_\0\x18\3", 8);
	put_address(entry + 8, (uint64_t)bytes << 32);
	put_address(entry + 16, table);
	fake.options.smbios = entry;
}

/* Boot-services data: as good as free, for a kernel that was not told. */
static void tables_in_memory_that_would_be_free_are_kept(void **state)
{
	const paddr busy = ARENA_BUSY;

	(void)state;
	plain();
	memset(fake.kind + (ARENA_ACPI - ARENA) / PAGE_BYTES, EfiBootServicesData, 16);
	put_smbios(busy + 0x10, busy + 2 * PAGE_BYTES - 8, 16);
	enters("tables in boot-services data", 0);
	assert_int_equal(type_at(ARENA_ACPI), HOBNAIL_MEMORY_ACPI_RECLAIM);
	assert_int_equal(type_at(ARENA_ACPI + PAGE_BYTES), HOBNAIL_MEMORY_FIRMWARE_BOOT);
	assert_int_equal(type_at(busy), HOBNAIL_MEMORY_ACPI_RECLAIM);
	assert_int_equal(type_at(busy + PAGE_BYTES), HOBNAIL_MEMORY_ACPI_RECLAIM);
	assert_int_equal(type_at(busy + 2 * PAGE_BYTES), HOBNAIL_MEMORY_ACPI_RECLAIM);
	assert_int_equal(type_at(busy + 3 * PAGE_BYTES), HOBNAIL_MEMORY_FIRMWARE_BOOT);
}

static void a_segment_is_not_moved_onto_tables(void **state)
{
	(void)state;
	for (unsigned k = 0; k < 3; k++) {
		world_make(FAKE_X86_64, KERNEL_STAGED); /* at ARENA_BUSY + 8 pages */
		if (k == 2)
			put_smbios(ARENA_BUSY + 9 * PAGE_BYTES, ARENA_BUSY, 100);
		else if (k)
			put_smbios(ARENA_BUSY, ARENA_BUSY + 9 * PAGE_BYTES, 100);
		else
			memset(fake.kind + (ARENA_ACPI - ARENA) / PAGE_BYTES, EfiBootServicesData, 16), world_kernel_at(ARENA_ACPI);
		refuses("a segment on tables", k, "(ERR_DESTINATION_OWN");
		char place[64];
		snprintf(place, sizeof place, "must be at physical %#llx, where",
		         k ? (unsigned long long)(ARENA_BUSY + 9 * PAGE_BYTES) : (unsigned long long)ARENA_ACPI);
		if (!world_said(place))
			fail_msg("not %s, but: %s", place, fake.console);
	}
}

/* ---- What we were started with ------------------------------------------------------------------------- */

static void load_options_that_are_no_text_are_ignored(void **state)
{
	static const uint8_t guid[16] = { 0x4e, 0xac, 0x08, 0x81, 0x11, 0x9f, 0x59, 0x4d, 0x85, 0x0e, 0xe2, 0x1a, 0x52, 0x2c, 0x59, 0xb2 };
	static const CHAR16 half[] = { 0xd800, 'a', 0 };
	static uint8_t shifted[64];

	(void)state;
	for (unsigned bytes = 0; bytes <= sizeof guid; bytes++) {
		plain();
		fake.options.load_options = guid;
		fake.options.load_options_bytes = bytes;
		survives("load options of", bytes);
	}
	plain();
	fake.options.load_options = half;
	fake.options.load_options_bytes = sizeof half;
	enters("half a surrogate pair", 0);
	plain();
	memcpy(shifted + 1, u"entry=test", 20);
	fake.options.load_options = shifted + 1; /* nothing says that they are aligned */
	fake.options.load_options_bytes = 20;
	enters("load options at an odd address", 0);
	plain();
	fake.options.load_options_bytes = 1000;
	enters("load options at NULL", 0);
}

static void load_options_choose(void **state)
{
	static const struct { const CHAR16 *text; uint32_t bytes; const char *said; } options[] = {
		{ u"entry=test", 22, NULL }, { u"entry=none", 22, "ERR_CONFIG_NO_ENTRY" }, { u"config=hobnail.conf", 40, NULL },
		{ u"config=/absent", 30, "ERR_FILE_NOT_FOUND" }, { u"loader.efi entry=test", 44, NULL },
		{ u"a=b", 8, "ERR_OPTION" },
	};
	static CHAR16 many[3000];

	(void)state;
	for (unsigned i = 0; i < COUNT_OF(options); i++) {
		plain();
		fake.options.load_options = options[i].text;
		fake.options.load_options_bytes = options[i].bytes;
		if (options[i].said)
			refuses("load options", i, options[i].said);
		else
			enters("load options", i);
	}
	for (unsigned i = 0; i < COUNT_OF(many); i++)
		many[i] = 'A';
	for (unsigned units = 0; units < COUNT_OF(many); units += 97) {
		plain();
		fake.options.load_options = many;
		fake.options.load_options_bytes = units * 2;
		survives("load options of", units);
	}
}

static void expect_logged(const char *what)
{
	if (!memmem(loader_log.text, loader_log.used, what, strlen(what)))
		fail_msg("not in the log: %s", what);
}

static void give_options(const void *options, size_t bytes)
{
	plain();
	fake.options.load_options = options;
	fake.options.load_options_bytes = (uint32_t)bytes;
}

static void load_options_that_are_ignored_are_logged(void **state)
{
	static const uint8_t data[16] = { 1, 2, 3 };
	static const CHAR16 linux_line[] = u"root=/dev/sdb3 init=/sbin/init rootwait ro";
	static CHAR16 many[1200];

	(void)state;
	give_options(data, sizeof data);
	enters("binary data", 0);
	expect_logged("load options that are no text: 16 bytes, ignored\n");
	give_options(u"quiet", 12);
	enters("one word", 0);
	expect_logged("load options: the first word is taken for the program's name: quiet\n");
	give_options(linux_line, sizeof linux_line);
	refuses("a line for Linux", 0, "(ERR_OPTION_UNKNOWN;");
	assert_true(world_said("cannot read the load options root=/dev/sdb3 init=/sbin/init rootwait ro: character 1: there is no such option"));
	give_options(linux_line, sizeof linux_line);
	fake.options.vendor = u"Das U-Boot";
	enters("a line for Linux, of U-Boot", 0);
	expect_logged("load options ignored: neither entry= nor config= is in them: root=/dev/sdb3 init=/sbin/init rootwait ro\n");
	for (unsigned i = 0; i < COUNT_OF(many); i++)
		many[i] = 'A';
	for (unsigned units = 1023; units <= 1025; units++) {
		give_options(many, 2 * units);
		enters("a word of", units);
		give_options(many, 2 * units);
		fake.options.vendor = u"Das U-Boot";
		enters("a word of U-Boot's, of", units);
	}
	expect_logged("load options ignored: more than 1024 bytes, and neither entry= nor config= is in them\n");
	for (unsigned k = 0; k < 4; k++) {
		static const CHAR16 *const ours[] = { u" config=x", u" entry=test", u"\tentry=", u"Xentry=test" };
		const CHAR16 *from = ours[k];
		for (unsigned i = 1100; *from; i++)
			many[i] = *from++;
		give_options(many, sizeof many);
		fake.options.vendor = k % 2 ? u"Das U-Boot" : u"fake";
		if (k < 3)
			refuses("options of ours, too long", k, "(ERR_OPTION_LONG;");
		else
			enters("a long word that ends like ours", k);
	}
}

static void a_whole_load_option_is_understood(void **state)
{
	static const uint8_t head[] = { 1, 0, 0, 0, 4, 0, 'H', 0, 0, 0, 0x7f, 0xff, 4, 0 };
	uint8_t option[64];

	(void)state;
	memcpy(option, head, sizeof head);
	memcpy(option + sizeof head, u"entry=none", 22);
	give_options(option, sizeof head + 22);
	refuses("a whole EFI_LOAD_OPTION", 0, "(ERR_CONFIG_NO_ENTRY;");
	memcpy(option + sizeof head, u"entry=test", 22);
	give_options(option, sizeof head + 22);
	enters("a whole EFI_LOAD_OPTION", 1);
}

static void a_strange_path_of_ours_does_no_harm(void **state)
{
	static uint8_t path[4096];

	(void)state;
	for (unsigned length = 0; length < 2600; length++) {
		plain();
		memset(path, 'x', sizeof path);
		memcpy(path, (uint8_t[]){ EFI_PATH_MEDIA, EFI_PATH_FILE, (uint8_t)length, (uint8_t)(length >> 8) }, 4);
		if (length >= 4)
			memcpy(path + length, (uint8_t[]){ EFI_PATH_END, EFI_PATH_END_ENTIRE, 4, 0 }, 4);
		fake.options.file_path = path;
		enters("a node of", length);
	}
	plain();
	fake.options.file_path = NULL;
	enters("no path", 0);
	for (unsigned i = 0; i < sizeof path - 4; i += 4)
		memcpy(path + i, (uint8_t[]){ EFI_PATH_MEDIA, EFI_PATH_FILE, 4, 0 }, 4);
	memcpy(path + sizeof path - 4, (uint8_t[]){ EFI_PATH_END, EFI_PATH_END_ENTIRE, 4, 0 }, 4);
	plain();
	fake.options.file_path = path;
	enters("a thousand empty nodes", 0);
}

/* With its NUL it fills what the loader has for a node's text; one character more is no path that it could use. */
static void a_path_of_ours_may_be_as_long_as_any(void **state)
{
	static uint8_t path[4096];

	(void)state;
	for (unsigned units = CONFIG_MAX_PATH; units <= CONFIG_MAX_PATH + 1; units++) {
		static const CHAR16 directory[] = u"\\EFI\\BOOT\\";
		unsigned length = 4 + 2 * units;
		memset(path, 0, sizeof path);
		memcpy(path, (uint8_t[]){ EFI_PATH_MEDIA, EFI_PATH_FILE, (uint8_t)length, (uint8_t)(length >> 8) }, 4);
		for (unsigned i = 0; i + 1 < units; i++)
			path[4 + 2 * i] = 'x';
		memcpy(path + 4, directory, sizeof directory - 2);
		memcpy(path + length, (uint8_t[]){ EFI_PATH_END, EFI_PATH_END_ENTIRE, 4, 0 }, 4);
		plain();
		fake.options.file_path = path;
		world_config("[a]\nkernel = \\boot\\kernel.elf\n");
		world_file("\\hobnail.conf")->path = "\\EFI\\BOOT\\hobnail.conf";
		enters("a path of units", units);
		assert_int_equal(!strstr(loader_log.text, "no hobnail.conf in \\"), units == CONFIG_MAX_PATH);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_shorter_than_said_is_an_error),
		cmocka_unit_test(a_file_longer_than_said_is_cut),
		cmocka_unit_test(a_size_may_change_between_calls),
		cmocka_unit_test(short_reads_are_continued),
		cmocka_unit_test(a_large_read_that_fails_is_repeated_in_pieces),
		cmocka_unit_test(a_path_that_fat_cannot_have_is_refused_before_the_firmware_is_asked),
		cmocka_unit_test(names_that_the_volume_has_are_taken_as_they_are),
		cmocka_unit_test(a_folder_of_a_strange_name_is_looked_into),
		cmocka_unit_test(what_is_missing_or_no_file_is_named),
		cmocka_unit_test(where_the_configuration_was_looked_for_is_said),
		cmocka_unit_test(a_name_may_be_all_ending),
		cmocka_unit_test(a_configuration_that_nobody_misses_is_not_spoken_of),
		cmocka_unit_test(too_many_modules_are_refused),
		cmocka_unit_test(a_directory_without_end_is_an_error),
		cmocka_unit_test(paths_that_do_not_fit_are_refused),
		cmocka_unit_test(a_path_that_is_too_long_with_its_directory_is_refused),
		cmocka_unit_test(a_file_that_is_too_big_is_refused),
		cmocka_unit_test(firmware_without_an_image_or_a_volume_is_named),
		cmocka_unit_test(an_error_about_a_long_path_is_whole),
		cmocka_unit_test(notes_that_no_program_header_covers_are_an_error),
		cmocka_unit_test(two_segments_that_go_to_one_place_are_an_error),
		cmocka_unit_test(a_required_framebuffer_that_is_missing_is_an_error),
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
		cmocka_unit_test(a_display_that_cannot_be_drawn_on_is_left_out),
		cmocka_unit_test(a_display_that_can_is_described),
		cmocka_unit_test(errors_are_told_wherever_there_is_a_way),
		cmocka_unit_test(verbose_shows_the_log),
		cmocka_unit_test(verbose_shows_each_line_as_it_happens),
		cmocka_unit_test(chance_and_time_may_be_missing),
		cmocka_unit_test(a_confidential_guest_is_refused_before_anything),
		cmocka_unit_test(secure_boot_is_refused_before_anything_is_parsed),
		cmocka_unit_test(a_secure_boot_state_that_cannot_be_read_counts_as_on),
		cmocka_unit_test(firmware_without_secure_boot_boots),
		cmocka_unit_test(broken_acpi_tables_are_not_used),
		cmocka_unit_test(any_damaged_byte_of_a_table_does_no_harm),
		cmocka_unit_test(a_truncated_device_tree_is_not_used),
		cmocka_unit_test(a_device_tree_in_the_way_is_moved),
		cmocka_unit_test(tables_in_memory_that_would_be_free_are_kept),
		cmocka_unit_test(a_segment_is_not_moved_onto_tables),
		cmocka_unit_test(load_options_that_are_no_text_are_ignored),
		cmocka_unit_test(load_options_choose),
		cmocka_unit_test(load_options_that_are_ignored_are_logged),
		cmocka_unit_test(a_whole_load_option_is_understood),
		cmocka_unit_test(a_strange_path_of_ours_does_no_harm),
		cmocka_unit_test(a_path_of_ours_may_be_as_long_as_any),
	};

	return cmocka_run_group_tests_name("firmware/lies", tests, NULL, NULL);
}
