/* Any bytes as the headers of an EFI program, on any machine: what is refused has a sentence, and what is opened has
 * its sections in the file. The first byte says which machine, and how much longer the file is than its beginning. */
#include "fuzz.h"
#include "pe.h"

static void look_at(const uint8_t *file, uint64_t file_bytes, const struct pe *pe)
{
	struct pe_section s;

	require(pe->entry && pe->entry < pe->image_bytes && pe->section_count <= PE_MAX_SECTIONS);
	for (unsigned i = 0; i < pe->section_count; i++) {
		pe_section(file, pe, i, &s);
		require(!s.bytes || range_within(s.at, s.bytes, file_bytes));
		require(memchr(s.name, 0, sizeof s.name));
		for (const char *c = s.name; *c; c++)
			require(*c >= ' ' && *c < 0x7f);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	struct problem p = { 0 };
	char sentence[256];
	struct pe pe;

	if (!bytes)
		return 0;
	size_t count = bytes - 1;
	uint8_t *file = copy_of(data + 1, count);
	uint64_t file_bytes = count + (uint64_t)(data[0] >> 2) * 64;
	enum err e = pe_open(file, count, file_bytes, data[0] & 3, &pe, &p);
	require(e == p.code);
	if (!e)
		look_at(file, file_bytes, &pe);
	else
		require(err_sentence(&p, sentence, sizeof sentence) && !strchr(sentence, '{'));
	require(pe_is(file, count) || e);
	require(pe_linux_version(file, count) < (count ? count : 1));
	free(file);
	return 0;
}
