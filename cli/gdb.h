/* gdb.h — what a debugger of the guest has to be told. */
#ifndef CLI_GDB_H
#define CLI_GDB_H

#include "arch.h"

/* The commands for gdb, a line each: where it connects, and where a position-independent kernel runs, as the loader maps it
 * unless the kernel asks for another level or for the MMU off. `kernel`: NULL: it is not known. The caller frees. */
char *gdb_commands(enum arch arch, const char *kernel);

#endif
