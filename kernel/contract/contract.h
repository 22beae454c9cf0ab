/* contract.h — the promises of docs/protocol.md, each with the function that checks it.
 *
 * A check restores everything that it changes, and follows no reference before checking it: it must survive a loader
 * that broke the promise. Its finding is one sentence. */
#ifndef KERNEL_CONTRACT_H
#define KERNEL_CONTRACT_H

#include <hobnail/boot.h>

#include "base.h"

enum verdict {
	BROKEN,
	HOLDS,
	NOT_APPLICABLE, /* the promise does not concern this boot */
};

/* The result of a check: "got ..., want ..." or a few numbers. */
struct finding {
	char text[192];
};

struct promise {
	unsigned number;  /* P<number> of docs/protocol.md */
	const char *says; /* in short */
	enum verdict (*check)(const struct hobnail_boot *boot, struct finding *f);
};

/* A check returns through these, with its finding. */
enum verdict broken(struct finding *f, const char *text, ...) __attribute__((format(printf, 2, 3)));
enum verdict holds(struct finding *f, const char *text, ...) __attribute__((format(printf, 2, 3)));
enum verdict not_applicable(struct finding *f, const char *why);

/* HOLDS when got == want; else BROKEN, naming both. */
enum verdict expect(struct finding *f, const char *what, uint64_t got, uint64_t want);

struct score {
	unsigned held;
	unsigned applicable;
	bool trusted; /* the promises about the record itself held: its references may be followed */
};

/* Checks every promise in order and prints a line for each (with `quiet`: only for broken ones). Stops after the
 * record's structure if that is broken. `boot` must be readable only as far as its own fields say. */
struct score contract_check(const struct hobnail_boot *boot, bool quiet);

/* The expected entry state of the processor that is checked now: the boot processor, or a released one. */
struct entered {
	uint64_t argument;
	vaddr stack_virt;
	uint64_t stack_bytes;
	paddr root;
};

extern struct entered entered;

/* The first promise of the architecture's chapter that is broken on this processor, or NULL. Prints nothing. */
const struct promise *contract_check_processor(const struct hobnail_boot *boot, struct finding *f);

/* The tables, one per chapter of docs/protocol.md. */
struct chapter {
	const struct promise *promises;
	unsigned count;
};

extern const struct chapter record_chapter, facts_chapter, memory_chapter, image_chapter, space_chapter, net_chapter,
	device_chapter, cpu_chapter, interrupt_chapter;

#endif
