/* finding.h — findings about a kernel: refusals of the loader, and doubtful things.
 *
 *   Numbers   stable: H0102 means the same in every version (refusals.def, doubts.def)
 *   Memory    findings keep their own texts */
#ifndef CLI_FINDING_H
#define CLI_FINDING_H

#include <stdbool.h>

#include "err.h"

/* In the order in which they are shown. */
enum severity { SEVERITY_REFUSED, SEVERITY_DOUBTFUL, SEVERITY_NOTE };

enum doubt {
#define DOUBT(number, name, severity, fact, consequence, fix, example) DOUBT_##name,
#include "doubts.def"
#undef DOUBT
	DOUBT_COUNT
};

struct finding_kind {
	unsigned number;
	const char *name;        /* "ERR_ELF_SHORT", "ENTRY_ZEROS" */
	enum severity severity;
	const char *fact;        /* without numbers; of a refusal its sentence with placeholders */
	const char *consequence; /* a sentence, with its full stop */
	const char *fix;         /* as err_advice(): without one; "": none */
	const char *example;     /* lines of a linker script, of C, or commands */
};

enum { FINDINGS_MOST = 64, FINDINGS_OF_A_KIND = 4, FINDING_TEXT_BYTES = 512 };

struct kernel_finding {
	const struct finding_kind *kind;
	uint64_t offset; /* in the file; 0: none */
	unsigned more;   /* of this kind, that are left out */
	char fact[FINDING_TEXT_BYTES];
};

struct findings {
	struct kernel_finding of[FINDINGS_MOST];
	unsigned count;
};

/* All kinds, by number: refusals first. */
unsigned finding_kind_count(void);
const struct finding_kind *finding_kind(unsigned i);

/* NULL: no kernel file causes this code. */
const struct finding_kind *finding_of_refusal(enum err code);

/* "doubtful" */
const char *severity_name(enum severity severity);

/* A refusal with its sentence. False: the code has no number. */
bool findings_add_refusal(struct findings *f, const struct problem *p, const char *sentence);

/* A doubt. After the first FINDINGS_OF_A_KIND of a kind others are only counted. */
void findings_add(struct findings *f, enum doubt doubt, uint64_t offset, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* By severity; within one in the order in which they were found. */
void findings_sort(struct findings *f);

unsigned findings_count(const struct findings *f, enum severity severity);

#endif
