/* embedded.h — the files of cli/new/template/ and cli/new/limine/, as tools/embed puts them into the command. */
#ifndef CLI_NEW_EMBEDDED_H
#define CLI_NEW_EMBEDDED_H

#include <stdbool.h>
#include <stddef.h>

struct embedded_file {
	const char *name; /* relative to the new folder; NULL: the end of the table */
	const char *text; /* NUL-terminated */
	size_t bytes;
	bool is_program;
};

extern const struct embedded_file embedded_files[], embedded_limine_files[];

#endif
