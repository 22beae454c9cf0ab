/* programs.h — the archive of programs, a module from the boot loader. */
#ifndef KERNEL_PROGRAMS_H
#define KERNEL_PROGRAMS_H

#include "archive.h"

extern struct archive programs;

#endif
