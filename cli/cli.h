/* cli.h — shared by all commands of the host program: exit statuses and error messages. */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include <stdbool.h>
#include <stddef.h>

enum {
	STATUS_OK = 0,
	STATUS_FAILED = 1,    /* the examined file or the run is wrong             */
	STATUS_TROUBLE = 2,   /* usage, a missing file or tool: nothing was proved */
	STATUS_TIMEOUT = 124, /* as timeout(1)                                     */
	STATUS_SIGNAL = 128,  /* + the signal that ended the program               */
};

/* Prints "hobnail: TEXT" on standard error. Returns `status`, so that a refusal is one line. */
int complain(int status, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Ends the output on standard output. Returns `status`, or STATUS_TROUBLE if not all of it could be written. */
int output_end(int status);

#endif
