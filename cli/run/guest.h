/* guest.h — a running QEMU: its serial line, its control socket, and how it ended. */
#ifndef CLI_GUEST_H
#define CLI_GUEST_H

#include <stdbool.h>
#include <sys/types.h>

#include "console.h"
#include "json.h"
#include "qemu.h"

enum guest_end {
	GUEST_RUNS,
	GUEST_OFF,    /* powered off, or the window was closed; becomes GUEST_STATUS if QEMU's exit status says so */
	GUEST_RESET,  /* asked for a reset, or took a triple fault: it stands as it was then          */
	GUEST_STATUS, /* left through the exit device, with `status`                                  */
	GUEST_PANIC,  /* told the machine that it panicked (pvpanic)                                  */
	GUEST_BROKEN, /* QEMU itself failed: `errors` has its message                                 */
};

struct guest {
	pid_t pid;
	int serial, control, error; /* our ends; -1: closed */
	int log, log_writer;        /* QEMU's log; the writer, so that it has no end */
	bool log_is_busy;           /* more was written than could be read at once */
	int keys;                   /* the write end of the guest's serial input */
	enum arch arch;
	bool machine_runs;          /* QEMU has answered, so it came up */
	bool resumed;               /* the machine went on after a stop */
	bool show_errors;           /* QEMU's standard error goes to ours, too */
	bool sleeps;                /* the guest suspended the machine, which waits to be woken */
	unsigned answers_due;       /* the monitor's pending answers */
	unsigned asked;             /* number of the last guest_ask() */
	struct json *said;          /* its answer; NULL: none yet */
	enum guest_end end;
	int status;
	struct buffer unsent;       /* input that does not fit into the serial line yet */
	struct buffer control_text; /* an unfinished line of the control socket */
	struct buffer errors;
};

/* Fill in m->serial and m->control, and start QEMU. 0 or a status. `show_errors`: QEMU's standard error is ours. */
int guest_start(struct guest *g, struct machine *m, bool show_errors);

/* Callbacks for the guest's output, for the monitor's answer (its text, or "" if the command printed nothing), and for
 * what QEMU logs: exceptions, unless m->extra says something else. */
struct guest_ears {
	void (*output)(void *context, const char *bytes, size_t count);
	void (*answer)(void *context, const char *text);
	void (*log)(void *context, const char *bytes, size_t count); /* of QEMU's log; NULL: nobody wants it */
	void *context;
};

/* Waits up to `milliseconds` for an event and passes output on. `input`: a descriptor to read from; `outlet`: one whose
 * reader may go away; -1: none. Returns which of the two had an event. Afterwards g->end may have changed. */
enum { GUEST_INPUT = 1, GUEST_OUTLET_GONE = 2 };
unsigned guest_wait(struct guest *g, int milliseconds, int input, int outlet, const struct guest_ears *ears);

/* Sends bytes to the guest's serial line, as fast as the guest reads. */
void guest_type(struct guest *g, const char *keys, size_t count);

/* Pass on what the guest has printed and QEMU has logged, without waiting for more. */
void guest_hear_rest(struct guest *g, const struct guest_ears *ears);

/* The number of bytes that the guest has not read yet. */
size_t guest_unread(const struct guest *g);

/* Writes the screen to `path` as PNG; waits at most a few seconds. */
bool guest_picture(struct guest *g, const char *path, const struct guest_ears *ears);

/* Writes the memory to `path`, an ELF core of physical addresses. */
bool guest_dump(struct guest *g, const char *path, const struct guest_ears *ears);

/* Sends a command to QEMU's monitor (QEMU, "QEMU Monitor"). The answer comes later; `answers_due` counts it. */
void guest_command(struct guest *g, const char *command);

/* Executes a command of QEMU's machine protocol, and waits for its answer up to `milliseconds`; output is passed on
 * meanwhile, and g->end may change. `arguments`: a JSON object, or NULL. The answer is a message with the member
 * "return" or "error"; NULL: none came in time, or QEMU has ended. The caller frees it. Not to be called by `ears`. */
struct json *guest_ask(struct guest *g, const char *command, const char *arguments, int milliseconds,
                       const struct guest_ears *ears);

/* A command of QEMU's monitor for people, likewise. Its text, which the caller frees; NULL: no answer. */
char *guest_ask_monitor(struct guest *g, const char *command, int milliseconds, const struct guest_ears *ears);

/* Ends QEMU if it still runs. g->end is final only now: a guest that seemed to power off may have passed a status. */
void guest_stop(struct guest *g);

#endif
