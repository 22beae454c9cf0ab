/* cli.h — what all commands of the host program share: exit statuses and how it speaks. */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include <stdbool.h>
#include <stddef.h>

enum {
	STATUS_OK = 0,
	STATUS_FAILED = 1,    /* the thing that was examined or run is wrong       */
	STATUS_TROUBLE = 2,   /* usage, a missing file or tool: nothing was proved */
	STATUS_TIMEOUT = 124, /* as timeout(1)                                     */
	STATUS_SIGNAL = 128,  /* + the signal that ended us                        */
};

/* "hobnail: TEXT" on standard error. Returns `status`, so that a refusal is one line. */
int complain(int status, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The commands. argv[0] is the command's own name. Each returns the exit status. */
int image_command(int argc, char **argv);
int run_command(int argc, char **argv);

#endif
