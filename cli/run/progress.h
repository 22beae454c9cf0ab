/* progress.h — recognises the progress of a guest by the lines that it prints. Pure.
 *
 * Each of these is a whole line, as it stands here; a guest that prints the same is believed:
 *
 *   BdsDxe: starting Boot...                 EDK II (BdsEntry.c, "BootBootOptions") and U-Boot (cmd/bootefi.c and
 *   Booting ..., ** Booting ...              boot/bootflow.c) start a program on the disk, which prints what follows
 *   loader: image at ...                     the first line of the loader's log, and
 *   loader: its copy, the net, at ...)       its last; all lines in between are the loader's
 *   hobnail: cannot ...                      the loader's report of an error, until
 *            (ERR_NAME; back to the firmware)   its last line, with a code that there is
 *   hobnail: stopped.                        the last line of the loader's fault reporter
 *   pith: stopped                            ... of pith's
 *   pith: cannot switch off: ...; waiting for ever
 *   BdsDxe: No bootable option or device was found.
 *   hobnail: the firmware's shell is started       the waiting program (warm/) does what these two say,
 *   hobnail: the firmware has nothing else to start   when the machine was resumed
 *   Shell>                                   the prompt of EDK II's shell, which starts where nothing else can
 *
 * A line of a stop counts only while nothing but white space follows it. */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum progress_end {
	PROGRESS_GOES_ON,
	PROGRESS_RETURNED,     /* the loader went back to the firmware: `error` says why     */
	PROGRESS_STOPPED,      /* the loader's fault reporter stopped the machine            */
	PROGRESS_PITH_STOPPED, /* pith did, after a fault                                    */
	PROGRESS_PITH_WAITS,   /* pith ended well, and cannot switch the machine off         */
	PROGRESS_NOTHING,      /* the firmware has nothing to boot                           */
};

enum { PROGRESS_LINE_BYTES = 160 };

struct progress {
	char line[PROGRESS_LINE_BYTES]; /* the beginning of the line that is being printed */
	size_t line_bytes;              /* ... and its whole length so far */
	bool started;                   /* the firmware has started a program on the disk */
	bool speaks;                    /* that has printed something */
	bool runs_on;                   /* PROGRESS_STOPPED: other processors may run on */
	bool in_shell, reporting, says_others;
	bool loads, loads_last; /* the loader's log is being printed; ... its last line is */
	/* addresses of the loader's image and of its copy, from its log; 0: not printed yet */
	uint64_t image_at, net_at;
	char error[32];
	enum progress_end end;
};

/* A program on the disk is started, and the firmware does not say so. */
void progress_start(struct progress *p);

/* Takes output, without terminal sequences and carriage returns. */
void progress_feed(struct progress *p, const char *bytes, size_t count);

#endif
