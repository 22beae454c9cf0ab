/* What the loader is started in, and with: a confidential guest, Secure Boot, load options, its own path (lies.h). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "log.h"
#include "lies.h"

/* ---- Refused before anything --------------------------------------------------------------------------- */

static void a_confidential_guest_is_refused_before_anything(void **state)
{
	(void)state;
	plain();
	fake.options.facts.confidential = true;
	refuses("confidential guest", 0, "(ERR_CONFIDENTIAL");
	assert_int_equal(fake.status, EFI_UNSUPPORTED);
	for (unsigned i = 0; i < fake.calls; i++)
		assert_true(fake.trace[i].service != SERVICE_OPEN_VOLUME &&
		            fake.trace[i].service != SERVICE_ALLOCATE_PAGES);
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
	static const EFI_STATUS failures[] = { EFI_DEVICE_ERROR, EFI_SECURITY_VIOLATION, EFI_INVALID_PARAMETER,
	                                       EFI_TIMEOUT, EFI_BUFFER_TOO_SMALL };
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
		if (LIES_KERNEL != KERNEL_LIMINE) /* which has no record */
			assert_int_equal(world_record()->secure_boot, HOBNAIL_SECURE_BOOT_OFF);
	}
}

/* ---- Load options -------------------------------------------------------------------------------------- */

static void load_options_that_are_no_text_are_ignored(void **state)
{
	static const uint8_t guid[16] = { 0x4e, 0xac, 0x08, 0x81, 0x11, 0x9f, 0x59, 0x4d, 0x85, 0x0e, 0xe2, 0x1a, 0x52,
	                                  0x2c, 0x59, 0xb2 };
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
		{ u"entry=test", 22, NULL }, { u"entry=none", 22, "ERR_CONFIG_NO_ENTRY" },
		{ u"config=hobnail.conf", 40, NULL },
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
	assert_true(world_said("cannot read the load options root=/dev/sdb3 init=/sbin/init rootwait ro: character 1: "
	                       "there is no such option"));
	give_options(linux_line, sizeof linux_line);
	fake.options.vendor = u"Das U-Boot";
	enters("a line for Linux, of U-Boot", 0);
	expect_logged("load options ignored: neither entry= nor config= is in them: root=/dev/sdb3 init=/sbin/init "
	              "rootwait ro\n");
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

/* ---- The path of our own file -------------------------------------------------------------------------- */

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
		cmocka_unit_test(a_confidential_guest_is_refused_before_anything),
		cmocka_unit_test(secure_boot_is_refused_before_anything_is_parsed),
		cmocka_unit_test(a_secure_boot_state_that_cannot_be_read_counts_as_on),
		cmocka_unit_test(firmware_without_secure_boot_boots),
		cmocka_unit_test(load_options_that_are_no_text_are_ignored),
		cmocka_unit_test(load_options_choose),
		cmocka_unit_test(load_options_that_are_ignored_are_logged),
		cmocka_unit_test(a_whole_load_option_is_understood),
		cmocka_unit_test(a_strange_path_of_ours_does_no_harm),
		cmocka_unit_test(a_path_of_ours_may_be_as_long_as_any),
	};

	return cmocka_run_group_tests_name("firmware/lies_start", tests, NULL, NULL);
}
