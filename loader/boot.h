/* boot.h — one boot, from the firmware's call to the switch. main.c is its table of contents.
 *
 * Every step is `enum err step(struct boot *, struct problem *)`; it says what it is doing in b->step first, so that an
 * error can be reported with the file and the step it happened in. */
#ifndef LOADER_BOOT_H
#define LOADER_BOOT_H

#include <hobnail/boot.h>

#include "arch.h"
#include "config.h"
#include "elf.h"
#include "firmware/firmware.h"
#include "handoff.h"
#include "plan.h"
#include "report.h"
#include "request.h"

enum { BOOT_MAX_CPUS = 512, BOOT_STRING_BYTES = 20480 };

/* The kernel file, and where its parts are. */
struct kernel {
	struct elf_file file;
	struct elf_layout layout;
	struct requests requests;
	struct plan_segment segments[ELF_MAX_SEGMENTS];
	paddr loaded[ELF_MAX_SEGMENTS]; /* where the segment's bytes are now: its phys, or a staging area */
	uint64_t slide;
	vaddr entry;
	uint64_t staged_bytes;
	struct span symbols; /* physical: a struct hobnail_symbols and what it describes; bytes 0: none */
};

struct module {
	struct text path;
	struct text cmdline;
	paddr phys;
	uint64_t bytes;
};

/* What the firmware's tables and protocols say. */
struct facts {
	struct firmware_tables tables;
	bool has_acpi, has_fdt, has_console, has_framebuffer;
	struct acpi acpi;
	struct fdt fdt;
	struct hobnail_console console;
	struct hobnail_framebuffer framebuffer;
	struct span devices[PLAN_MAX_DEVICES]; /* PCI's, where tables name them: as struct plan_input has them */
	size_t device_count;
	struct table_cpu *cpus; /* BOOT_MAX_CPUS of them, in a claim */
	size_t cpu_count;
	uint32_t psci;
	uint32_t secure_boot;
	char vendor[128]; /* of the firmware */
};

/* Page tables being built. */
struct space {
	struct plan plan;
	struct pt upper; /* the only one, or the one of the upper range */
	struct pt lower; /* the same, or the one of the lower range     */
	paddr pool;      /* next free table page */
	uint64_t pool_bytes;
	uint64_t table_bytes;
	struct plan_piece stack, console, framebuffer; /* the boot processor's stack */
};

struct boot {
	struct firmware fw;
	struct step step;
	struct arch_facts arch;
	struct arch_mode mode;
	struct config_entry entry;
	struct kernel kernel;
	struct module modules[CONFIG_MAX_MODULES];
	unsigned module_count;
	struct facts facts;
	struct memmap memory;  /* as it was early: what is RAM does not change. What the firmware's tables occupy
	                          of memory that would be free is of type ACPI reclaimable here */
	struct space space;
	struct hobnail_boot *record;
	uint64_t record_descriptors; /* that the last map may have */
	uint64_t stages[HOBNAIL_STAGE_LAST + 1]; /* counter values by HOBNAIL_STAGE_* */
	bool verbose;
	bool by_default;       /* no configuration was found: \\boot\\kernel.elf and \\boot\\modules      */
	char hint[600];        /* where the configuration was looked for, and what looks like it; else empty */
	size_t hint_used;
	unsigned hint_names;   /* files in it that look like what is missing */
	char verdict[480];     /* of preflight, in words, instead of the error's sentence; else empty */
	size_t strings_used;
	char strings[BOOT_STRING_BYTES];
};

/* ---- The steps, in their order ------------------------------------------------------------------------- */

enum err machine_check(struct boot *b, struct problem *p);  /* facts.c   */
enum err entry_choose(struct boot *b, struct problem *p);   /* choose.c  */
enum err secure_boot_check(struct boot *b, struct problem *p); /* facts.c */
enum err memory_survey(struct boot *b, struct problem *p);  /* facts.c   */
enum err kernel_load(struct boot *b, struct problem *p);    /* kernel.c  */
enum err modules_load(struct boot *b, struct problem *p);   /* modules.c */
enum err facts_gather(struct boot *b, struct problem *p);   /* facts.c   */
enum err space_build(struct boot *b, struct problem *p);    /* space.c   */
enum err record_build(struct boot *b, struct problem *p);   /* protocol/hobnail.c */
enum err transition_build(struct boot *b, struct problem *p); /* space.c  */
enum err preflight(struct boot *b, struct problem *p);      /* preflight.c */

/* The last step: convert the last map into the record. A firmware_finish with the struct boot as context. */
enum err record_finish(void *boot, const struct uefi_map *map, uint32_t version, struct problem *p);

/* No hobnail.conf is in `own` (of the loader; without a last separator, may be empty) or the root: fill b->hint, and log it.
 * Then, if the kernel that boots without one is not there: add to it. missing.c */
void missing_config(struct boot *b, struct text own);
void missing_kernel(struct boot *b);

/* ---- Shared by the steps ------------------------------------------------------------------------------- */

/* Note what is being done, for reports: `file` may be empty. */
void step_set(struct boot *b, const char *doing, struct text file);

/* Remember the counter for a HOBNAIL_STAGE_*. */
void stage_mark(struct boot *b, unsigned stage);

/* Put the pieces one after the other into b->strings.   ERR_PATHS_FULL */
enum err string_join(struct boot *b, const struct text *pieces, unsigned count, struct text *out, struct problem *p);

/* Place the segments physically: fills segments[i].phys and loaded[i]. Upper-half segments as one block, low ones at
 * their p_paddr, staged where the firmware is still in the way. place.c */
enum err kernel_place(struct boot *b, struct problem *p);

/* The last low segment of which a byte goes into this page, as elf_segment_name(): the page belongs to one. */
uint64_t kernel_segment_at(const struct kernel *k, paddr page);

/* ERR_DESTINATION_OWN for the first page of the move's destination that is not before `taken`, with its segment. */
enum err destination_is_taken(const struct kernel *k, const struct handoff_move *m, paddr taken, struct problem *p);

static inline struct text text_of(const char *literal)
{
	return (struct text){ literal, __builtin_strlen(literal) };
}

static inline void *memory_at(paddr at)
{
	return (void *)(uintptr_t)at;
}

#endif
