/* large.c — 30 MiB of file, and 16 MiB behind it that the file does not have. */
#include "shape.h"

REVISION_AND_MARKERS(6);
ASK(address, ID_ADDRESS);

enum { FILLED_WORDS = (30 << 20) / 8, EMPTY_WORDS = (16 << 20) / 8, STEP = 509 };
extern const uint64_t filled[FILLED_WORDS];
static volatile uint64_t empty[EMPTY_WORDS];
#define WORD 0x1122334455667788ull

__asm__(".section .rodata.filled, \"a\"; .balign 4096; .globl filled; filled: .rept (30 << 20) / 8\n"
        ".quad 0x1122334455667788\n"
        ".endr\n"
        ".text");

void kernel_entry(void)
{
	if (!address.response)
		end(1);
	for (unsigned i = 0; i < FILLED_WORDS; i += STEP)
		if (((volatile const uint64_t *)filled)[i] != WORD)
			end(1);
	for (unsigned i = 0; i < EMPTY_WORDS; i += STEP)
		if (empty[i] != 0)
			end(1);
	say("large: all there\n");
	end(0);
}
