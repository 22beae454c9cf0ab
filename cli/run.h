/* run.h — inside `hobnail run`: what was asked for (run_options.c), the run itself (run.c), and what it says about the
 * guest (run_verdict.c). */
#ifndef CLI_RUN_H
#define CLI_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "console.h"
#include "firmware.h"
#include "guest.h"
#include "qemu.h"
#include "volume.h"

enum { DEFAULT_TIMEOUT_SECONDS = 120 }; /* when something is expected */

/* Keys for the guest's serial line, once it has printed a text; the next one's text is looked for behind it. */
struct typing {
	struct pattern after;
	const char *keys;
};

struct run {
	struct volume_options volume;
	struct machine machine;
	struct firmware firmware;
	const char *disk;
	const char *wanted_firmware;
	const char *picture;
	const char *log;
	long timeout_seconds; /* 0: none, -1: not said */
	int expect_exit;      /* -1: not said */
	bool raw;
	struct pattern *patterns;
	size_t pattern_count;
	struct typing *typings;
	size_t typing_count;

	struct guest guest;
	struct console console;
	struct cleaner shown;
	size_t typed;          /* of the typings; the next one's text is looked for from here on in console.squeezed: */
	size_t typed_until;
	FILE *log_file;
	bool inside_line;      /* of what is shown */
	long long last_output; /* when */
	bool timed_out;
};

/* Take the command line, which is reordered; --help ends the program. 0 or a status. */
int run_take_options(struct run *r, int argc, char **argv);

/* Is anything expected or forbidden? Else the guest's own status counts. */
bool run_is_judged(const struct run *r);

/* Is it clear how the run went, whatever the guest still does? */
bool run_is_decided(const struct run *r);

/* After the run: complain about what is not as expected. Returns the exit status. */
int run_judge(const struct run *r);

#endif
