/* process.h — other programs: finding, running and ending them; temporary files; signals. */
#ifndef CLI_PROCESS_H
#define CLI_PROCESS_H

#include <stdbool.h>
#include <sys/types.h>

#include "arch.h"
#include "strlist.h"

/* From now on SIGINT, SIGTERM, SIGHUP and SIGQUIT only set a flag. Waiting loops check the flag, clean up, and end the
 * program with STATUS_SIGNAL + the number. 0: none came. SIGPIPE is ignored: writers get EPIPE. */
void signals_watch(void);
int signal_seen(void);

/* The architecture of this machine; ARCH_NONE: it is none of ours. */
enum arch host_arch(void);

/* The program's path, searched for in PATH and then in /usr/sbin and /sbin; NULL: it is not there. The caller frees. */
char *tool_in_path(const char *name);

/* The same; if it is missing, complains with the Debian package that has it. */
char *tool_find(const char *name);

/* Run a tool (argv->at[0] is its name) with nothing to read. Its output is shown only if it fails. Returns 0 or the
 * status that was complained about. */
int tool_run(const struct strings *argv);

/* The same, and keeps what it prints: cut to `room`, without a newline at the end. */
int tool_ask(const struct strings *argv, char *answer, size_t room);

/* The same in two halves, to do something else meanwhile. */
struct tool {
	const char *name;
	pid_t pid;
	int output;
};
int tool_start(const struct strings *argv, struct tool *out);
int tool_wait(struct tool *t);

/* Starts a long-running program in a process group of its own, with empty standard input, standard error to `error`,
 * and `keep` (two descriptors) left open. It is killed when this program dies. Returns its pid, or -1 after an error
 * message. */
pid_t process_start(const struct strings *argv, int output, int error, const int keep[2]);

/* A path in a private directory, which is removed with everything in it at exit. NULL: complained. The caller frees. */
char *temporary_path(const char *name);

/* A path there that is short enough for a socket (unix(7): sun_path has 108 bytes), for this program and those that
 * may look at its descriptors. */
char *temporary_socket(const char *name);

/* Monotonic. */
long long milliseconds_now(void);

#endif
