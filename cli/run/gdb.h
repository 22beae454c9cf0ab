/* gdb.h — commands for a debugger of the guest: symbols at their addresses in memory, and breakpoints. */
#ifndef CLI_GDB_H
#define CLI_GDB_H

#include <stdbool.h>
#include <stdint.h>

#include "arch.h"
#include "strlist.h"

/* The debugged machine, for the commands. */
struct gdb_session {
	enum arch arch;
	const char *kernel; /* NULL: unknown */
	const char *loader; /* its PE file; NULL: unknown */
	const struct strings *symbols; /* of other files, as FILE or FILE@SLIDE */
	uint64_t memory_mib;
	bool may_be_other;   /* the machine may have what the usual one of `hobnail check` lacks */
	const char *target; /* as gdb's `target remote` takes it */
};

/* One command per line: symbols of kernel, loader and other files, the connection, breakpoints at the hand-off and at
 * the kernel's entry, and `continue`. Addresses are those of the model of a machine on which `hobnail check` judges the
 * kernel. A kernel that is entered with the MMU off lies elsewhere on each machine, so it gets no breakpoint, and the
 * loader before it leaves the firmware has no symbols. One that the loader will refuse has no breakpoints, and that is
 * said. The caller frees. */
char *gdb_commands(const struct gdb_session *s);

/* More commands, for a person: `console` shows the end of the file with the guest's output, `loader` reads the loader's
 * script. The caller frees. */
char *gdb_definitions(const char *console, const char *loader_script);

/* The loader's ELF file, beside its PE file `loader`, as build and installation place it. NULL: it is not there. The
 * caller frees. */
char *gdb_loader_file(enum arch arch, const char *loader);

/* The command for the symbols of the loader, or of its copy, at `at`. NULL: its ELF file is not there. The caller
 * frees. */
char *gdb_loader_command(enum arch arch, const char *loader, uint64_t at);

#endif
