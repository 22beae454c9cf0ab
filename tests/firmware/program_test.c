/* EFI programs: what they find, how they end, and what stays of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "load_file.h"
#include "log.h"
#include "sabotage.h"
#include "unit/pe_builder.h"
#include "world.h"

#define KERNEL "\\boot\\kernel.elf"

static void (*before_second)(struct boot *b); /* NULL: one attempt */
static unsigned attempts;

bool sabotage_again(struct boot *b)
{
	if (!before_second || ++attempts > 1)
		return false;
	before_second(b);
	return true;
}

static void judged(void)
{
	const char *why = world_judge();

	if (!why)
		why = world_judge_read_once();
	if (why)
		fail_msg("%s", why);
}

static void starts(void)
{
	fake_run();
	judged();
	if (fake.outcome != FAKE_STARTED)
		fail_msg("not started: %s", fake.console);
}

static void refused(const char *code, const char *says)
{
	fake_run();
	judged();
	if (fake.outcome != FAKE_RETURNED || !world_said(code) || !world_said(says))
		fail_msg("no %s, '%s': %s", code, says, fake.console);
}

static void a_program_gets_all_of_its_entry(void **state)
{
	(void)state;
	for (enum machine m = FAKE_X86_64; m <= FAKE_AARCH64; m++) {
		world_make(m, KERNEL_EFI);
		starts();
		assert_non_null(strstr(loader_log.text, "protocol efi: it is a PE image\n"));
		assert_int_equal(fake.exit_tries, 0);
	}
}

/* Linux, zboot-header.S: the program decompresses itself. */
static void a_compressed_linux_is_a_program(void **state)
{
	(void)state;
	for (unsigned said = 0; said < 2; said++) {
		world_make(FAKE_AARCH64, KERNEL_EFI);
		memcpy(world_elf.data + 4, "zimg", 4);
		memcpy(world_elf.data + 24, "zstd", 5);
		if (said)
			world_config("[k]\nkernel = \\boot\\kernel.elf\nprotocol = efi\n");
		fake_run();
		assert_int_equal(fake.outcome, FAKE_STARTED);
		assert_true(fake.program.source_is_whole);
	}
	world_make(FAKE_AARCH64, KERNEL_EFI);
	memcpy(world_elf.data + 4, "zimg", 4);
	world_config("[k]\nkernel = \\boot\\kernel.elf\nprotocol = hobnail\n");
	refused("(ERR_IS_ZBOOT;", "EFI zboot");
}

static void it_needs_none_of_it(void **state)
{
	(void)state;
	world_make(FAKE_X86_64, KERNEL_EFI);
	world_config("[k]\nkernel = \\boot\\kernel.elf\nprotocol = efi\n");
	fake_run();
	assert_int_equal(fake.outcome, FAKE_STARTED);
	assert_int_equal(fake.program.options_bytes, 0);
	assert_int_equal(fake.program.initrd_bytes, 0);
	assert_non_null(strstr(loader_log.text, "protocol efi: the configuration says so\n"));
}

static void keys_of_kernels_are_ignored_with_a_line(void **state)
{
	(void)state;
	world_make(FAKE_X86_64, KERNEL_EFI);
	world_config("[k]\nkernel = \\boot\\kernel.elf\nhhdm = no-execute\n");
	fake_run();
	assert_int_equal(fake.outcome, FAKE_STARTED);
	assert_non_null(strstr(loader_log.text, "are not for EFI programs: ignored\n"));
}

static void options_are_utf_16(void **state)
{
	(void)state;
	world_make(FAKE_X86_64, KERNEL_EFI);
	world_config("[k]\nkernel = \\boot\\kernel.elf\ncmdline = \xc3\xa4\xf0\x9f\x90\xa7\n");
	fake_run();
	assert_int_equal(fake.outcome, FAKE_STARTED);
	assert_int_equal(fake.program.options_bytes, 8); /* one unit, a pair, and the NUL */
}

static void files_for_others_are_refused(void **state)
{
	(void)state;
	world_make(FAKE_X86_64, KERNEL_EFI);
	world_config("[k]\nkernel = \\boot\\kernel.elf\nmodule = \\boot\\one.bin\n");
	refused("(ERR_KEY_MODULE;", "which gets no modules");
	world_make(FAKE_X86_64, KERNEL_UPPER);
	world_config("[k]\nkernel = \\boot\\kernel.elf\ninitrd = \\boot\\one.bin\n");
	refused("(ERR_KEY_INITRD;", "a kernel of the protocol hobnail");
	world_make(FAKE_X86_64, KERNEL_LIMINE);
	world_config("[k]\nkernel = \\boot\\kernel.elf\ndevicetree = \\boot\\one.bin\n");
	refused("(ERR_KEY_INITRD;", "a kernel of the protocol limine");
}

static void a_file_that_is_none_is_named(void **state)
{
	(void)state;
	world_make(FAKE_X86_64, KERNEL_UPPER);
	world_config("[k]\nkernel = \\boot\\kernel.elf\nprotocol = efi\n");
	refused("(ERR_PE_ELF;", "this is an ELF file");
	world_make(FAKE_X86_64, KERNEL_UPPER);
	world_config("[k]\nkernel = \\boot\\one.bin\nprotocol = efi\n");
	refused("(ERR_PE_MAGIC;", "it begins with 0x271a0d00");
	world_make(FAKE_X86_64, KERNEL_UPPER);
	world_config("[k]\nkernel = \\boot\\two.bin\nprotocol = efi\n");
	refused("(ERR_IS_TEXT;", "this is text");
	world_make(FAKE_X86_64, KERNEL_EFI);
	pe_put(world_elf.data, PE_AT_MACHINE, 2, 0xaa64);
	refused("(ERR_PE_MACHINE;", "for aarch64, and this machine is x86_64");
	world_make(FAKE_X86_64, KERNEL_EFI);
	world_replace(world_file(KERNEL), "", 0);
	world_config("[k]\nkernel = \\boot\\kernel.elf\nprotocol = efi\n");
	refused("(ERR_FILE_EMPTY;", "the file is empty");
}

/* ---- The initial RAM disk -------------------------------------------------------------------------------- */

static void it_is_served_by_one_alone(void **state)
{
	(void)state;
	world_make(FAKE_X86_64, KERNEL_EFI);
	fake.options.initrd_is_served = true;
	refused("(ERR_INITRD_SERVED;", "serves one");
	/* without one of our own that is none of our business */
	world_make(FAKE_X86_64, KERNEL_EFI);
	world_config("[k]\nkernel = \\boot\\kernel.elf\n");
	fake.options.initrd_is_served = true;
	fake_run();
	assert_int_equal(fake.outcome, FAKE_STARTED);
}

static void an_empty_one_is_an_error(void **state)
{
	(void)state;
	world_make(FAKE_X86_64, KERNEL_EFI);
	world_replace(world_file("\\boot\\two.bin"), "", 0);
	refused("(ERR_FILE_EMPTY;", "two.bin");
	world_make(FAKE_X86_64, KERNEL_EFI);
	world_file("\\boot\\one.bin")->said = UINT64_MAX;
	refused("(ERR_FILE_TOO_BIG;", "one.bin");
}

static void one_that_cannot_be_read_is_the_reason(void **state)
{
	(void)state;
	world_make(FAKE_X86_64, KERNEL_EFI);
	fake.options.bad_byte = 3 * PAGE_BYTES + 1; /* of one.bin: no other file is as long */
	refused("(ERR_FILE_READ;", "read the initial RAM disk \\boot\\one.bin");
}

static EFI_STATUS asked(UINTN *bytes, bool policy, void *to, bool self, bool path)
{
	static const EFI_DEVICE_PATH_PROTOCOL end = { 0x7f, 0xff, { 4, 0 } };
	EFI_LOAD_FILE2_PROTOCOL *file = fake.served.load_file;

	return file->LoadFile(self ? file : NULL, path ? &end : NULL, policy, bytes, to);
}

static void asks_in_every_way(void)
{
	static uint8_t room[20000];
	static const EFI_DEVICE_PATH_PROTOCOL other = { 4, 4, { 4, 0 } };
	EFI_LOAD_FILE2_PROTOCOL *file = fake.served.load_file;
	UINTN bytes = 0, all = fake.program.initrd_bytes;

	assert_int_equal(asked(&bytes, false, room, false, true), EFI_INVALID_PARAMETER);
	assert_int_equal(asked(&bytes, false, room, true, false), EFI_INVALID_PARAMETER);
	assert_int_equal(asked(NULL, false, room, true, true), EFI_INVALID_PARAMETER);
	assert_int_equal(asked(&bytes, true, room, true, true), EFI_UNSUPPORTED);
	assert_int_equal(file->LoadFile(file, &other, false, &bytes, room), EFI_NOT_FOUND);
	assert_int_equal(bytes, 0);
	bytes = all - 1;
	assert_int_equal(asked(&bytes, false, room, true, true), EFI_BUFFER_TOO_SMALL);
	assert_int_equal(bytes, all);
	bytes = all + 1;
	assert_int_equal(asked(&bytes, false, NULL, true, true), EFI_BUFFER_TOO_SMALL);
	assert_int_equal(bytes, all);
	memset(room, 0x77, sizeof room);
	bytes = sizeof room;
	assert_int_equal(asked(&bytes, false, room, true, true), EFI_SUCCESS);
	assert_int_equal(bytes, all);
	assert_memory_equal(room, fake.program.initrd, all);
	assert_int_equal(room[all], 0x77);
}

static void it_answers_by_the_rules(void **state)
{
	(void)state;
	world_make(FAKE_X86_64, KERNEL_EFI);
	fake.options.program_runs = asks_in_every_way;
	fake_run();
	assert_int_equal(fake.outcome, FAKE_STARTED);
}

static EFI_LOAD_FILE2_PROTOCOL *kept;

static void keep(void)
{
	kept = fake.served.load_file;
}

/* ... and a firmware that does not let go of it gets nothing more. */
static void one_that_was_withdrawn_answers_no_more(void **state)
{
	static const EFI_DEVICE_PATH_PROTOCOL end = { 0x7f, 0xff, { 4, 0 } };
	UINTN bytes = 0;

	(void)state;
	world_make(FAKE_X86_64, KERNEL_EFI);
	fake.options.program_runs = keep;
	fake.options.program_ends = true;
	fake_run();
	judged();
	assert_int_equal(kept->LoadFile(kept, &end, false, &bytes, NULL), EFI_NOT_FOUND);
}

/* ---- Device trees ---------------------------------------------------------------------------------------- */

static void a_tree_is_checked_and_corrected(void **state)
{
	(void)state;
	world_make(FAKE_AARCH64, KERNEL_EFI);
	world_file("\\boot\\board.dtb")->data = 
		(const uint8_t *)"no tree, however it begins, and not a short text either";
	world_file("\\boot\\board.dtb")->bytes = world_file("\\boot\\board.dtb")->said = 48;
	refused("(ERR_FDT;", "read the device tree \\boot\\board.dtb");
	world_make(FAKE_AARCH64, KERNEL_EFI);
	fake.options.fixup_breaks = true;
	refused("(ERR_TREE_CORRECTED;", "it is none any more");
	world_make(FAKE_AARCH64, KERNEL_EFI);
	fake.options.fixup_lies = true;
	refused("(ERR_FIRMWARE;", "the buffer is too small");
	world_make(FAKE_AARCH64, KERNEL_EFI);
	fake.options.fixup_wants = GIB(8);
	refused("(ERR_NO_MEMORY;", "board.dtb");
	world_make(FAKE_AARCH64, KERNEL_EFI);
	fake.options.has_fixup = false;
	starts();
	world_make(FAKE_AARCH64, KERNEL_EFI);
	world_replace(world_file("\\boot\\board.dtb"), "", 0);
	refused("(ERR_FILE_EMPTY;", "board.dtb");
}

/* A device tree names devices and memory: whoever can change it has the machine. No file is even opened. */
static void with_secure_boot_no_tree_is_read(void **state)
{
	(void)state;
	world_make(FAKE_X86_64, KERNEL_EFI);
	fake.options.secure_boot = 1;
	refused("(ERR_SECURE_BOOT;", "verifies no kernel");
	for (unsigned i = 0; i < fake.file_count; i++)
		assert_int_equal(fake.files[i].opened, 0);
}

/* ---- The end of a program -------------------------------------------------------------------------------- */

static void a_program_that_ends_well_is_no_error(void **state)
{
	(void)state;
	world_make(FAKE_X86_64, KERNEL_EFI);
	fake.options.program_ends = true;
	fake_run();
	judged();
	assert_int_equal(fake.status, EFI_SUCCESS);
	assert_int_equal(fake.console_used, 0);
	assert_non_null(strstr(loader_log.text, "the program has ended\n"));
}

static void its_status_and_words_are_passed_on(void **state)
{
	static const CHAR16 words[] = u"no\nroot";

	(void)state;
	world_make(FAKE_X86_64, KERNEL_EFI);
	fake.options.program_ends = true;
	fake.options.program_status = EFI_ABORTED;
	fake.options.last_words = words;
	fake.options.last_words_bytes = sizeof words;
	refused("(ERR_PROGRAM_ENDED;", "run \\boot\\kernel.elf: it ended with an error: aborted (status "
	                               "0x8000000000000015); it says: no root.\n");
	assert_int_equal(fake.status, EFI_ABORTED);
	world_make(FAKE_X86_64, KERNEL_EFI);
	fake.options.program_ends = true;
	fake.options.program_status = EFI_ERROR_BIT | 0x1234;
	refused("(ERR_PROGRAM_ENDED;", "an error of its own (status 0x8000000000001234).\n");
	/* other data than a text */
	world_make(FAKE_X86_64, KERNEL_EFI);
	fake.options.program_ends = true;
	fake.options.program_status = EFI_ABORTED;
	fake.options.last_words = words;
	fake.options.last_words_bytes = 3;
	refused("(ERR_PROGRAM_ENDED;", "; it says: n.\n");
}

/* Three bytes each in UTF-8, which the console shows as '?'. */
static void long_words_are_not_lost(void **state)
{
	static CHAR16 words[300];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(words); i++)
		words[i] = 0x4e16;
	for (unsigned units = 200; units <= COUNT_OF(words); units += 100) {
		world_make(FAKE_X86_64, KERNEL_EFI);
		fake.options.program_ends = true;
		fake.options.program_status = EFI_ABORTED;
		fake.options.last_words = words;
		fake.options.last_words_bytes = units * sizeof(CHAR16);
		refused("(ERR_PROGRAM_ENDED;", "; it says: ????????????????????????????????");
	}
}

static void set_watchdog(void)
{
	fake.watchdog_runs = true;
}

/* Boot managers set it before they start something. */
static void its_watchdog_ends_with_it(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		world_make(FAKE_X86_64, KERNEL_EFI);
		fake.options.program_runs = set_watchdog;
		fake.options.program_ends = true;
		fake.options.program_status = i ? EFI_ABORTED : EFI_SUCCESS;
		fake_run();
		judged();
		assert_int_equal(fake.program.runs, 1);
		assert_false(fake.watchdog_runs);
	}
}

static void the_firmware_may_refuse_it(void **state)
{
	(void)state;
	world_make(FAKE_X86_64, KERNEL_EFI);
	fake_run();
	unsigned call = 1;
	while (fake.trace[call - 1].service != SERVICE_LOAD_IMAGE)
		call++;
	world_make(FAKE_X86_64, KERNEL_EFI);
	fake.faults[0] = (struct fake_fault){ call, EFI_SECURITY_VIOLATION };
	refused("(ERR_IMAGE_REFUSED;", "refuses to load this program: status 0x800000000000001a: refused for security");
	assert_int_equal(fake.status, EFI_SECURITY_VIOLATION);
}

static unsigned rounds;

static void another_round(struct boot *b)
{
	(void)b;
	if (rounds++ < 1000)
		attempts = 0;
}

static void a_thousand_runs_leave_nothing(void **state)
{
	(void)state;
	world_make(FAKE_X86_64, KERNEL_EFI);
	fake.options.program_ends = true;
	fake.options.budget = UINT32_MAX;
	before_second = another_round;
	attempts = rounds = 0;
	fake_run();
	before_second = NULL;
	const char *why = world_judge();
	if (why)
		fail_msg("%s", why);
	assert_true(fake.program.runs > 1000);
}

static void a_volume_without_a_path_is_no_reason_to_stop(void **state)
{
	(void)state;
	world_make(FAKE_X86_64, KERNEL_EFI);
	fake.options.no_device_path = true;
	starts();
}

static void there_may_be_no_chance(void **state)
{
	(void)state;
	world_make(FAKE_X86_64, KERNEL_EFI);
	fake.options.no_rng = true;
	starts();
	world_make(FAKE_X86_64, KERNEL_EFI);
	fake.options.rng_fails = true;
	starts();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_program_gets_all_of_its_entry),
		cmocka_unit_test(a_compressed_linux_is_a_program),
		cmocka_unit_test(it_needs_none_of_it),
		cmocka_unit_test(keys_of_kernels_are_ignored_with_a_line),
		cmocka_unit_test(options_are_utf_16),
		cmocka_unit_test(files_for_others_are_refused),
		cmocka_unit_test(a_file_that_is_none_is_named),
		cmocka_unit_test(it_is_served_by_one_alone),
		cmocka_unit_test(an_empty_one_is_an_error),
		cmocka_unit_test(one_that_cannot_be_read_is_the_reason),
		cmocka_unit_test(it_answers_by_the_rules),
		cmocka_unit_test(one_that_was_withdrawn_answers_no_more),
		cmocka_unit_test(a_tree_is_checked_and_corrected),
		cmocka_unit_test(with_secure_boot_no_tree_is_read),
		cmocka_unit_test(a_program_that_ends_well_is_no_error),
		cmocka_unit_test(its_status_and_words_are_passed_on),
		cmocka_unit_test(long_words_are_not_lost),
		cmocka_unit_test(its_watchdog_ends_with_it),
		cmocka_unit_test(the_firmware_may_refuse_it),
		cmocka_unit_test(a_thousand_runs_leave_nothing),
		cmocka_unit_test(a_volume_without_a_path_is_no_reason_to_stop),
		cmocka_unit_test(there_may_be_no_chance),
	};

	return cmocka_run_group_tests_name("firmware/program", tests, NULL, NULL);
}
