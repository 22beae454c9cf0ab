/* process.h — other programs: finding, running and ending them; temporary files; signals. */
#ifndef CLI_PROCESS_H
#define CLI_PROCESS_H

#include <stdbool.h>
#include <sys/types.h>

#include "strlist.h"

/* From now on SIGINT, SIGTERM, SIGHUP and SIGQUIT only set a flag: whoever waits looks at it, everything is put away, and
 * the program ends with STATUS_SIGNAL + the number. 0: none came. SIGPIPE is ignored: who writes sees EPIPE. */
void signals_watch(void);
int signal_seen(void);

/* The program's path, searched for in PATH and then in /usr/sbin and /sbin. Missing: complains with the Debian
 * package that has it and returns NULL. The caller frees. */
char *tool_find(const char *name);

/* Run a tool (argv->at[0] is its name) with nothing to read. Its output is shown only if it fails. Returns 0 or the
 * status that was complained about. */
int tool_run(const struct strings *argv);

/* The same in two halves, to do something else meanwhile. */
struct tool {
	const char *name;
	pid_t pid;
	int output;
};
int tool_start(const struct strings *argv, struct tool *out);
int tool_wait(struct tool *t);

/* Start a long-running program in a process group of its own, with nothing to read, standard error to `error`, and
 * `keep` (two descriptors) left open. It is killed when this program dies. Returns its pid, or -1 after complaining. */
pid_t process_start(const struct strings *argv, int output, int error, const int keep[2]);

/* A path in a private directory, which is removed with everything in it at exit. NULL: complained. The caller frees. */
char *temporary_path(const char *name);

#endif
