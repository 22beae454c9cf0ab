/* views.h — what others see of memory that this processor writes through its caches: who has his caches off sees what
 * was cleaned to the point of coherency, instruction fetch what was cleaned to the point of unification when
 * instructions were last invalidated. The host's memory is what this processor sees itself. The arena of fake.h and
 * the image are watched; nothing is seen by anybody else at first. */
#ifndef TESTS_ARCH_VIEWS_H
#define TESTS_ARCH_VIEWS_H

#include "base.h"

void views_reset(uint64_t line_bytes);

/* The line at `at`, a multiple of its size. Invalidated, too: what another has written to memory is seen
 * afterwards. */
void views_clean_invalidate(uintptr_t at);
void views_clean_to_unification(uintptr_t at);

/* What was begun has ended. Until then nobody sees anything. */
void views_barrier(void);
void views_invalidate_instructions(void);

/* Does somebody without caches, or instruction fetch, see all of the range as this processor does? */
bool views_memory_has(uintptr_t at, uint64_t bytes);
bool views_fetch_has(uintptr_t at, uint64_t bytes);

/* Eight bytes as somebody without caches sees them. */
uint64_t views_memory(uintptr_t at);

/* This processor's caches are off until views_cached(): what it writes to the range meanwhile is in memory, and the
 * others' caches may have the range as it was before. */
void views_uncached(uintptr_t at, uint64_t bytes);
void views_cached(void);

#endif
