/* programs.h — the archive of programs that the boot loader has handed over as a module. */
#ifndef KERNEL_PROGRAMS_H
#define KERNEL_PROGRAMS_H

#include "archive.h"

extern struct archive programs;

#endif
