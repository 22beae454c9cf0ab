/* problem.c — err.h: a refusal is filled in. */
#include "err.h"

enum err problem_at_3(struct problem *p, enum err code, uint64_t offset, uint64_t v0, uint64_t v1, uint64_t v2)
{
	if (p)
		*p = (struct problem){ code, offset, { v0, v1, v2 } };
	/* Callers are to take the code from here: a compiler that knows it to be their own keeps it in a second register. */
	__asm__("" : "+r"(code));
	return code;
}

enum err problem_at_2(struct problem *p, enum err code, uint64_t offset, uint64_t v0, uint64_t v1)
{
	return problem_at_3(p, code, offset, v0, v1, 0);
}

enum err problem_at_1(struct problem *p, enum err code, uint64_t offset, uint64_t v0)
{
	return problem_at_3(p, code, offset, v0, 0, 0);
}

enum err problem_at_0(struct problem *p, enum err code, uint64_t offset)
{
	return problem_at_3(p, code, offset, 0, 0, 0);
}

enum err problem_3(struct problem *p, enum err code, uint64_t v0, uint64_t v1, uint64_t v2)
{
	return problem_at_3(p, code, 0, v0, v1, v2);
}

enum err problem_2(struct problem *p, enum err code, uint64_t v0, uint64_t v1)
{
	return problem_at_3(p, code, 0, v0, v1, 0);
}

enum err problem_1(struct problem *p, enum err code, uint64_t v0)
{
	return problem_at_3(p, code, 0, v0, 0, 0);
}

enum err problem_0(struct problem *p, enum err code)
{
	return problem_at_3(p, code, 0, 0, 0, 0);
}
