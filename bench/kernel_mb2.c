/* kernel_mb2.c — a kernel of Multiboot2: one of 32 bits for the i386 entry, which GRUB boots, too, and one of 64 bits
 * for the EFI amd64 entry. Multiboot2 Specification 2.0, "Header layout" (§3.1.1), "Boot information format" (§3.6),
 * "Modules" (§3.6.6). */
#include "guest.h"

void kernel_main(const uint8_t *information, uint64_t now);

BALLAST;

__attribute__((used, aligned(4096))) uint8_t stack[16384];

#if defined(__x86_64__)
__asm__(".section .text.entry,\"ax\"\n"
        "\t.balign 8\n"
        "1:\t.long 0xe85250d6, 0, 2f - 1b, -(0xe85250d6 + (2f - 1b))\n"
        "\t.short 7, 0\n\t.long 8\n"
        "\t.short 9, 0\n\t.long 12, kernel_entry, 0\n"
        "\t.short 0, 0\n\t.long 8\n"
        "2:\n"
        ".globl kernel_entry\nkernel_entry:\n"
        "\trdtsc\n\tshl $32, %rdx\n\tlea (%rdx, %rax), %rsi\n\tmov %rbx, %rdi\n\tcall kernel_main\n");
#else
__asm__(".section .text.entry,\"ax\"\n"
        "\t.balign 8\n"
        "1:\t.long 0xe85250d6, 0, 2f - 1b, -(0xe85250d6 + (2f - 1b))\n"
        "\t.short 0, 0\n\t.long 8\n"
        "2:\n"
        ".globl kernel_entry\nkernel_entry:\n"
        "\trdtsc\n\tmov $stack + 16384, %esp\n\tpush %edx\n\tpush %eax\n\tpush %ebx\n\tcall kernel_main\n");
#endif

static uint32_t word(const uint8_t *at)
{
	return *(const uint32_t *)(const void *)at;
}

void kernel_main(const uint8_t *information, uint64_t now)
{
	put('\n');
	say("kernel", now);
	/* Tags of {type, size} behind 8 bytes; type 0 ends them, type 3 is a module's {start, end}. */
	for (const uint8_t *tag = information + 8; word(tag); tag += (word(tag + 4) + 7) & ~7u)
		if (word(tag) == 3)
			say_module_and_stop((const void *)(uintptr_t)word(tag + 8), word(tag + 12) - word(tag + 8));
	say_module_and_stop(0, 0);
}
