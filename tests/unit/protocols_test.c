/* The keys of an entry that a boot of one protocol gets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "protocols.h"

static struct problem problem;

static void files_for_other_protocols_are_refused(void **state)
{
	struct config_entry entry = { .module_count = 1 };

	(void)state;
	assert_int_equal(protocol_takes_files(PROTOCOL_HOBNAIL, &entry, &problem), OK);
	assert_int_equal(protocol_takes_files(PROTOCOL_EFI, &entry, &problem), ERR_KEY_MODULE);
	entry = (struct config_entry){ .initrd_count = 1 };
	assert_int_equal(protocol_takes_files(PROTOCOL_EFI, &entry, &problem), OK);
	assert_int_equal(protocol_takes_files(PROTOCOL_LIMINE, &entry, &problem), ERR_KEY_INITRD);
	assert_string_equal(problem.text[0], "limine");
	entry = (struct config_entry){ .device_tree = text_of("t") };
	assert_int_equal(protocol_takes_files(PROTOCOL_EFI, &entry, &problem), OK);
	assert_int_equal(protocol_takes_files(PROTOCOL_MULTIBOOT2, &entry, NULL), ERR_KEY_INITRD);
}

static void keys_of_kernels_are_none_for_a_program(void **state)
{
	const struct config_entry entries[] = {
		{ .no_fault_reports = true }, { .direct_map_no_execute = true }, { .allow_write_execute = true },
	};
	const struct config_entry plain = { .verbose = true };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(entries); i++) {
		assert_true(protocol_ignores_keys(PROTOCOL_EFI, &entries[i]));
		assert_false(protocol_ignores_keys(PROTOCOL_HOBNAIL, &entries[i]));
	}
	assert_false(protocol_ignores_keys(PROTOCOL_EFI, &plain));
}

static void files_of_an_initrd_begin_at_multiples_of_4(void **state)
{
	const uint64_t most = INT64_MAX - 12;
	uint64_t total = 0;

	(void)state;
	assert_int_equal(efi_initrd_add(5, &total, &problem), OK);
	assert_int_equal(total, 5);
	assert_int_equal(efi_initrd_add(3, &total, &problem), OK);
	assert_int_equal(total, 11);
	assert_int_equal(efi_initrd_add(0, &total, &problem), ERR_FILE_EMPTY);
	assert_int_equal(efi_initrd_add(most + 1, &total, &problem), ERR_FILE_TOO_BIG);
	assert_int_equal(problem.value[0], most + 1);
	assert_int_equal(problem.value[1], most);
	assert_int_equal(total, 11);
	assert_int_equal(efi_initrd_add(most, &total, &problem), OK);
	assert_int_equal(total, INT64_MAX);
	assert_int_equal(efi_initrd_add(1, &total, &problem), ERR_FILE_TOO_BIG);
	assert_int_equal(problem.value[1], 0);
}

static void a_device_tree_has_a_size_of_32_bits(void **state)
{
	(void)state;
	assert_int_equal(efi_tree_fits(0, &problem), ERR_FILE_EMPTY);
	assert_int_equal(efi_tree_fits(1, &problem), OK);
	assert_int_equal(efi_tree_fits(UINT32_MAX, &problem), OK);
	assert_int_equal(efi_tree_fits(UINT32_MAX + UINT64_C(1), &problem), ERR_FILE_TOO_BIG);
	assert_int_equal(problem.value[1], UINT32_MAX);
}

static void a_text_behind_a_missing_module_may_be_its_path(void **state)
{
	const struct config_module plain = { .path = text_of("a") };
	const struct config_module with_text = { .path = text_of("a"), .cmdline = text_of("b") };

	(void)state;
	assert_int_equal(config_module_missing(&plain, ERR_FILE_NOT_FOUND, &problem), ERR_FILE_NOT_FOUND);
	assert_int_equal(config_module_missing(&with_text, ERR_FILE_DIRECTORY, &problem), ERR_FILE_DIRECTORY);
	assert_int_equal(config_module_missing(&with_text, ERR_FILE_NOT_FOUND, &problem), ERR_FILE_NOT_FOUND_TEXT);
	assert_int_equal(problem.code, ERR_FILE_NOT_FOUND_TEXT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(files_for_other_protocols_are_refused),
		cmocka_unit_test(keys_of_kernels_are_none_for_a_program),
		cmocka_unit_test(files_of_an_initrd_begin_at_multiples_of_4),
		cmocka_unit_test(a_device_tree_has_a_size_of_32_bits),
		cmocka_unit_test(a_text_behind_a_missing_module_may_be_its_path),
	};

	return cmocka_run_group_tests_name("protocols", tests, NULL, NULL);
}
