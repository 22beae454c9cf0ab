/* report.h — telling people what went wrong. */
#ifndef LOADER_REPORT_H
#define LOADER_REPORT_H

#include "config.h"
#include "err.h"
#include "after/screen.h"

struct boot;

/* Where in the boot an error happened: enough for "cannot <step> <file>: <sentence>". */
struct step {
	const char *doing;  /* "read the kernel" */
	struct text file;   /* may be empty      */
};

/* Report an error on the firmware's console, and on the serial port where that does not reach it. */
void report_error(const struct boot *b, const struct problem *p);

/* An error in lines, for a menu. Returns its bytes. */
size_t report_sentence(const struct boot *b, const struct problem *p, char *out, size_t size);

/* Print on the firmware's console, and on the serial port where that does not reach it. */
void report_text(const struct boot *b, const char *text, size_t bytes);

/* verbose = yes: print the log so far, and each line from now on as it happens, until log_follow(NULL, NULL). */
void report_follow(const struct boot *b);

/* The same without the log so far, after log_follow(NULL, NULL); nothing if verbose = no. */
void report_follow_again(const struct boot *b);

/* The serial port has been found: repeat on it, once, the lines that were shown before and have not reached it. */
void report_catch_up(struct boot *b);

/* After exit: one line of at most 638 bytes; the newline is added. It goes to our own serial port first, to its last
 * bit, and then to the screen: the kernel may have remapped that, and the write may fault. */
void report_line(enum screen_style style, const char *text, ...) __attribute__((format(printf, 2, 3)));

/* After exit: the last words. */
void report_final(const char *sentence);
void report_final_problem(const struct problem *p);

#endif
