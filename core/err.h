/* err.h — everything that can go wrong, as data: a code, a sentence, and what to try.
 *
 * The lists stand in core/errors/<module>.def, one line a code:
 *
 *     X(ERR_ELF_MAGIC, "this is not an ELF file: it begins with {x0}", "give the path of the linked kernel")
 *
 * A sentence may name the numbers of its problem: {0} {1} {2} in decimal, {x0} {x1} {x2} in hexadecimal, {s0} the
 * text of say.h with that number, {r0} a system register of aarch64 by its encoding, {g0} a segment (elf_segment_name()),
 * {m0} the machine of an ELF file by name, {t0} a HOBNAIL_MEMORY_* in words, {off} the offset. The third column, what to
 * try, may be "". Each text is packed into a few bytes (packed.h), so it is written to
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

/* Fill *p (if not NULL) and return the code, so that a refusal is one line: problem(p, code, ...) with up to three of the
 * numbers that its sentence names, problem_at(p, code, offset, ...) with the offset, too. A number that is not given is 0. The
 * code is not OK. */
#define problem(p, ...) problem_refuse(PROBLEM_PICK(__VA_ARGS__, problem_3, problem_2, problem_1, problem_0, )(p, __VA_ARGS__))
#define problem_at(p, code, ...) \
	problem_refuse(PROBLEM_PICK(__VA_ARGS__, problem_at_3, problem_at_2, problem_at_1, problem_at_0, )(p, code, __VA_ARGS__))
#define PROBLEM_PICK(first, v0, v1, v2, name, ...) name

/* One function for each count of numbers: most refusals have few, and there are many of them (problem.c). */
enum err problem_0(struct problem *p, enum err code);
enum err problem_1(struct problem *p, enum err code, uint64_t v0);
enum err problem_2(struct problem *p, enum err code, uint64_t v0, uint64_t v1);
enum err problem_3(struct problem *p, enum err code, uint64_t v0, uint64_t v1, uint64_t v2);
enum err problem_at_0(struct problem *p, enum err code, uint64_t offset);
enum err problem_at_1(struct problem *p, enum err code, uint64_t offset, uint64_t v0);
enum err problem_at_2(struct problem *p, enum err code, uint64_t offset, uint64_t v0, uint64_t v1);
enum err problem_at_3(struct problem *p, enum err code, uint64_t offset, uint64_t v0, uint64_t v1, uint64_t v2);

/* What the compiler may know of a refusal. */
static inline enum err problem_refuse(enum err code)
{
	if (code == OK)
		__builtin_unreachable();
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
