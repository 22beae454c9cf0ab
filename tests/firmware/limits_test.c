/* The loader's own limits: what lies at them, and one step beyond. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "log.h"
#include "world.h"

static void judged(void)
{
	const char *why = world_judge();

	if (why)
		fail_msg("%s", why);
}

/* A file of 16 MiB and more, of which most is a symbol table. Memory for it there is none: the arena is as large. */
static void symbols_beyond_16_mib_are_not_even_asked_memory_for(void **state)
{
	enum { NAMES = 22, ROOM = 17 << 20 };
	static uint8_t file[ROOM];

	(void)state;
	for (unsigned more = 0; more < 2; more++) {
		world_make(FAKE_X86_64, KERNEL_UPPER);
		/* With the structure before them, and the names: 16 MiB exactly, or one byte more. */
		uint64_t symbols = MIB(16) - sizeof(struct hobnail_symbols) - NAMES + more;
		put64(&world_elf, SH_SYMBOLS + SH_BYTES, symbols);
		put64(&world_elf, SH_NAMES + SH_BYTES, NAMES);
		memcpy(file, world_elf.data, world_elf.bytes);
		world_replace(world_file("\\boot\\kernel.elf"), file, ROOM);
		fake_run();
		judged();
		assert_int_equal(fake.outcome, FAKE_ENTERED);
		assert_false(world_record()->valid & HOBNAIL_HAS_SYMBOLS);
		loader_log.text[loader_log.used < LOG_BYTES ? loader_log.used : LOG_BYTES - 1] = 0;
		assert_non_null(strstr(loader_log.text, more ? "16777217 bytes of symbols are left out (ERR_FULL)"
		                                             : "16777216 bytes of symbols "
		                                               "are left out (ERR_NO_MEMORY)"));
	}
}

/* Memory behind the buffer would have been written: nothing that was read can be believed. */
static void a_read_that_brings_more_than_was_asked_is_an_error(void **state)
{
	static const uint64_t excess[] = { 1, 4096, UINT64_MAX / 2 };

	(void)state;
	for (unsigned i = 0; i < COUNT_OF(excess); i++) {
		world_make(FAKE_X86_64, KERNEL_UPPER);
		fake.options.read_excess = excess[i];
		fake_run();
		judged();
		assert_int_equal(fake.outcome, FAKE_RETURNED);
		assert_true(world_said("(ERR_FILE_SHORT;"));
	}
}

/* A name that goes on behind the buffer is none, and is not read: the sanitizer watches. */
static void a_directory_that_brings_more_than_was_asked_is_an_error(void **state)
{
	static const uint64_t excess[] = { 1, 2, 1024, UINT64_MAX / 2 };

	(void)state;
	for (unsigned i = 0; i < COUNT_OF(excess); i++) {
		world_make(FAKE_X86_64, KERNEL_UPPER);
		world_file("\\hobnail.conf")->path = "\\boot\\modules\\a.bin"; /* so these are listed */
		fake.options.list_excess = excess[i];
		fake_run();
		judged();
		assert_int_equal(fake.outcome, FAKE_RETURNED);
		assert_true(world_said("(ERR_FIRMWARE;"));
	}
}

/* ... and one that is shorter than its fixed part has none: it is passed over. */
static void what_is_no_entry_of_a_directory_is_passed_over(void **state)
{
	(void)state;
	world_make(FAKE_X86_64, KERNEL_UPPER);
	world_file("\\hobnail.conf")->path = "\\boot\\modules\\a.bin";
	fake.options.list_excess = -(uint64_t)1100; /* 4 bytes are left */
	fake_run();
	judged();
	assert_int_equal(fake.outcome, FAKE_ENTERED);
	assert_int_equal(world_record()->modules.count, 0);
}

/* An error after the last map is printed on the serial port, unless the console is one. */
static bool console_is_serial(const uint8_t *path, uint64_t bytes, EFI_STATUS status)
{
	struct fake_fault last_map = { 0, FAULT_SHORT };

	for (unsigned again = 0; again < 2; again++) {
		world_make(FAKE_X86_64, KERNEL_UPPER);
		fake.options.console_path = path;
		fake.options.console_path_bytes = bytes;
		fake.options.console_status = status;
		if (again)
			fake.faults[0] = last_map;
		fake_run();
		judged();
		assert_int_equal(fake.outcome, again ? FAKE_RETURNED : FAKE_ENTERED);
		last_map.call = fake.calls - 1;
	}
	assert_non_null(strstr(fake.console, "ERR_MAP_CHANGED"));
	return !strstr(fake.serial, "ERR_MAP_CHANGED");
}

/* UEFI 2.10, "UART Device Path" (§10.3.4.13). Nodes behind the buffer, or behind one that is too short to be one, are
 * not looked at. */
static void the_console_is_what_its_variable_says(void **state)
{
	static const uint8_t uart[FAKE_PATH_BYTES] = { 1, 1, 4, 0, 3, 14, 4, 0, 0x7f, 0xff, 4, 0 },
	                     short_node[FAKE_PATH_BYTES] = { 1, 1, 3, 0, 0, 4, 0, 3, 14, 4, 0, 0x7f, 0xff, 4, 0 };
	static const uint64_t excess[] = { 4, 4096, UINT64_MAX / 2 };
	static uint8_t endless[FAKE_PATH_BYTES];

	(void)state;
	for (unsigned i = 0; i < sizeof endless; i++)
		endless[i] = i % 4 == 2 ? 4 : i % 4 == 3 ? 0 : 1;
	assert_true(console_is_serial(uart, 12, 0));
	assert_false(console_is_serial(uart, 7, 0));
	assert_false(console_is_serial(short_node, 15, 0));
	assert_false(console_is_serial(endless, sizeof endless, 0));
	for (unsigned i = 0; i < COUNT_OF(excess); i++)
		assert_false(console_is_serial(endless, sizeof endless + excess[i], 0));
	assert_true(console_is_serial(NULL, 0, EFI_NOT_FOUND));
	assert_false(console_is_serial(NULL, 0, EFI_BUFFER_TOO_SMALL));
}

/* However much of it is used already: the sanitizer watches its end. What fits is there, what does not is left out. */
static void a_full_log_takes_no_more(void **state)
{
	(void)state;
	for (unsigned left = 0; left < 200; left += left < 8 ? 1 : 31) {
		world_make(FAKE_X86_64, KERNEL_UPPER);
		memset(loader_log.text, 'x', LOG_BYTES);
		loader_log.used = LOG_BYTES - left;
		fake_run();
		judged();
		assert_int_equal(fake.outcome, FAKE_ENTERED);
		assert_true(loader_log.used >= LOG_BYTES - left && loader_log.used <= LOG_BYTES);
		assert_int_equal(world_record()->log_bytes, loader_log.used);
		if (left > 1)
			assert_int_equal(loader_log.text[loader_log.used - 1], '\n');
	}
}

static unsigned variables_asked_for(void)
{
	unsigned count = 0;

	for (unsigned i = 0; i < fake.calls; i++)
		count += fake.trace[i].service == SERVICE_GET_VARIABLE;
	return count;
}

/* Nor does any line ask the firmware where its console is. */
static void lines_are_shown_when_the_log_is_full(void **state)
{
	(void)state;
	world_make(FAKE_X86_64, KERNEL_UPPER);
	fake_run();
	unsigned asked = variables_asked_for();
	world_make(FAKE_X86_64, KERNEL_UPPER);
	world_config("[a]\nkernel = \\boot\\kernel.elf\nverbose = yes\n");
	memset(loader_log.text, 'x', LOG_BYTES);
	loader_log.used = LOG_BYTES;
	fake_run();
	judged();
	assert_int_equal(fake.outcome, FAKE_ENTERED);
	assert_true(world_said("framebuffer at 0x"));
	assert_int_equal(loader_log.used, LOG_BYTES);
	assert_int_equal(variables_asked_for(), asked);
}

/* With the XSDT they are as many as there is room for, or one more. */
static void tables_that_lie_apart_are_all_mapped_or_the_boot_ends(void **state)
{
	(void)state;
	for (unsigned more = 0; more < 2; more++) {
		unsigned count = PLAN_MAX_TABLES - 1 + more;
		world_make(FAKE_X86_64, KERNEL_LIMINE);
		world_scatter_tables(count);
		fake_run();
		judged();
		assert_int_equal(fake.outcome, more ? FAKE_RETURNED : FAKE_ENTERED);
		assert_int_equal(world_said("(ERR_TABLES_FULL;"), more);
		if (more)
			continue;
		const uint64_t *hhdm = world_answer(ASK_HHDM, 2);
		assert_non_null(hhdm);
		for (unsigned i = 0; i <= count; i++)
			assert_non_null(world_mapped(hhdm[1] + ARENA_FREE + 2 * i * PAGE_BYTES, 36));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(symbols_beyond_16_mib_are_not_even_asked_memory_for),
		cmocka_unit_test(a_read_that_brings_more_than_was_asked_is_an_error),
		cmocka_unit_test(a_directory_that_brings_more_than_was_asked_is_an_error),
		cmocka_unit_test(what_is_no_entry_of_a_directory_is_passed_over),
		cmocka_unit_test(the_console_is_what_its_variable_says),
		cmocka_unit_test(a_full_log_takes_no_more),
		cmocka_unit_test(lines_are_shown_when_the_log_is_full),
		cmocka_unit_test(tables_that_lie_apart_are_all_mapped_or_the_boot_ends),
	};

	return cmocka_run_group_tests_name("firmware/limits", tests, NULL, NULL);
}
