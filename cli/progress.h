/* progress.h — how far a guest has come, by the lines that it prints. Pure.
 *
 * Each of these is a whole line, as it stands here; a guest that prints the same is believed:
 *
 *   BdsDxe: starting Boot...                 EDK II (BdsEntry.c, "BootBootOptions") and U-Boot (cmd/bootefi.c and
 *   Booting ..., ** Booting ...              boot/bootflow.c) start what is on the disk: text that follows is its own
 *   loader: image at ...                     the first line of the loader's log, and
 *   loader: its copy, the net, at ...)       its last: what is between is the loader's text
 *   hobnail: cannot ...                      the loader's report of an error, until
 *            (ERR_NAME; back to the firmware)   its last line, with a code that there is
 *   hobnail: stopped.                        the last line of the loader's fault reporter
 *   pith: stopped                            ... of pith's
 *   pith: cannot switch off: ...; waiting for ever
 *   BdsDxe: No bootable option or device was found.
 *   Shell>                                   the prompt of EDK II's shell, which starts where nothing else can
 *
 * The stopped ones count only while nothing but white space follows: who goes on printing has not stopped. */
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
	bool started;                   /* the firmware started what is on the disk */
	bool speaks;                    /* that has printed something */
	bool runs_on;                   /* PROGRESS_STOPPED: other processors may run on */
	bool in_shell, reporting, says_others;
	bool loads, loads_last; /* the loader's log is being printed; ... its last line is */
	uint64_t image_at, net_at; /* where the loader's log says that its image lies, and its copy; 0: it has not said */
	char error[32];
	enum progress_end end;
};

/* Take in what is printed, without terminal sequences and carriage returns. */
void progress_feed(struct progress *p, const char *bytes, size_t count);

#endif
