/* fail.c — a way to fail that several kernels have. */
#include "kernel.h"

static const volatile unsigned enough = 1u << 30;

__attribute__((noinline)) unsigned fill_stack(unsigned depth)
{
	volatile char room[512];

	room[depth % sizeof room] = (char)depth;
	return depth == enough ? 0 : fill_stack(depth + 1) + (unsigned)room[0]; /* not a tail call */
}
