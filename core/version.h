/* version.h — the order of versions (UAPI.10 Version Format Specification). Pure. */
#ifndef CORE_VERSION_H
#define CORE_VERSION_H

#include "config.h"

/* Below 0: a is older. 0: the same, which need not mean equal texts ("1_" and "1"). Above 0: a is newer. */
int version_order(struct text a, struct text b);

#endif
