#include "../../cli/run/progress.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct progress fed(const char *text, size_t step)
{
	struct progress p = { .line_bytes = 0 };
	size_t bytes = strlen(text);

	for (size_t at = 0; at < bytes; at += step)
		progress_feed(&p, text + at, bytes - at < step ? bytes - at : step);
	return p;
}

/* However the text is cut into pieces. */
static void expect(const char *text, enum progress_end end)
{
	for (size_t step = 1; step < 12; step++)
		assert_int_equal(fed(text, step).end, end);
	assert_int_equal(fed(text, 10000).end, end);
}

#define STARTS "BdsDxe: starting Boot0001 \"UEFI Misc Device\" from PciRoot(0x0)/Pci(0x1,0x0)\n"
#define SHELL "BdsDxe: starting Boot0002 \"EFI Internal Shell\" from Fv(7CB8)/FvFile(7C04)\n"
#define CANNOT "\nhobnail: cannot load the kernel: it is none.\n         Try: another.\n"
#define LOG_BEGINS "loader: image at 0x1, 9 bytes (gdb: add-symbol-file hobnail.elf -o 0x1)\n"
#define LOG_ENDS \
	"loader: its copy, the net, at 0x1, physical 0x2 (gdb: add-symbol-\n" /* 65 columns */ \
	"file hobnail.elf -o 0x1)\n"
#define RETURNS "         (ERR_ELF_MAGIC; back to the firmware)\n"

static void progress_knows_that_the_loader_went_back(void **state)
{
	(void)state;
	expect(STARTS CANNOT RETURNS, PROGRESS_RETURNED);
	expect(CANNOT RETURNS, PROGRESS_RETURNED); /* from a shell, or a firmware that nobody knows */
	expect(STARTS CANNOT RETURNS "BdsDxe: failed to start Boot0001\nUEFI Shell\n" SHELL "Shell> ",
	       PROGRESS_RETURNED);
	expect(STARTS CANNOT RETURNS STARTS, PROGRESS_GOES_ON); /* firmware tries something else */
	expect(STARTS CANNOT RETURNS CANNOT, PROGRESS_GOES_ON);
	assert_string_equal(fed(CANNOT RETURNS, 3).error, "ERR_ELF_MAGIC");
}

static void progress_wants_the_whole_report(void **state)
{
	(void)state;
	expect(RETURNS, PROGRESS_GOES_ON);
	expect(STARTS RETURNS, PROGRESS_GOES_ON);
	expect(CANNOT "         (ERR_NO_SUCH_CODE; back to the firmware)\n", PROGRESS_GOES_ON);
	expect(CANNOT "         (ERR_ELF; back to the firmware)\n", PROGRESS_GOES_ON);
	expect(CANNOT "         (OK; back to the firmware)\n", PROGRESS_GOES_ON);
	expect(CANNOT "         (; back to the firmware)\n", PROGRESS_GOES_ON);
	expect(CANNOT "         (ERR_ELF_MAGIC; back to the firmware).\n", PROGRESS_GOES_ON);
	expect(CANNOT "(ERR_ELF_MAGIC; back to the firmware)\n", PROGRESS_GOES_ON);
	expect(CANNOT "         (ERR_ELF_MAGIC; back to the firmware)", PROGRESS_GOES_ON); /* not yet */
	expect("a hobnail: cannot load\n" RETURNS, PROGRESS_GOES_ON);
}

static void progress_knows_that_a_guest_stopped(void **state)
{
	(void)state;
	expect(STARTS "hobnail: CPU 0: ud2\nhobnail: stopped.\n", PROGRESS_STOPPED);
	expect("hobnail: stopped.\n\n  \n", PROGRESS_STOPPED);
	expect("hobnail: stopped.\nno\n", PROGRESS_GOES_ON);
	expect("hobnail: stopped.\nh", PROGRESS_GOES_ON);
	expect("hobnail: stopped.", PROGRESS_GOES_ON);
	expect("hobnail: stopped\n", PROGRESS_GOES_ON);
	expect("# hobnail: stopped.\n", PROGRESS_GOES_ON);
	expect("pith: page fault\npith: stopped\n", PROGRESS_PITH_STOPPED);
	expect("pith: stopped\npith: cannot switch off: no PSCI; waiting for ever\n", PROGRESS_PITH_STOPPED);
	expect("pith: cannot switch off: no PSCI; waiting for ever\n", PROGRESS_PITH_WAITS);
	expect("pith: stopped\npith: more\n", PROGRESS_GOES_ON);
	expect("pith: cannot switch off: no PSCI\n", PROGRESS_GOES_ON);
}

static void progress_knows_where_the_loader_lies(void **state)
{
	(void)state;
	assert_int_equal(fed(STARTS, 5).image_at, 0);
	assert_int_equal(fed("the loader: image at 0x10\n", 5).image_at, 0);
	struct progress p = fed(STARTS "loader: image at 0xdf70000, 9 bytes (gdb: x)\n", 7);
	assert_true(p.image_at == 0xdf70000 && p.net_at == 0);
	p = fed(STARTS LOG_BEGINS "loader: its copy, the net, at 0xfffffe8000001000, physical 0x2 (gdb: add-symbol-\n",
	        7);
	assert_true(p.image_at == 1 && p.net_at == 0xfffffe8000001000);
}

static void progress_knows_who_may_run_on(void **state)
{
	(void)state;
	assert_true(fed("Processors that run the kernel, and may run on: 1.\nhobnail: stopped.\n", 5).runs_on);
	assert_false(fed("hobnail: stopped.\n", 5).runs_on);
	assert_false(fed("Processors that run the kernel, and may run on: 1.\n"
	                 "hobnail: stopped.\nx\nhobnail: stopped.\n", 5).runs_on);
}

static void progress_knows_when_there_is_nothing_to_boot(void **state)
{
	(void)state;
	expect(SHELL "UEFI Interactive Shell v2.2\nShell> ", PROGRESS_NOTHING);
	expect(SHELL "Shell> fs0:\n", PROGRESS_GOES_ON);
	expect("Shell> ", PROGRESS_GOES_ON); /* of somebody else's */
	expect("BdsDxe: No bootable option or device was found.\n"
	       "BdsDxe: Press any key to enter the Boot Manager Menu.\n", PROGRESS_NOTHING);
	expect("BdsDxe: No bootable option or device was found.\n" STARTS, PROGRESS_GOES_ON);
}

static void progress_knows_when_the_guest_speaks(void **state)
{
	static const struct { const char *text; bool speaks; } cases[] = {
		{ "UEFI firmware\n", false },
		{ "BdsDxe: loading Boot0001\n" STARTS, false },
		{ STARTS "\n \n", false },
		{ STARTS "BdsDxe: failed to start Boot0001\n", false },
		{ STARTS "Bds", false },
		{ STARTS "$ ", true },
		{ STARTS "hello\n", true },
		{ STARTS "hello\n" SHELL, false },
		{ STARTS LOG_BEGINS, false },
		{ STARTS LOG_BEGINS "module a: 9 bytes\n", false },
		{ STARTS LOG_BEGINS "module a", false },
		{ STARTS LOG_BEGINS LOG_ENDS, false },
		{ STARTS LOG_BEGINS LOG_ENDS "$ ", true },
		{ STARTS LOG_BEGINS LOG_ENDS "hello\n", true },
		{ STARTS "hello\n" LOG_BEGINS, false }, /* of the next loader */
		{ STARTS LOG_BEGINS STARTS "hello\n", true },
		{ STARTS LOG_BEGINS CANNOT RETURNS, false },
		{ STARTS "hello\n" CANNOT RETURNS "BdsDxe: failed to start Boot0001\n", false },
		{ STARTS "hello\nhobnail: CPU 1 (APIC 1) waits\n", true },
		{ STARTS "hobnail: CPU 1 (APIC 1) waits\n", false },
		{ STARTS "loader: image of my own\n", true },
		{ SHELL "UEFI Interactive Shell v2.2\n", false },
		{ "U-Boot 2023.01\nBooting /efi\\boot\\bootaa64.efi\n", false },
		{ "U-Boot 2023.01\nBooting /efi\\boot\\bootaa64.efi\nhello\n", true },
		{ "Booting: virtio 0\nhello\n", true },
		{ "** Booting bootflow 'virtio-blk#31.bootdev.part_1' with efi\nhello\n", true },
		{ "Booting is fun\nhello\n", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		for (size_t step = 1; step < 12; step++)
			assert_int_equal(fed(cases[i].text, step).speaks, cases[i].speaks);
}

static void progress_survives_long_lines(void **state)
{
	char text[1000];

	(void)state;
	memset(text, 'x', sizeof(text));
	memcpy(text + 500, "\nhobnail: stopped.\n", 20);
	expect(text, PROGRESS_STOPPED);
	memset(text, ' ', sizeof(text));
	memcpy(text, "hobnail: stopped.", 17);
	memcpy(text + 900, "and goes on\n", 13);
	expect(text, PROGRESS_GOES_ON);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(progress_knows_that_the_loader_went_back),
		cmocka_unit_test(progress_wants_the_whole_report),
		cmocka_unit_test(progress_knows_that_a_guest_stopped),
		cmocka_unit_test(progress_knows_where_the_loader_lies),
		cmocka_unit_test(progress_knows_who_may_run_on),
		cmocka_unit_test(progress_knows_when_there_is_nothing_to_boot),
		cmocka_unit_test(progress_knows_when_the_guest_speaks),
		cmocka_unit_test(progress_survives_long_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
