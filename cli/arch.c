#include "arch.h"

#include <string.h>

#include "base.h"

const struct arch_info arch_info[ARCH_COUNT] = {
	[ARCH_X86_64] = { "x86_64", 0x8664, 62, "BOOTX64.EFI", "qemu-system-x86_64", "q35", NULL, "ovmf", 256 },
	[ARCH_AARCH64] = { "aarch64", 0xaa64, 183, "BOOTAA64.EFI", "qemu-system-aarch64", "virt", "cortex-a72",
	                   "qemu-efi-aarch64", 512 },
	[ARCH_RISCV64] = { "riscv64", 0x5064, 243, "BOOTRISCV64.EFI", "qemu-system-riscv64", "virt", NULL,
	                   "u-boot-qemu", 512 },
};

enum arch arch_named(const char *name)
{
	for (enum arch a = ARCH_NONE + 1; a < ARCH_COUNT; a++)
		if (strcmp(arch_info[a].name, name) == 0)
			return a;
	return ARCH_NONE;
}

/* Microsoft PE Format, "MS-DOS Stub", "COFF File Header": e_lfanew at 0x3c leads to "PE\0\0", then Machine. */
enum arch arch_of_pe(const uint8_t *bytes, size_t count)
{
	if (count < 64 || memcmp(bytes, "MZ", 2) != 0)
		return ARCH_NONE;

	uint32_t header = read_le32(bytes + 0x3c);
	if (!range_within(header, 6, count) || memcmp(bytes + header, "PE\0\0", 4) != 0)
		return ARCH_NONE;

	uint16_t machine = read_le16(bytes + header + 4);
	for (enum arch a = ARCH_NONE + 1; a < ARCH_COUNT; a++)
		if (arch_info[a].pe_machine == machine)
			return a;
	return ARCH_NONE;
}

/* ELF-64 Object File Format, "ELF Header": class and byte order at 4 and 5, e_machine at 18. */
enum arch arch_of_elf(const uint8_t *bytes, size_t count)
{
	if (count < 20 || memcmp(bytes, "\177ELF\2\1", 6) != 0)
		return ARCH_NONE;

	uint16_t machine = read_le16(bytes + 18);
	for (enum arch a = ARCH_NONE + 1; a < ARCH_COUNT; a++)
		if (arch_info[a].elf_machine == machine)
			return a;
	return ARCH_NONE;
}

enum arch arch_of_kernel(const uint8_t *bytes, size_t count)
{
	enum arch arch = arch_of_elf(bytes, count);

	return arch == ARCH_NONE ? arch_of_pe(bytes, count) : arch;
}
