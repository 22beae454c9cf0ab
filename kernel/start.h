/* start.h — takes the machine over and runs the first program. */
#ifndef KERNEL_START_H
#define KERNEL_START_H

#include <hobnail/boot.h>

/* Takes the machine over and runs bin/init of the archive among the modules, with the words of the command line.
 * Ends the machine if there is no archive, or if something needed is missing. The contract was checked before. */
_Noreturn void start_programs(const struct hobnail_boot *boot, const char *words);

#endif
