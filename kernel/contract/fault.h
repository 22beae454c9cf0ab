/* fault.h — faults on purpose, before pith has vectors: the loader's net must report them. */
#ifndef KERNEL_FAULT_H
#define KERNEL_FAULT_H

#include <hobnail/boot.h>

/* Causes the fault that the command line asks for, if any; then it does not return, unless there is no net. */
void fault_if_asked(const struct hobnail_boot *boot, const char *words);

#endif
