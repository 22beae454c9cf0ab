/* limine_print.h — the requests of a kernel of the Limine protocol. There is a verdict, and the kernel came as far as
 * its requests (HELD_REQUESTS). */
#ifndef CLI_LIMINE_PRINT_H
#define CLI_LIMINE_PRINT_H

#include "check.h"
#include "json_out.h"

/* Requests: the answered ones of this machine; for the others, where they are missing, and the effect on the kernel.
 * Then the modules that it names itself. */
void limine_print(const struct check *c);

/* The members `requests`, `unknown_requests` and `internal_modules`. */
void limine_put(struct json_out *o, const struct check *c);

#endif
