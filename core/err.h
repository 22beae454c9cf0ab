/* err.h — every error as data: a code, a sentence, and an advice.
 *
 * The lists stand in core/errors/<module>.def, one line a code:
 *
 *     X(ERR_ELF_MAGIC, "this is not an ELF file: it begins with {x0}", "give the path of the linked kernel")
 *
 * A sentence may name the numbers of its problem: {0} {1} {2} in decimal, {x0} {x1} {x2} in hexadecimal, {r0} a
 * system register of aarch64 by its encoding, {g0} a segment (elf_segment_name()), {m0} the machine of an ELF file by
 * name, {t0} a HOBNAIL_MEMORY_* in words, {off} the offset; and its texts, {s0} {s1}. The third column, the advice,
 * may be "". Functions return `enum err`; results leave through out-parameters that are written only on success. */
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

/* A refusal: its code, its place (`offset` in the file or buffer), and the numbers and texts of its sentence. */
struct problem {
	enum err code;
	uint64_t offset;
	uint64_t value[3];
	const char *text[2]; /* constants of the program, or NULL */
};

/* Fill *p (if not NULL) and return the code, so that a refusal is one line: problem(p, code, ...) with up to three
 * of the numbers that its sentence names, problem_at(p, code, offset, ...) with the offset, too. A number that is
 * not given is 0. */
#define problem(p, code, ...) problem_at(p, code, 0, __VA_ARGS__)
#define problem_at(p, code, offset, ...) problem_fill(p, code, offset, (const uint64_t[3]){ __VA_ARGS__ })
enum err problem_fill(struct problem *p, enum err code, uint64_t offset, const uint64_t value[3]);

/* "ERR_ELF_MAGIC"; "OK"; "?" for a number that is no code. */
const char *err_name(enum err code);

/* The sentence with its placeholders. */
const char *err_text(enum err code);

/* The advice, or "". */
const char *err_advice(enum err code);

/* The sentence with its numbers, NUL-terminated, cut to `size` bytes. Returns the bytes written without the NUL. */
size_t err_sentence(const struct problem *p, char *out, size_t size);

#endif
