/* program_print.h — an EFI program in words, and as members of a JSON object: machine, sections, Linux's version. */
#ifndef CLI_PROGRAM_PRINT_H
#define CLI_PROGRAM_PRINT_H

#include "check.h"
#include "json_out.h"

void program_print(const struct check *c);

/* "program": null for a kernel of another protocol, or headers that do not hold. */
void program_put(struct json_out *o, const struct check *c);

#endif
