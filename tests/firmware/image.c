/* image.c — the loader's own image, as far as it is copied, for the host: bytes to compare and words to move, with the
 * names that the linker script gives. An architecture's own statics may follow: who has some says where image_end
 * is. */
#include "fake.h"

#include <string.h>

#include "image.h"

enum { IMAGE_TEXT = 0x1000, IMAGE_DATA = 0x3000, IMAGE_BYTES = 0x5000 };

/* One piece, without redzones. */
static char fake_image[IMAGE_BYTES] __asm__("fake_image_bytes")
	__attribute__((used, aligned(PAGE_BYTES), section("fake_image"), no_sanitize("address")));
__asm__(".globl image_base, image_text, image_code_end, image_text_end, image_rodata, image_rodata_end, image_data\n"
        ".globl image_own\n"
        ".set image_base, fake_image_bytes\n"
        ".set image_text, image_base + 0x1000\n"
        ".set image_code_end, image_base + 0x2000\n"
        ".set image_text_end, image_base + 0x2000\n"
        ".set image_rodata, image_base + 0x2000\n"
        ".set image_rodata_end, image_base + 0x3000\n"
        ".set image_data, image_base + 0x3000\n"
        ".set image_own, image_base + 0x5000\n"
        ".weak image_scratch, image_end\n"
        ".set image_scratch, image_base + 0x5000\n"
        ".set image_end, image_base + 0x5000");

/* Three words that a base relocation names: the first two point into the image, the last one does not. */
static const uint64_t fake_relr[2] __asm__("fake_relr") __attribute__((used, no_sanitize("address"))) = {
	IMAGE_DATA + 0x10, 1 | 3 << 1,
};
__asm__(".globl image_relr, image_relr_end\n.set image_relr, fake_relr\n.set image_relr_end, fake_relr + 16");

void fake_image_fill(void)
{
	uint64_t words[] = { (uintptr_t)image_base + IMAGE_TEXT, (uintptr_t)image_base + image_bytes() - 1,
	                     (uintptr_t)image_base + image_bytes() };

	for (unsigned i = 0; i < IMAGE_BYTES; i++)
		fake_image[i] = (char)(i * 7 + i / 256);
	memcpy(fake_image + IMAGE_DATA + 0x10, words, sizeof words);
}
