/* check.h — a kernel on a model of a machine: the steps that the loader takes, and their facts. `hobnail check` prints
 * the verdict (check_print.c), `hobnail map` draws the address space. */
#ifndef CLI_CHECK_H
#define CLI_CHECK_H

#include "finding.h"
#include "model.h"
#include "protocols.h"
#include "prove.h"
#include "verb.h"

/* How far a kernel has come: each step holds all that stand before it. */
enum check_held { HELD_NOTHING, HELD_FILE, HELD_REQUESTS, HELD_MODE, HELD_LOADED, HELD_SPACE, HELD_PROVED };

/* Bytes that are read in place of the file's: little-endian. */
struct patch {
	uint64_t at, value;
	unsigned count; /* at most 8 */
};

enum { CHECK_MOST_PATCHES = 32 };

struct check {
	const char *path;
	enum arch arch;      /* of the machine; ARCH_NONE until the file is open: the one that it is for */
	struct model_options options;
	const char *machine; /* file of a recorded one; NULL: none */
	struct model model;  /* of the machine */
	int fd;              /* of the kernel  */
	int error;           /* errno of reading it; 0: it could be read */
	struct source source;
	struct requests requests;
	struct limine limine; /* if attempt.protocol is PROTOCOL_LIMINE */
	uint32_t answered;    /* ... its requests that the model answers, a bit for each (HELD_SPACE) */
	struct multiboot2 multiboot2; /* if it is PROTOCOL_MULTIBOOT2 */
	const char *why;      /* the reason for that protocol */
	struct attempt attempt;
	struct proof proof;
	enum check_held held;
	uint64_t table_bytes; /* of the kernel's tables; those for the way to it are not counted */
	struct problem problem; /* code OK: it would boot */
	struct patch patches[CHECK_MOST_PATCHES];
	unsigned patch_count;
	bool allow_write_execute; /* as in the configuration: allow_wx; and the next two are protocol, hhdm and so on */
	enum boot_protocol said;
	struct limine_options limine_options;
	struct findings findings; /* the caller's: check_find() */
};

/* The options that describe the machine, for getopt_long(). */
enum { CHECK_MEMORY = 256, CHECK_ARCH, CHECK_EL2, CHECK_LA57, CHECK_LPA2, CHECK_CPUS, CHECK_MACHINE,
       CHECK_OPTIONS_END };
#define CHECK_OPTIONS \
	{ "memory", required_argument, NULL, CHECK_MEMORY }, { "arch", required_argument, NULL, CHECK_ARCH }, \
	{ "el2", no_argument, NULL, CHECK_EL2 }, { "la57", no_argument, NULL, CHECK_LA57 }, \
	{ "lpa2", no_argument, NULL, CHECK_LPA2 }, \
	{ "cpus", required_argument, NULL, CHECK_CPUS }, { "machine", required_argument, NULL, CHECK_MACHINE }

/* ... and what they mean, for the text of a verb. */
#define CHECK_HELP \
	"  --memory N[M|G|T]     RAM of that machine, " VERB_TEXT(MODEL_LEAST_MIB) "M at least; default: 256M; " \
	"512M on aarch64\n" \
	"  --arch x86_64|aarch64\n" \
	"                        the machine's; default: the one that the kernel is for\n" \
	"  --el2                 aarch64: the firmware runs at EL2, on a processor with VHE\n" \
	"  --la57                x86_64: the processor has 5-level paging\n" \
	"  --lpa2                aarch64: the processor has FEAT_LPA2, that is 5 levels of page tables\n" \
	"  --cpus N              processors; default: 4 if the kernel asks for them, else 1\n" \
	"  --machine FILE        the machine that hobnail run --record FILE has seen, in place of all of these\n"

/* Takes one of them; others are left alone. 0 or a status. */
int check_option(int option, const char *value, struct check *c);

/* --machine: takes the recorded one, if one is named. A caller with several kernels does it once, and each gets a copy
 * of *c. 0 or a status. */
int check_machine(struct check *c);

/* Goes as far as the loader would come with the kernel. *c is zero but for what check_option() has set. 0: there is a
 * verdict, c->problem; or a status: the file cannot be read, or there is no such machine. check_close() is for both. */
int check_kernel(struct check *c, const char *path);
void check_close(struct check *c);

/* The sentence of c->problem, which is the loader's. */
const char *check_sentence(const struct check *c, char *text, size_t bytes);

/* Bytes of the file, patched. False: it has no such bytes, or cannot be read (c->error). */
bool check_bytes(struct check *c, uint64_t at, void *to, uint64_t bytes);

/* There is a verdict: fills c->findings, sorted. */
void check_find(struct check *c);

/* Further reasons why the kernel is refused, behind the first one: c->problem (reasons.c). */
void reasons_find(struct check *c);

/* On standard output: for people, with all facts if `verbose`; and as one JSON object. */
void check_print(const struct check *c, bool verbose);
void check_print_json(const struct check *c);

#endif
