/* fault.h — faults on purpose, before pith has vectors: the loader's net has to explain them. */
#ifndef KERNEL_FAULT_H
#define KERNEL_FAULT_H

#include <hobnail/boot.h>

/* Does the command line ask for one? Does not return then, unless there is no net. */
void fault_if_asked(const struct hobnail_boot *boot, const char *words);

#endif
