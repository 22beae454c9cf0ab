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
	enum guest_end end;
	int status;
	struct buffer control_text; /* not yet a whole line */
	struct buffer errors;
};

/* Fill in m->serial and m->control, and start QEMU. 0 or a status. `show_errors`: QEMU's standard error is ours. */
int guest_start(struct guest *g, struct machine *m, bool show_errors);

/* Wait up to `milliseconds` for something to happen; hand on what the guest printed. `input`: a descriptor whose bytes go to
 * the guest's serial line, or -1. Afterwards g->end may have changed. */
typedef void guest_output(void *context, const char *bytes, size_t count);
void guest_wait(struct guest *g, int milliseconds, int input, guest_output *output, void *context);

/* These bytes come in on the guest's serial line. */
void guest_type(struct guest *g, const char *keys);

/* Have the screen written to `path` as PNG; waits at most a few seconds. */
bool guest_picture(struct guest *g, const char *path, guest_output *output, void *context);

/* Give QEMU's monitor a command (QEMU, "QEMU Monitor"); an answer comes on standard error. */
void guest_command(struct guest *g, const char *command);

/* End QEMU if it still runs. Only now g->end is certain: a guest that seemed to power off may have passed a status. */
void guest_stop(struct guest *g);

/* Monotonic. */
long long milliseconds_now(void);

#endif
