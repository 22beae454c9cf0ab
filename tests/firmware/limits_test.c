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

/* The console's paths: those behind the buffer are not looked at, which would say nothing of the console. */
static void a_variable_that_brings_more_than_was_asked_is_not_believed(void **state)
{
	static const uint64_t excess[] = { 4, 4096, UINT64_MAX / 2 };

	(void)state;
	for (unsigned i = 0; i < COUNT_OF(excess); i++) {
		world_make(FAKE_X86_64, KERNEL_UPPER);
		fake.options.console_excess = excess[i];
		fake_run();
		judged();
		assert_int_equal(fake.outcome, FAKE_ENTERED);
	}
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(symbols_beyond_16_mib_are_not_even_asked_memory_for),
		cmocka_unit_test(a_read_that_brings_more_than_was_asked_is_an_error),
		cmocka_unit_test(a_directory_that_brings_more_than_was_asked_is_an_error),
		cmocka_unit_test(a_variable_that_brings_more_than_was_asked_is_not_believed),
		cmocka_unit_test(a_full_log_takes_no_more),
		cmocka_unit_test(lines_are_shown_when_the_log_is_full),
	};

	return cmocka_run_group_tests_name("firmware/limits", tests, NULL, NULL);
}
