/* multiboot2_print.h — the header of a Multiboot2 kernel. There is a verdict, and the kernel came as far as its header
 * (HELD_REQUESTS). */
#ifndef CLI_MULTIBOOT2_PRINT_H
#define CLI_MULTIBOOT2_PRINT_H

#include "check.h"
#include "json_out.h"

/* The entry that is taken, the header's tags, and the information that it asks for. */
void multiboot2_print(const struct check *c);

/* The members `requests`, `unknown_requests`, `header_tags`, `ignored_tags` and `entry_taken`. */
void multiboot2_put(struct json_out *o, const struct check *c);

#endif
