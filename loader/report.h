/* report.h — telling people what went wrong. */
#ifndef LOADER_REPORT_H
#define LOADER_REPORT_H

#include "config.h"
#include "err.h"
#include "screen.h"

struct boot;

/* Where in the boot an error happened: enough for "cannot <step> <file>: <sentence>". */
struct step {
	const char *doing;  /* "read the kernel" */
	struct text file;   /* may be empty      */
};

/* Say it on the firmware's console, and on the serial port where that does not reach it. */
void report_error(const struct boot *b, const struct problem *p);

/* Print on the firmware's console, and on the serial port where that does not reach it. */
void report_text(const struct boot *b, const char *text, size_t bytes);

/* verbose = yes: print the log so far, and each line from now on as it happens, until log_follow(NULL, NULL). */
void report_follow(const struct boot *b);

/* The serial port has been found: it gets what was printed before, if anything was and has not reached it. */
void report_catch_up(const struct boot *b);

/* After exit: a line (the newline is added) on our own serial port, to its last bit, and then on the screen, which may not
 * survive what the kernel has made of it. At most 638 bytes. */
void report_line(enum screen_style style, const char *text, ...) __attribute__((format(printf, 2, 3)));

/* After exit: the last thing that is said. */
void report_final(const char *sentence);
void report_final_problem(const struct problem *p);

#endif
