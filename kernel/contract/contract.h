/* contract.h — the promises of docs/protocol.md, each with the function that checks it.
 *
 * A check looks, changes nothing that it does not put back, and never follows what it has not checked: it must survive
 * a loader that broke the promise. It says what it saw in one sentence. */
#ifndef KERNEL_CONTRACT_H
#define KERNEL_CONTRACT_H

#include <hobnail/boot.h>

#include "base.h"

enum verdict {
	BROKEN,
	HOLDS,
	NOT_APPLICABLE, /* this boot has nothing that the promise speaks about */
};

/* What a check saw: "got ..., want ..." or a few numbers. */
struct finding {
	char text[192];
};

struct promise {
	unsigned number;  /* P<number> of docs/protocol.md */
	const char *says; /* in short */
	enum verdict (*check)(const struct hobnail_boot *boot, struct finding *f);
};

/* Return through these, so that each outcome is one line. */
enum verdict broken(struct finding *f, const char *text, ...) __attribute__((format(printf, 2, 3)));
enum verdict holds(struct finding *f, const char *text, ...) __attribute__((format(printf, 2, 3)));
enum verdict not_applicable(struct finding *f, const char *why);

/* HOLDS when got == want; else BROKEN, naming both. */
enum verdict expect(struct finding *f, const char *what, uint64_t got, uint64_t want);

struct score {
	unsigned held;
	unsigned applicable;
	bool trusted; /* the record's own promises held: what it refers to may be read */
};

/* Check every promise in order and print a line for each (with `quiet`: only for broken ones). Stops after the record's
 * structure when that is broken. `boot` need not be readable beyond what its own fields say. */
struct score contract_check(const struct hobnail_boot *boot, bool quiet);

/* What the processor under judgement was to find: the boot processor, or one that was released. */
struct entered {
	uint64_t argument;
	vaddr stack_virt;
	uint64_t stack_bytes;
	paddr root;
};

extern struct entered entered;

/* The first promise of the architecture's chapter that this processor finds broken, or NULL. Prints nothing. */
const struct promise *contract_check_processor(const struct hobnail_boot *boot, struct finding *f);

/* The tables, one per chapter of docs/protocol.md. */
struct chapter {
	const struct promise *promises;
	unsigned count;
};

extern const struct chapter record_chapter, facts_chapter, memory_chapter, image_chapter, space_chapter, device_chapter,
	cpu_chapter, interrupt_chapter;

#endif
