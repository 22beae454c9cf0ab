/* start.h — from a kernel that has been entered to one that runs programs. */
#ifndef KERNEL_START_H
#define KERNEL_START_H

#include <hobnail/boot.h>

/* Take over the machine and run the first program of the archive among the modules, with the words of the command line. Ends the
 * machine where there is no archive, or no way. The record is one that pith has judged good. */
_Noreturn void start(const struct hobnail_boot *boot, const char *words);

#endif
