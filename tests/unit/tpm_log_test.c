/* core/tpm_log.c: where an event log ends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tpm_log.h"

enum { HEADER = 32 + 28 + 8 + 1 };

static uint8_t log_[512];

static void put(uint32_t at, uint32_t value, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++)
		log_[at + i] = (uint8_t)(value >> 8 * i);
}

/* The header's event, with SHA-1 and SHA-256, and no data of the maker's. */
static void begin(void)
{
	memset(log_, 0, sizeof log_);
	put(28, HEADER - 32, 4);
	memcpy(log_ + 32, "Spec ID Event03", 16);
	put(32 + 24, 2, 4);
	put(32 + 28, 4, 2);
	put(32 + 30, 20, 2);
	put(32 + 32, 11, 2);
	put(32 + 34, 32, 2);
}

static void old_events_have_one_digest(void **state)
{
	(void)state;
	begin();
	put(64 + 28, 10, 4);
	assert_int_equal(tpm_log_bytes(TPM_LOG_SHA1, log_, 64), 64 + 32 + 10);
	put(64 + 28, TPM_EVENT_MOST + 1, 4);
	assert_int_equal(tpm_log_bytes(TPM_LOG_SHA1, log_, 64), 0);
}

static void new_events_have_digests_of_the_lengths_in_the_header(void **state)
{
	uint32_t at = HEADER;

	(void)state;
	begin();
	assert_int_equal(tpm_log_bytes(TPM_LOG_CRYPTO_AGILE, log_, 0), HEADER); /* nothing but the header */
	put(at + 8, 2, 4);
	put(at + 12, 11, 2);
	put(at + 12 + 2 + 32, 4, 2);
	put(at + 12 + 2 + 32 + 2 + 20, 7, 4);
	assert_int_equal(tpm_log_bytes(TPM_LOG_CRYPTO_AGILE, log_, at), at + 12 + 34 + 22 + 4 + 7);
}

static void what_the_header_does_not_have_ends_nowhere(void **state)
{
	uint32_t at = HEADER;

	(void)state;
	begin();
	put(at + 8, 1, 4);
	put(at + 12, 12, 2); /* SHA-384 */
	assert_int_equal(tpm_log_bytes(TPM_LOG_CRYPTO_AGILE, log_, at), 0);
	put(at + 12, 11, 2);
	assert_int_not_equal(tpm_log_bytes(TPM_LOG_CRYPTO_AGILE, log_, at), 0);
	put(at + 8, 17, 4);
	assert_int_equal(tpm_log_bytes(TPM_LOG_CRYPTO_AGILE, log_, at), 0);
	put(at + 8, 1, 4);
	put(28, 32, 4); /* the header has one algorithm, whatever it says */
	assert_int_equal(tpm_log_bytes(TPM_LOG_CRYPTO_AGILE, log_, at), 0);
	assert_int_equal(tpm_log_bytes(TPM_LOG_CRYPTO_AGILE, log_, TPM_LOG_MOST), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(old_events_have_one_digest),
		cmocka_unit_test(new_events_have_digests_of_the_lengths_in_the_header),
		cmocka_unit_test(what_the_header_does_not_have_ends_nowhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
