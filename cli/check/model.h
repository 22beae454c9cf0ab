/* model.h — a machine on paper, for verdicts: RAM that can be taken and written, a memory map, a processor, devices,
 * and an image of the loader. It is the machine on which `hobnail run` boots a kernel, as far as a boot depends on it.
 *
 *   Memory    sparse: pages that nobody touches cost nothing
 *   Lifetime  the attempt points into the model, which must not move */
#ifndef CLI_MODEL_H
#define CLI_MODEL_H

#include "arch.h"
#include "attempt.h"
#include "limine_respond.h"
#include "machine.h"
#include "request.h"

enum { MODEL_MAX_ENTRIES = MACHINE_MAX_MEMORY, MODEL_MAX_CPUS = MACHINE_MAX_CPUS, MODEL_MAX_RAM = 16 };
#define MODEL_LEAST_MIB 128

/* Bytes of the boot record of such a machine, room for the last map above all. */
#define MODEL_RECORD_BYTES KIB(128)

struct model {
	enum arch arch;
	struct ledger ledger; /* its first claim is the image's */
	struct pages pages;
	struct image image;
	struct hobnail_memory entries[MODEL_MAX_ENTRIES];
	struct memmap memory;
	struct span ram[MODEL_MAX_RAM]; /* ascending; bytes 0: none     */
	uint8_t *at[MODEL_MAX_RAM];     /* ... in this program's memory */
	struct table_cpu cpus[MODEL_MAX_CPUS];
	struct handoff handoff;
};

/* Other machines than the usual one. */
struct model_options {
	uint64_t memory_mib; /* from MODEL_LEAST_MIB to model_most_mib() */
	bool el2;            /* aarch64: the firmware runs at EL2, and there is VHE */
	bool la57;           /* x86_64: 5-level paging */
	bool lpa2;           /* aarch64: FEAT_LPA2, 5 levels */
	unsigned cpus;       /* 0: four if they are wanted, else one */
	const struct machine_record *record; /* NULL: none; else the options above count only where it is silent */
};

/* Has the architecture a loader, and so a model? */
bool model_has(enum arch arch);

/* The most memory that such a machine can have. */
uint64_t model_most_mib(enum arch arch);

/* The machine, and an attempt on it that has not begun; done() and context are the caller's to set. False: so much
 * address space is not to be had. model_free() is for both. */
bool model_make(struct model *m, enum arch arch, const struct model_options *options, struct attempt *a);

/* The kernel's requests are known: the machine gets processors and display. Unless the options say otherwise it has
 * four processors if they are wanted, else one, and a display if one is asked for. */
void model_equip(struct model *m, const struct model_options *options, const struct requests *r, struct attempt *a);

/* ... and what such a machine tells a kernel of the Limine protocol. There are no modules. */
void model_facts(const struct model *m, struct limine_facts *out);

void model_free(struct model *m);

#endif
