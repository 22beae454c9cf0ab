/* multiboot2.c — a kernel that Hobnail has no part in: GRUB starts it in 32-bit mode, and it enters long mode with its
 * own tables, which map the first GiB one to one. It has no IDT. One word of its command line, one way to fail.
 * Multiboot2 specification, "OS image format", "Machine state", "Boot information format". */
#include "cpu.h"
#include "kernel.h"

enum { COM1 = 0x3f8, TAG_END = 0, TAG_COMMAND_LINE = 1, FIRST_TAG = 8, TAG_HEADER = 8 };

static uint64_t directory[512] __attribute__((aligned(4096), used));
static uint64_t directories[512] __attribute__((aligned(4096), used));
static uint64_t root[512] __attribute__((aligned(4096), used));
static char stack[16384] __attribute__((aligned(16), used));
static const uint64_t gdt[] __attribute__((used)) = { 0, 0x00af9b000000ffff, 0x00cf93000000ffff };

/* Magic, architecture (i386), length, checksum; the end tag. The entry is 32-bit code; EBX is the boot information. */
__asm__(".section .text.entry, \"ax\"\n"
        ".balign 8\n"
        "header: .long 0xe85250d6, 0, 24, 0x17adaf12\n"
        ".short 0, 0\n"
        ".long 8\n"
        ".code32\n"
        ".globl kernel_entry\n"
        "kernel_entry:\n"
        "mov $stack + 16384, %esp\n"
        "mov %ebx, %edi\n"
        "movl $directories + 3, root\n"
        "movl $directory + 3, directories\n"
        "xor %ecx, %ecx\n"
        "1: mov %ecx, %eax\n"
        "shl $21, %eax\n"
        "or $0x83, %eax\n" /* present, writable, 2 MiB */
        "mov %eax, directory(,%ecx,8)\n"
        "inc %ecx\n"
        "cmp $512, %ecx\n"
        "jb 1b\n"
        "mov $root, %eax\n"
        "mov %eax, %cr3\n"
        "mov $0x20, %eax\n" /* CR4.PAE */
        "mov %eax, %cr4\n"
        "mov $0xc0000080, %ecx\n"
        "mov $0x900, %eax\n" /* EFER.LME, NXE */
        "xor %edx, %edx\n"
        "wrmsr\n"
        "mov $0x80010033, %eax\n"
        "mov %eax, %cr0\n"
        "lgdt pointer\n"
        "ljmp $8, $long_mode\n"
        ".balign 4\n"
        "pointer: .short 23\n"
        ".long gdt\n"
        ".code64\n"
        "long_mode: mov $16, %eax\n"
        "mov %eax, %ds\n"
        "mov %eax, %es\n"
        "mov %eax, %ss\n"
        "xor %ebp, %ebp\n"
        "call kernel_main\n"
        "hlt\n"
        ".text\n");

static void print(const char *text)
{
	for (; *text; text++)
		cpu_out8(COM1, (uint8_t)*text);
}

/* "" if there is none. */
static const char *command_line(const uint8_t *info)
{
	for (const uint8_t *tag = info + FIRST_TAG; read_le32(tag) != TAG_END; tag += align_up(read_le32(tag + 4), 8))
		if (read_le32(tag) == TAG_COMMAND_LINE)
			return (const char *)tag + TAG_HEADER;
	return "";
}

static __attribute__((noinline)) void write_beyond(void)
{
	*(volatile char *)0x123456789000 = 1;
}

void kernel_main(const uint8_t *info) __attribute__((used));
void kernel_main(const uint8_t *info)
{
	const char *word = command_line(info);

	print("kernel: about to fail: ");
	print(word);
	print("\n");
	if (*word == 'f')
		write_beyond();
	wait_for_ever();
}
