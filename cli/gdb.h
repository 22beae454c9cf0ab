/* gdb.h — what a debugger of the guest has to be told. */
#ifndef CLI_GDB_H
#define CLI_GDB_H

#include <stdint.h>

#include "arch.h"

/* The commands for gdb, a line each: where it connects, and where a position-independent kernel runs, as the loader maps it
 * unless the kernel asks for another level or for the MMU off. `kernel`: NULL: it is not known. The caller frees. */
char *gdb_commands(enum arch arch, const char *kernel);

/* The command for the symbols of the loader, or of its copy, that lies at `at`. `loader`: its PE file, beside which its ELF file
 * is looked for, as the build and the installation have it. NULL: that is not there. The caller frees. */
char *gdb_loader_command(enum arch arch, const char *loader, uint64_t at);

#endif
