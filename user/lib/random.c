/* random.c — pseudo-random numbers. */
#include "user.h"

/* Marsaglia, "Xorshift RNGs" (2003), the triple 13, 7, 17. */
uint64_t random_next(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}
