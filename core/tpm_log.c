/* tpm_log.c — the length of an event log. */
#include "tpm_log.h"

/* TCG_PCR_EVENT: PCR 0, type 4, SHA-1 8, length 28, data. The first event of each log has this form. */
enum { OLD_LENGTH = 28, OLD_BYTES = 32 };

/* TCG_PCR_EVENT2: PCR 0, type 4, number of digests 8; each is an algorithm in 16 bits, and bytes. */
enum { NEW_COUNT = 8, NEW_DIGESTS = 12, DIGESTS_MOST = 16 };

/* TCG_EfiSpecIdEvent, the data of a crypto-agile log's first event: number of algorithms 24, of 4 bytes each:
 * algorithm, length of its digest. */
enum { ID_COUNT = 24, ID_ALGORITHMS = 28 };

/* 0: the header does not say. */
static unsigned digest_bytes(const uint8_t *log, unsigned algorithm)
{
	const uint8_t *id = log + OLD_BYTES;
	uint32_t bytes = read_le32(log + OLD_LENGTH);

	if (bytes < ID_ALGORITHMS || bytes > TPM_EVENT_MOST)
		return 0;
	for (uint32_t i = 0; i < read_le32(id + ID_COUNT) && ID_ALGORITHMS + 4 * (i + 1) <= bytes; i++)
		if (read_le16(id + ID_ALGORITHMS + 4 * i) == algorithm)
			return read_le16(id + ID_ALGORITHMS + 4 * i + 2);
	return 0;
}

/* Where the event's length stands; 0: nowhere. */
static uint64_t length_at(unsigned format, const uint8_t *log, uint64_t event)
{
	if (format == TPM_LOG_SHA1 || !event)
		return event + OLD_LENGTH;
	uint32_t count = read_le32(log + event + NEW_COUNT);
	uint64_t at = event + NEW_DIGESTS;
	for (uint32_t i = 0; i < count; i++) {
		unsigned bytes = count <= DIGESTS_MOST ? digest_bytes(log, read_le16(log + at)) : 0;
		if (!bytes)
			return 0;
		at += 2 + bytes;
	}
	return at;
}

uint64_t tpm_log_bytes(unsigned format, const uint8_t *log, uint64_t last)
{
	uint64_t at = last < TPM_LOG_MOST ? length_at(format, log, last) : 0;

	if (!at || read_le32(log + at) > TPM_EVENT_MOST)
		return 0;
	return at + 4 + read_le32(log + at);
}
