/* An ELF file for elf2efi, whose pages begin with 512 bytes of the input each and are zero behind them: what comes out
 * is the image that firmware demands, and the same every time. */
#include "../../tools/elf2efi/elf2efi.h"
#include "fuzz.h"

enum { PAGE_INPUT = 512, PAGES_MOST = 8 };

/* Microsoft PE Format, "Section Table": each section on pages of its own, behind the one before, inside the file and
 * the image, and not both writable and executable. */
static void check_sections(const uint8_t *pe, size_t bytes, const uint8_t *table, unsigned count, uint32_t image_bytes)
{
	uint64_t next = PAGE_BYTES;

	for (unsigned i = 0; i < count; i++) {
		const uint8_t *s = table + i * 40;
		uint32_t memory = read_le32(s + 8), base = read_le32(s + 12), raw = read_le32(s + 16),
			 at = read_le32(s + 20);
		uint32_t flags = read_le32(s + 36);
		require(s + 40 <= pe + bytes && is_aligned(base, PAGE_BYTES) && base >= next);
		require(memory && range_within(base, memory, image_bytes) && range_within(at, raw, bytes));
		require(is_aligned(at | raw, 512) && (flags >> 29 & 5) != 5);
		next = align_up((uint64_t)base + memory, PAGE_BYTES);
	}
	require(next == image_bytes);
}

static void check_pe(const uint8_t *pe, size_t bytes)
{
	require(bytes >= 512 && memcmp(pe, "MZ", 2) == 0 && read_le32(pe + 0x3c) <= 256);
	const uint8_t *coff = pe + read_le32(pe + 0x3c) + 4, *optional = coff + 20;
	uint32_t image_bytes = read_le32(optional + 56);
	uint32_t reloc = read_le32(optional + 112 + 5 * 8), reloc_bytes = read_le32(optional + 112 + 5 * 8 + 4);

	require(memcmp(coff - 4, "PE\0", 4) == 0 && read_le16(optional) == 0x20b);
	require(image_bytes <= E2E_IMAGE_LIMIT && read_le32(optional + 16) < image_bytes);
	require(reloc_bytes >= 8 && range_within(reloc, reloc_bytes, image_bytes));
	check_sections(pe, bytes, optional + read_le16(coff + 16), read_le16(coff + 2), image_bytes);
}

static size_t spread(uint8_t *file, const uint8_t *data, size_t bytes)
{
	size_t pages = min_u64(bytes / PAGE_INPUT, PAGES_MOST - 1),
	       last = min_u64(bytes - pages * PAGE_INPUT, PAGE_INPUT);

	for (size_t i = 0; i < pages; i++)
		memcpy(file + i * PAGE_BYTES, data + i * PAGE_INPUT, PAGE_INPUT);
	memcpy(file + pages * PAGE_BYTES, data + pages * PAGE_INPUT, last);
	return pages * PAGE_BYTES + last;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	static uint8_t file[PAGES_MOST * PAGE_BYTES];
	uint8_t *efi, *again;
	size_t efi_bytes, again_bytes;
	struct e2e_problem p = { .code = E2E_OK };
	char sentence[256];

	memset(file, 0, sizeof file);
	size_t file_bytes = spread(file, data, bytes);
	uint8_t *elf = copy_of(file, file_bytes);
	enum e2e_err e = elf2efi(elf, file_bytes, &efi, &efi_bytes, &p);
	if (!e) {
		check_pe(efi, efi_bytes);
		require(elf2efi(elf, file_bytes, &again, &again_bytes, &p) == E2E_OK && again_bytes == efi_bytes);
		require(memcmp(efi, again, efi_bytes) == 0);
		free(again);
		free(efi);
	} else {
		require(p.code == e);
		e2e_sentence(&p, sentence, sizeof sentence);
		require(strlen(sentence) > 0);
	}
	free(elf);
	return 0;
}
