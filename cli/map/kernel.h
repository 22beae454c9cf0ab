/* kernel.h — the address space that a kernel gets, walked in the tables that the loader's code has built for it on a
 * model of a machine (cli/check/check.h). */
#ifndef CLI_MAP_KERNEL_H
#define CLI_MAP_KERNEL_H

#include "check/check.h"
#include "map.h"

struct map_kernel {
	struct map map;
	struct map_space spaces[MAP_MAX_SPACES];
	struct memory memory;
	struct map_cache cache;
	const struct check *check;
};

/* The kernel boots there: c->problem.code is OK. false: there is no memory. map_kernel_close() is for both. */
bool map_kernel_open(struct map_kernel *k, const struct check *c);
void map_kernel_close(struct map_kernel *k);

#endif
