/* boot.h — one boot, from the firmware's call to the switch. main.c is its table of contents.
 *
 * Every step is `enum err step(struct boot *, struct problem *)`. It first notes in b->step what it does, so that a
 * report can name the step and the file. */
#ifndef LOADER_BOOT_H
#define LOADER_BOOT_H

#include <hobnail/boot.h>

#include "arch.h"
#include "attempt.h"
#include "bls_list.h"
#include "config.h"
#include "files/files.h"
#include "firmware/firmware.h"
#include "limine_respond.h"
#include "multiboot2.h"
#include "prove.h"
#include "report.h"
#include "request.h"

#define LOADER_VERSION "0.1.0"

enum { BOOT_MAX_CPUS = 512, BOOT_STRING_BYTES = 20480 };

/* Firmware facts that only the loader reads. Facts that a boot depends on are in attempt.platform. */
struct facts {
	struct firmware_tables tables;
	bool has_acpi, has_fdt;
	struct acpi acpi;
	struct fdt fdt;
	struct smbios smbios[2]; /* of tables.smbios_32 and smbios_64; entry.bytes 0: none */
	char vendor[128]; /* of the firmware */
};

/* State of the Hobnail protocol between its steps. */
struct hobnail_state {
	struct requests requests;
	struct hobnail_boot *record;
};

/* State of the Limine protocol between its steps. */
struct limine_state {
	struct limine found;
	struct limine_module modules[CONFIG_MAX_MODULES + LIMINE_MAX_INTERNAL];
	unsigned module_count;
};

/* Settings of the configuration for its menu, and the state of the choice. */
struct choice {
	unsigned timeout;  /* seconds, or CONFIG_WAITS                                           */
	bool no_editor;    /* nobody may edit a command line                                     */
	bool remember;     /* the entry that is chosen is the next default                       */
	bool asked;        /* the load options name the entry                                    */
	struct text config_path, config; /* the configuration's text; empty: there is none       */
	bool came_back;    /* an attempt has ended: the menu is next, and boots nothing by itself */
	bool person;       /* somebody has pressed a key in the menu                             */
	bool follows_variables;   /* bli_read() was called                                       */
	bool menu_asked, menu_disabled; /* by a variable: whatever there is to choose; never    */
	struct menu_screen *menu; /* in pages of its own; NULL: there was no menu yet            */
	bool entry_is_read; /* b->entry is the preferred one, as the configuration has it        */
	unsigned index;      /* of the entry in b->entry                                         */
	char counted[BLS_MAX_PATH]; /* the file of a boot entry whose try was counted; else empty       */
	size_t strings_kept; /* of b->strings: paths and options that hold for all entries       */
};

/* State of a boot of an EFI program. */
struct program_state {
	void *image;              /* of the firmware's; NULL: not loaded */
	struct opened initrds[CONFIG_MAX_INITRDS];
	unsigned initrd_count;    /* that are open                       */
	struct firmware_initrd initrd;
	bool has_seed;            /* of random numbers                   */
	struct text unread;       /* path of the one that could not be read, with its problem */
	struct problem problem;
	char said[512];           /* the program's last words, as the end of a sentence       */
};

/* State of Multiboot2 between its steps. */
struct multiboot2_state {
	struct multiboot2 header;
	uint32_t bytes; /* of the information, before the memory map is in it */
};

struct boot {
	struct firmware fw;
	struct pages pages;  /* the firmware's, in the form that core/ takes */
	struct step step;
	struct arch_facts arch;        /* probed once: some of it is found by trying */
	uint32_t secure_boot;          /* HOBNAIL_SECURE_BOOT_*: asked once          */
	struct attempt attempt;
	struct entries entries;
	struct choice choice;
	struct bls_list *bls;          /* bls.c; NULL: there are no boot entries                */
	struct config_entry entry;     /* the chosen one, its paths absolute ...               */
	enum volume volume;            /* ... on this volume                                   */
	struct facts facts;
	struct memmap last_map;        /* in memory of the protocol's; filled by last_map() */
	uint64_t last_map_descriptors; /* the most that the firmware's map may have         */
	uint64_t last_map_stride;      /* ... bytes of each                                 */
	struct hobnail_state hobnail;
	struct limine_state limine;
	struct program_state program;
	struct multiboot2_state multiboot2;
	uint64_t stages[HOBNAIL_STAGE_LAST + 1]; /* counter values by HOBNAIL_STAGE_* */
	bool verbose;
	bool serial_has_log;   /* report_catch_up(): once, whatever the number of attempts */
	bool by_default;       /* the entry is \\boot\\kernel.elf with the files of \\boot\\modules      */
	char hint[600];        /* places searched for the configuration, and names like it; else empty */
	size_t hint_used;
	unsigned hint_names;   /* names in it of files that look like the missing one */
	bool hint_has_kernels; /* missing_kernel() has been asked */
	char verdict[PROVE_SENTENCE_BYTES]; /* preflight's sentence, which replaces the error's; else empty */
	size_t strings_used;
	char strings[BOOT_STRING_BYTES];
};

/* ---- The steps of loader/steps/, in the order of a boot ------------------------------------------------- */

enum err machine_check(struct boot *b, struct problem *p);     /* facts.c: can the loader work on this machine?   */
enum err secure_boot_check(struct boot *b, struct problem *p); /* before any unverified byte is parsed            */
enum err entries_read(struct boot *b, struct problem *p);      /* entries.c: load options, and all that can boot  */

/* choose.c: one of b->entries, as b->entry. *left: a person went back to the firmware, and nothing was chosen. */
enum err entry_choose(struct boot *b, bool *left, struct problem *p);

/* After a failed attempt: is there a menu to go back to? Its memory is there then, b->choice.menu. */
bool entry_choose_again(struct boot *b);

/* The menu is shown next, with this failure; NULL: a program has ended well. */
void entry_came_back(struct boot *b, const struct problem *p);

enum err memory_survey(struct boot *b, struct problem *p);     /* facts.c: RAM, before anything is placed in it   */
void machine_log_memory(const struct boot *b);                 /* machine_log.c: for verbose = yes                */
void machine_log_devices(const struct boot *b);
enum err modules_load(struct boot *b, struct problem *p);      /* modules.c                                       */
enum err facts_gather(struct boot *b, struct problem *p);      /* facts.c: tables, console, display, processors   */
enum err space_make(struct boot *b, struct problem *p);        /* space.c: page tables, not yet installed         */
enum err transition_make(struct boot *b, struct problem *p);   /* ... and the identity map of the hand-off        */
enum err initrd_serve(struct boot *b, struct problem *p);      /* initrd.c: open the files, and offer them        */
enum err tree_offer(struct boot *b, struct problem *p);        /* tree.c: another device tree                     */
enum err program_load(struct boot *b, struct problem *p);      /* program.c: the image and its options            */
void seed_offer(struct boot *b);                               /* seed.c: chance for the program                  */
enum err preflight(struct boot *b, struct problem *p);         /* preflight.c: do they map what was asked for?    */
enum err preflight_within(struct boot *b, struct problem *p);  /* ... of a kernel that runs in the firmware's space */

/* entries.c: fill b->entry with what the entry of this index boots. Results of an earlier call are forgotten. */
enum err entry_load(struct boot *b, unsigned index, struct problem *p);

/* bls.c. bls_add(): look for entries of the Boot Loader Specification, and add them to b->entries behind those that are
 * there. bls_find(): the first entry whose id a pattern matches; `good`: of those that have not used up their tries.
 * bls_has_no_tries(): that entry has used them up. bls_load(): entry_load() for one of them.
 * bls_count_try(): before the chosen one is loaded, count the try in its name, if it has a counter. */
void bls_add(struct boot *b);
bool bls_find(const struct boot *b, struct text pattern, bool good, unsigned *index);
bool bls_has_no_tries(const struct boot *b, unsigned index);
enum err bls_load(struct boot *b, const struct entry *chosen, struct problem *p);
void bls_count_try(struct boot *b);

/* bli.c: variables of the Boot Loader Interface. bli_read(): follow those that choose an entry and a time to wait; what
 * holds once is deleted. bli_write(): before an EFI program runs. bli_undo(): it has ended, or was not started. */
void bli_read(struct boot *b);
void bli_write(struct boot *b);
void bli_undo(struct boot *b);

/* entries.c: the paths of b->entry, which are relative to `directory` or begin with a separator, become absolute.
 *   Errors of path_check(); ERR_PATHS_FULL */
enum err entry_paths_absolute(struct boot *b, struct text directory, struct problem *p);

/* menu.c: let a person choose; `pick` is the default at first. false: there is no memory for a menu. menu_tell(): the
 * text that is below the entries then. menu_has_memory(): it is allocated if it was not. */
struct pick {
	unsigned entry;
	bool left;    /* back to the firmware */
	bool verbose;
	bool edited;  /* with this command line */
	struct text command_line;
};
bool menu_run(struct boot *b, struct pick *pick);
bool menu_has_memory(struct boot *b);
void menu_tell(struct boot *b, const struct problem *p);

/* menu_facts.c: what is known of the entry that is loaded, as lines. Returns its bytes. */
size_t menu_facts(struct boot *b, char *out, size_t size);

/* remember.c: the variable with the entry that was chosen last. remember_read(): as the preferred one. */
void remember_read(struct boot *b);
void remember_write(const struct boot *b, unsigned entry);

/* modules.c: one file into pages of type module. */
enum err module_load(struct boot *b, struct text path, struct span *out, struct problem *p);

/* Hooks of an attempt (core/attempt.h), whose context is the struct boot. kernel.c writes the log of mode and kernel,
 * for a protocol's done(); cpus.c looks for the means to start other processors. */
void attempt_done(struct attempt *a, enum attempt_part part);
enum err prepare_cpus(struct attempt *a, struct problem *p);

/* last_map.c: convert the last map into b->last_map, and hand it to the protocol. A firmware_finish with the struct
 * boot as context. last_map_room(): how many entries b->last_map must hold. last_map_make_room(): scratch memory for
 * them, for protocols that make their own form from it. */
enum err last_map(void *boot, const struct uefi_map *map, uint32_t version, struct problem *p);
uint64_t last_map_room(const struct boot *b);
enum err last_map_make_room(struct boot *b, struct problem *p);

/* leave.c: a protocol's leave(). leave_firmware(): exit, switch, enter. leave_image(): start an EFI program, which may
 * come back: with OK, or as ERR_PROGRAM_ENDED. */
enum err leave_firmware(struct boot *b, bool *gone, struct problem *p);
enum err leave_image(struct boot *b, bool *gone, struct problem *p);

/* program.c: take back everything that a program was offered, unload it and close its files. Never fails. */
void program_undo(struct boot *b);

/* leave.c: enter with boot services alive, in the firmware's space and on its stack. A protocol's leave().
 *   ERR_MB2_RETURNED: the kernel came back, value[0] = RAX */
enum err leave_within(struct boot *b, bool *gone, struct problem *p);

/* missing.c. missing_config(): hobnail.conf is neither in `own` nor in the root: fill b->hint, and log it. `own` is
 * the loader's directory without a last separator; it may be empty. missing_kernel(): the default kernel is not there
 * either: add similar names to b->hint. */
void missing_config(struct boot *b, struct text own);
void missing_kernel(struct boot *b);

/* ---- Shared by the steps ------------------------------------------------------------------------------- */

/* Note what is being done, for reports. `file` may be empty. */
void step_set(struct boot *b, const char *doing, struct text file);

/* Remember the counter for a HOBNAIL_STAGE_*. */
void stage_mark(struct boot *b, unsigned stage);

/* Join the pieces in b->strings.   ERR_PATHS_FULL */
enum err string_join(struct boot *b, const struct text *pieces, unsigned count, struct text *out, struct problem *p);

static inline void *memory_at(paddr at)
{
	return (void *)(uintptr_t)at;
}

#endif
