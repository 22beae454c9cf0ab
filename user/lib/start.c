/* start.c — the entry point of programs. */
#include "user.h"

enum { WORDS_MOST = 256 };

/* The entry code leaves the kernel's argument in the first argument register. */
__asm__(".pushsection .text.entry, \"ax\"\n"
        ".globl program_entry\n"
        "program_entry:\n" MACHINE_ENTRY
        ".popsection\n");

_Noreturn void program_start(const struct pith_arguments *given);

_Noreturn void program_start(const struct pith_arguments *given)
{
	static const char *words[WORDS_MOST + 1];
	const char *text = given->text;
	int count = 0;

	for (; count < WORDS_MOST && (uint64_t)count < given->count; count++, text += strlen(text) + 1)
		words[count] = text;
	sys_exit((uint64_t)main(count, words));
}
