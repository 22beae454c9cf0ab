/* debugger.h — gdb as a part of a run: it has the terminal, and the guest waits for it. */
#ifndef CLI_DEBUGGER_H
#define CLI_DEBUGGER_H

#include <stdbool.h>
#include <sys/types.h>

#include "arch.h"

struct debugger {
	int listener;        /* a socket for QEMU to listen on; -1: none is open */
	char *target;        /* its address, as gdb takes it: ":PORT", or a path */
	char *program;       /* gdb; NULL: it is not started here */
	char *console;       /* the file that has the guest's output */
	char *loader_script; /* a file with commands of gdb, for the loader before it leaves the firmware */
	pid_t pid;           /* 0: gdb does not run */
};

/* Opens the socket: a port of its own (--gdb-server), or one that only this user reaches. 0 or a status. */
int debugger_listen(struct debugger *d, bool port);

/* Finds gdb for the architecture, and places for the guest's output (`log`, or a temporary file) and for the loader's
 * script. 0 or a status: a missing gdb is named with its package. */
int debugger_prepare(struct debugger *d, enum arch arch, const char *log);

/* Starts gdb in the foreground with these commands. From now on Ctrl-C is for gdb alone. 0 or a status. */
int debugger_start(struct debugger *d, const char *commands);

/* Has gdb ended? Not if it was never started. */
bool debugger_has_ended(struct debugger *d);

/* Waits until gdb ends; `now`, or a signal to this program: ends it. */
void debugger_end(struct debugger *d, bool now);

#endif
