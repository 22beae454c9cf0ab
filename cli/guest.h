/* guest.h — a running QEMU: its serial line, its control socket, and how it ended. */
#ifndef CLI_GUEST_H
#define CLI_GUEST_H

#include <stdbool.h>
#include <sys/types.h>

#include "console.h"
#include "qemu.h"

enum guest_end {
	GUEST_RUNS,
	GUEST_OFF,    /* powered off, or the window was closed; until QEMU has ended, or GUEST_STATUS */
	GUEST_RESET,  /* asked for a reset, or took a triple fault                                    */
	GUEST_STATUS, /* left through the exit device, with `status`                                  */
	GUEST_PANIC,  /* told the machine that it panicked (pvpanic)                                  */
	GUEST_BROKEN, /* QEMU itself failed: `errors` has what it said                                */
};

struct guest {
	pid_t pid;
	int serial, control, error; /* our ends; -1: closed */
	int keys;                   /* what is written here the guest reads from its serial line */
	enum arch arch;
	bool machine_runs;          /* QEMU answered us, so it came up */
	bool pause_at_end;
	bool picture_done, picture_good;
	bool sleeps;                /* the guest suspended the machine, which waits to be woken */
	unsigned answers_due;       /* of the monitor's */
	enum guest_end end;
	int status;
	struct buffer unsent;       /* of what was typed: the guest has not read so far */
	struct buffer control_text; /* not yet a whole line */
	struct buffer errors;
};

/* Fill in m->serial and m->control, and start QEMU. 0 or a status. `show_errors`: QEMU's standard error is ours. */
int guest_start(struct guest *g, struct machine *m, bool show_errors);

/* What the guest printed, and what QEMU's monitor answered: text, "" if the command did its work. */
struct guest_ears {
	void (*output)(void *context, const char *bytes, size_t count);
	void (*answer)(void *context, const char *text);
	void *context;
};

/* Wait up to `milliseconds` for something to happen; hand on what is heard. `input`: a descriptor that may be read, `outlet`:
 * one whose reader may go away; -1: none. Returns which of that is so. Afterwards g->end may have changed. */
enum { GUEST_INPUT = 1, GUEST_OUTLET_GONE = 2 };
unsigned guest_wait(struct guest *g, int milliseconds, int input, int outlet, const struct guest_ears *ears);

/* These bytes come in on the guest's serial line, as fast as it reads. */
void guest_type(struct guest *g, const char *keys, size_t count);

/* How many of them it has not read yet. */
size_t guest_unread(const struct guest *g);

/* Have the screen written to `path` as PNG; waits at most a few seconds. */
bool guest_picture(struct guest *g, const char *path, const struct guest_ears *ears);

/* Give QEMU's monitor a command (QEMU, "QEMU Monitor"). Its answer comes later, and is counted until then. */
void guest_command(struct guest *g, const char *command);

/* End QEMU if it still runs. Only now g->end is certain: a guest that seemed to power off may have passed a status. */
void guest_stop(struct guest *g);

/* Monotonic. */
long long milliseconds_now(void);

#endif
