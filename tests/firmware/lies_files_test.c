/* Firmware that lies about files, and volumes that lack some: sizes, reads, names and directories (lies.h). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "log.h"
#include "lies.h"

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
	if (LIES_KERNEL == KERNEL_LIMINE)
		return; /* it has no record */
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
	static const char *const names[] = { "\\boot\\modules\\a:b.cpio", "\\boot\\modules\\two ",
	                                     "\\boot\\modules\\end." };

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
		{ "[a]\nkernel = \\boot\\absent.elf\n", "absent.elf: " },
		{ "[a]\nkernel = \\boot\n", "ERR_FILE_DIRECTORY" },
		{ "[a]\nkernel = \\boot\\kernel.elf\nmodule = gone\n", "gone: " },
		{ "[a]\nkernel = \\boot\\kernel.elf\nmodule = \\boot\\one bin\n", "(ERR_FILE_NOT_FOUND_TEXT;" },
		{ "[a]\nkernel = \\boot\\kernel.elf\nmodule = boot\n", "ERR_FILE_DIRECTORY" },
		{ "[a]\nkernel = \\boot\\one.bin\n", "one.bin: " }, { "[a]\n", "hobnail.conf: " },
		{ "", "hobnail.conf: " },
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

/* tests/config-check has the same for `hobnail check`. */
static void a_configuration_that_is_a_directory_ends_the_search(void **state)
{
	(void)state;
	plain();
	fake_add("\\EFI\\BOOT\\hobnail.conf\\x", "x", 1);
	assert_non_null(world_file("\\hobnail.conf"));
	refuses("a directory beside the loader", 0, "\\EFI\\BOOT\\hobnail.conf: this is a directory");
}

static void where_the_configuration_was_looked_for_is_said(void **state)
{
	static uint8_t path[64];
	static const CHAR16 own[] = u"\\EFI\\BOOT\\x.efi";
	static const struct { const char *config, *said; bool beside; } cases[] = {
		{ "\\hobnail.conf.txt",
		  "There is no hobnail.conf in \\; not read: \\hobnail.conf.txt; kernels there may be: ", false },
		{ "\\boot\\HOBNAIL.conf",
		  "There is no hobnail.conf in \\; not read: \\boot\\HOBNAIL.conf; kernels there may be: ", false },
		{ "\\efi\\Hobnail.cfg",
		  "There is no hobnail.conf in \\EFI\\BOOT or \\; not read: \\EFI\\Hobnail.cfg; kernels", true },
		{ "\\EFI\\BOOT\\hobnail .conf", "in \\EFI\\BOOT or \\; not read: \\EFI\\BOOT\\hobnail .conf; kernels",
		  true },
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
				assert_non_null(strstr(loader_log.text,
				                       cases[i].beside ? "no hobnail.conf in \\EFI\\BOOT or \\"
				                                       : "no hobnail.conf in \\"));
				assert_non_null(strstr(loader_log.text,
				                       "booting \\boot\\kernel.elf "
				                       "with every file in \\boot\\modules\n"));
				continue;
			}
			world_file(KERNEL)->path = "\\boot\\mykernel.ELF";
			refuses(cases[i].config, missing, "(ERR_FILE_NOT_FOUND;");
			assert_true(world_said("cannot load the kernel \\boot\\kernel.elf: ") ||
			            world_said("\\boot\\kernel.elf: there is no such file"));
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
		snprintf(text, sizeof text, "[a]\nkernel = \\boot\\kernel.elf\nmodule = %0200u\\%0200u\\%0200u\\%0*u\n",
		         1, 1, 1, k ? 220 : 219, 2);
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
	first_call_fails(SERVICE_OPEN, EFI_DEVICE_ERROR, "(ERR_FIRMWARE;",
	                 "status 0x8000000000000007: the device reported an error");
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

/* As a linker script with PHDRS of its own leaves it: a section that no program header names. */
static void notes_that_no_program_header_covers_are_an_error(void **state)
{
	(void)state;
	world_make(FAKE_X86_64, KERNEL_UPPER);
	put32(&world_elf, PH_NOTE, 0);
	refuses("a note section alone", 0, "(ERR_NOTE_LOST;");
	assert_true(world_said("a section holds Hobnail notes, at 0x1094, but"));
	world_make(FAKE_X86_64, KERNEL_UPPER);
	put32(&world_elf, PH_NOTE, 0);
	put32(&world_elf, AT_NOTE + 12, 0x58585858); /* somebody else's */
	enters("a note section of another name", 0);
}

/* The judge of a Limine kernel looks at that. */
static void files_are_of_their_volume(void **state)
{
	(void)state;
	for (unsigned what = 0; what < 4; what++) {
		plain();
		fake.options.second.is_optical = what == 3;
		fake.options.second.is_there = what == 1 || what == 2;
		fake.options.second.is_in_mbr = what == 2;
		enters("volume", what);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(files_are_of_their_volume),
		cmocka_unit_test(a_file_shorter_than_said_is_an_error),
		cmocka_unit_test(a_file_longer_than_said_is_cut),
		cmocka_unit_test(a_size_may_change_between_calls),
		cmocka_unit_test(short_reads_are_continued),
		cmocka_unit_test(a_large_read_that_fails_is_repeated_in_pieces),
		cmocka_unit_test(a_path_that_fat_cannot_have_is_refused_before_the_firmware_is_asked),
		cmocka_unit_test(names_that_the_volume_has_are_taken_as_they_are),
		cmocka_unit_test(a_folder_of_a_strange_name_is_looked_into),
		cmocka_unit_test(what_is_missing_or_no_file_is_named),
		cmocka_unit_test(a_configuration_that_is_a_directory_ends_the_search),
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
	};

	return cmocka_run_group_tests_name("firmware/lies_files", tests, NULL, NULL);
}
