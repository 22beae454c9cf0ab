/* err.h — everything that can go wrong, as data: a code, a sentence, and what to try.
 *
 * The lists stand in core/errors/<module>.def, one line a code:
 *
 *     X(ERR_ELF_MAGIC, "this is not an ELF file: it begins with {x0}", "give the path of the linked kernel")
 *
 * A sentence may name the numbers of its problem: {0} {1} {2} in decimal, {x0} {x1} {x2} in hexadecimal, {off} the
 * offset. The third column, what to try, may be "". Each text is packed into a few bytes (packed.h), so it is written to
 * where the caller has room. Functions return `enum err`; results leave through
 * out-parameters that are written only on success. */
#ifndef CORE_ERR_H
#define CORE_ERR_H

#include "base.h"

enum err {
	OK = 0,
#define X(code, sentence, advice) code,
#include "errors/all.def"
#undef X
	ERR_COUNT
};

/* What a parser says about a refusal: where (`offset`: in the file or buffer) and with which numbers. */
struct problem {
	enum err code;
	uint64_t offset;
	uint64_t value[3];
};

/* Fill *p (if not NULL) and return code, so that a refusal is one line. */
static inline enum err problem_at(struct problem *p, enum err code, uint64_t offset, uint64_t v0, uint64_t v1, uint64_t v2)
{
	if (p)
		*p = (struct problem){ code, offset, { v0, v1, v2 } };
	return code;
}

struct err_name {
	char text[32];
};

/* "ERR_ELF_MAGIC"; "OK"; "?" for a number that is no code. To be used at once: err_name(e).text. */
struct err_name err_name(enum err code);

/* What to try, or "", NUL-terminated, cut to `size` bytes. Returns the bytes written without the NUL. */
size_t err_advice(enum err code, char *out, size_t size);

/* The same for the sentence with its numbers. */
size_t err_sentence(const struct problem *p, char *out, size_t size);

#endif
