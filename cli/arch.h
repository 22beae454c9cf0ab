/* arch.h — the architecture of a loader or kernel file, and the names that belong to it. Pure. */
#ifndef CLI_ARCH_H
#define CLI_ARCH_H

#include <stddef.h>
#include <stdint.h>

enum arch { ARCH_NONE, ARCH_X86_64, ARCH_AARCH64, ARCH_RISCV64, ARCH_COUNT };

struct arch_info {
	const char *name;      /* "x86_64" */
	uint16_t pe_machine;   /* PE/COFF header, Machine                                                   */
	uint16_t elf_machine;  /* ELF header, e_machine                                                     */
	const char *boot_file; /* UEFI 2.10, "Removable Media Boot Behavior" (§3.5.1.1): under /EFI/BOOT/   */
	const char *qemu;      /* the emulator                                                              */
	const char *machine;   /* its default machine                                                       */
	const char *cpu;       /* its default processor; NULL: the emulator's own                           */
	const char *firmware;  /* Debian package of the UEFI firmware                                       */
	unsigned memory_mib;   /* of its machine where nobody says how much                                 */
};

extern const struct arch_info arch_info[ARCH_COUNT];

/* The architecture of a kernel by its first bytes: an ELF file, or an EFI program. */
enum arch arch_of_kernel(const uint8_t *bytes, size_t count);

/* ARCH_NONE if there is none of that name. */
enum arch arch_named(const char *name);

/* ARCH_NONE if the bytes are not the beginning of such a file, or the machine is unknown. `count`: bytes of the file
 * that are there; the PE header has to lie within them. */
enum arch arch_of_pe(const uint8_t *bytes, size_t count);
enum arch arch_of_elf(const uint8_t *bytes, size_t count);

#endif
