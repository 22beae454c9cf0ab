/* world.h — a machine worth booting: a volume, a kernel, tables; and the judge of what a run did. */
#ifndef TESTS_FIRMWARE_WORLD_H
#define TESTS_FIRMWARE_WORLD_H

#include "fake.h"
#include "unit/elf_builder.h"

/* Which kernel lies on the volume. */
enum world_kernel {
	KERNEL_UPPER,   /* upper half, one block                                    */
	KERNEL_PIE,
	KERNEL_STAGED,  /* low, where the firmware's own data are                   */
	KERNEL_MMU_OFF, /* aarch64: entered with translation off, where it is free  */
	KERNEL_MMU_OFF_STAGED,
	KERNEL_EFI,     /* none: an EFI program, with two files as initrd and a device tree            */
	KERNEL_LIMINE,  /* upper half, with requests of that protocol at the beginning of its data */
	KERNEL_MULTIBOOT2,        /* x86_64: low, where the firmware's own data are, for the i386 entry */
	KERNEL_MULTIBOOT2_WITHIN, /* ... and where it is free, for the entry with boot services alive   */
};

enum world_ask_limine { ASK_MAP, ASK_HHDM, ASK_FRAMEBUFFER, ASK_MODULES, ASK_MP, ASK_RSDP, ASK_EFI_MAP, ASK_ENTROPY,
                        ASK_FILE, ASK_PAGING, ASK_DATE, ASK_SMBIOS, ASK_DEVICE_TREE, WORLD_LIMINE_REQUESTS };

enum { WORLD_CPUS = 3 }; /* enabled, the boot processor among them; a fourth one is listed */

extern struct elf_image world_elf; /* may be changed before fake_run() */

/* fake_reset(), then hobnail.conf, a kernel, two modules, ACPI tables, and a device tree on aarch64. */
void world_make(enum machine machine, enum world_kernel kernel);

/* The file holds this kernel from now on; one of world_make()'s size or smaller. */
void world_another_kernel(enum machine machine, enum world_kernel kernel);

/* world_elf without notes and with requests of the Limine protocol: five levels of page tables where there are. */
void world_put_limine(void);

/* ... and no less. */
void world_limine_needs_five(void);

/* world_elf without notes and with a Multiboot2 header, with the tags of its EFI64 entry or without. */
void world_put_multiboot2(bool within);

/* Move a low-linked kernel to another physical address. */
void world_kernel_at(paddr at);

/* One more request of the kernel's; there is room for four. */
void world_ask(uint32_t request, uint64_t value);

/* Give a file other bytes, which must stay. */
void world_replace(struct fake_file *file, const void *data, uint64_t bytes);

/* Replace the text of hobnail.conf; `text` must stay. */
void world_config(const char *text);

struct fake_file *world_file(const char *path);

/* Tables in the arena; each sets fake.options. */
void world_acpi(void);
void world_device_tree(void);

/* After world_acpi(): an XSDT and so many more tables, each in a reserved page of its own from ARENA_FREE on, every
 * second one; those between them are free. */
void world_scatter_tables(unsigned count);

/* After world_acpi(), on x86_64: the last processor has this id, which may need x2APIC mode. */
void world_x2apic_id(uint32_t id);

/* After world_acpi(): a FADT, which says of PSCI that it is there (1) and asked by HVC (2). */
void world_fadt(uint16_t pm_timer, uint16_t arm_boot);

/* After world_acpi(): a table of an HPET whose registers are there. */
void world_hpet(paddr base);

/* After world_acpi(): PCI's configuration space, of one bus, is there. */
void world_mcfg(paddr base);
void world_gic(paddr distributor, paddr interface, paddr redistributors, uint32_t redistributor_bytes);

/* After world_acpi(): a table of a serial port whose registers are there, in memory. */
void world_spcr(paddr base);

/* No ACPI, and a device tree with these processors besides the boot processor, ids 2, 4, ...; 0: one without a spin
 * table. */
void world_spin_tables(const paddr *release, unsigned count);

/* NULL: the run was as it must be. Otherwise what was wrong; the text holds until the next call. */
const char *world_judge(void);          /* any run: entered and whole, or a clear error and nothing left behind   */
const char *world_judge_entered(void);  /* the kernel was entered: record, segments, modules, tables, caches      */
const char *world_judge_limine(void);   /* ... its part for a kernel of that protocol: judge_limine.c             */
const char *world_judge_program(void);  /* an EFI program was started: file, options, initrd, tables             */
const char *world_judge_multiboot2(void); /* ... of a Multiboot2 kernel: judge_multiboot2.c              */
const char *world_judge_read_once(void); /* no byte of a file twice; those of modules and configuration all       */
const char *world_judge_blames(void);   /* the one call that failed concerned a file: the error names it          */

/* The answer to a request of a kernel of the Limine protocol, after world_judge_limine(); NULL: there is none. */
const uint64_t *world_answer(enum world_ask_limine ask, unsigned words);

/* Bytes at an address of that kernel's, one behind the other in memory; NULL: they are not. */
const void *world_mapped(vaddr va, uint64_t bytes);

/* The record of a run that entered the kernel. */
const struct hobnail_boot *world_record(void);

/* Reads the run's tables: x86_64 has one root, in `lower`. */
struct walker world_walker(paddr lower, paddr upper);

/* Does a console, the firmware's or ours, show this text? */
bool world_said(const char *text);

#endif
