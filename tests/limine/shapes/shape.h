/* shape.h — what the kernels of this folder share. Each has the shape of kernels that exist: its way to ask, to be
 * linked, to use what it got. The words that a scenario expects come from say() and number(). */
#ifndef TESTS_LIMINE_SHAPE_H
#define TESTS_LIMINE_SHAPE_H

#include <stdbool.h>

#include "protocol.h"

/* Everything is in one image: no address is looked up in a table. */
#pragma GCC visibility push(hidden)

#define IN_REQUESTS __attribute__((used, section(".limine_requests")))
#define IN_START    __attribute__((used, section(".limine_requests_start")))
#define IN_END      __attribute__((used, section(".limine_requests_end")))

/* The usual three: a tag and both markers. */
#define REVISION_AND_MARKERS(n) \
	IN_START static volatile const uint64_t start_marker[4] = { START_MARKER }; \
	IN_END static volatile const uint64_t end_marker[2] = { END_MARKER }; \
	IN_REQUESTS static volatile uint64_t tag[3] = BASE_REVISION(n)

/* A request that is alone, in a file's own words. */
#define ASK(name, id) IN_REQUESTS static volatile struct request name = { id, 0, 0, { { 0 } } }

/* The entry point: x86_64 and aarch64 enter with a stack, so it is C. */
void kernel_entry(void) __attribute__((noreturn));

/* Text and numbers on the serial port, and the end of the machine: 0 is good. */
void say(const char *text);
void number(uint64_t value);
void named(const char *name, uint64_t value); /* " name 0x..." */
void end(unsigned status) __attribute__((noreturn));
void rest(void) __attribute__((noreturn));    /* interrupts masked, for ever */

/* The table that translates this address: physical, and its levels. */
uint64_t top_table(unsigned *levels);

/* Nothing is mapped in the lower half any more, but for the console on aarch64. */
void drop_low_map(uint64_t hhdm);

/* An entry of a table: 0 none, 1 another table, 2 a page. */
unsigned entry_kind(uint64_t entry, unsigned level);

#endif
