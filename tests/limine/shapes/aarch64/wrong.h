/* wrong.h — what wrong.c does in its own way here. */
#ifndef TESTS_LIMINE_WRONG_H
#define TESTS_LIMINE_WRONG_H

#define RETURN "ret"

/* There is no table that the processor reads by itself. */
static inline void wrong_tables(uint64_t hhdm, uint64_t address)
{
	(void)hhdm, (void)address;
}

static inline void wrong_segments(enum wrong_gdt how)
{
	(void)how;
}

#endif
