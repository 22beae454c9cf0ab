/* user.h — what programs of pith are written with: the system calls, text in and out, and other programs.
 *
 * A program defines main(). Its words are the arguments, the first its own name; they are there as long as it runs. What it returns
 * is its status. */
#ifndef USER_H
#define USER_H

#include <pith/syscall.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "format.h"
#include "machine.h"
#include "string.h"

int main(int count, const char *const *words);

/* ---- System calls: include/pith/syscall.h says what they do ------------------------------------------------------ */

static inline int64_t sys_getpid(void) { return machine_call(PITH_GETPID, 0, 0, 0, 0, 0); }
static inline int64_t sys_write(const void *text, uint64_t bytes) { return machine_call(PITH_WRITE, (uint64_t)text, bytes, 0, 0, 0); }
static inline int64_t sys_read(void *text, uint64_t bytes) { return machine_call(PITH_READ, (uint64_t)text, bytes, 0, 0, 0); }
static inline int64_t sys_spawn(const struct pith_spawn *spawn) { return machine_call(PITH_SPAWN, (uint64_t)spawn, 0, 0, 0, 0); }
static inline int64_t sys_wait(uint64_t pid, uint64_t *status) { return machine_call(PITH_WAIT, pid, (uint64_t)status, 0, 0, 0); }
static inline int64_t sys_kill(uint64_t pid) { return machine_call(PITH_KILL, pid, 0, 0, 0, 0); }
static inline int64_t sys_yield(void) { return machine_call(PITH_YIELD, 0, 0, 0, 0, 0); }
static inline int64_t sys_sleep(uint64_t nanoseconds) { return machine_call(PITH_SLEEP, nanoseconds, 0, 0, 0, 0); }
static inline uint64_t sys_clock(void) { return (uint64_t)machine_call(PITH_CLOCK, 0, 0, 0, 0, 0); }
static inline int64_t sys_map(uint64_t at, uint64_t bytes, uint64_t rights) { return machine_call(PITH_MAP, at, bytes, rights, 0, 0); }
static inline int64_t sys_unmap(uint64_t at, uint64_t bytes) { return machine_call(PITH_UNMAP, at, bytes, 0, 0, 0); }
static inline int64_t sys_send(uint64_t pid, const struct pith_message *m) { return machine_call(PITH_SEND, pid, (uint64_t)m, 0, 0, 0); }
static inline int64_t sys_receive(uint64_t pid, struct pith_message *m) { return machine_call(PITH_RECEIVE, pid, (uint64_t)m, 0, 0, 0); }
static inline int64_t sys_pin(int64_t processor) { return machine_call(PITH_PIN, (uint64_t)processor, 0, 0, 0, 0); }
static inline int64_t sys_process(uint64_t pid, struct pith_process *p) { return machine_call(PITH_PROCESS, pid, (uint64_t)p, 0, 0, 0); }
static inline int64_t sys_memory(struct pith_memory *m) { return machine_call(PITH_MEMORY, (uint64_t)m, 0, 0, 0, 0); }
static inline int64_t sys_file(uint64_t index, struct pith_file *f) { return machine_call(PITH_FILE, index, (uint64_t)f, 0, 0, 0); }
static inline int64_t sys_file_read(const struct pith_file_read *r) { return machine_call(PITH_FILE_READ, (uint64_t)r, 0, 0, 0, 0); }
static inline int64_t sys_log(uint64_t *from, void *to, uint64_t bytes) { return machine_call(PITH_LOG, (uint64_t)from, (uint64_t)to, bytes, 0, 0); }
static inline int64_t sys_console(uint64_t pid) { return machine_call(PITH_CONSOLE, pid, 0, 0, 0, 0); }

_Noreturn static inline void sys_exit(uint64_t status)
{
	for (;;)
		machine_call(PITH_EXIT, status, 0, 0, 0, 0);
}

/* ---- Text ---------------------------------------------------------------------------------------------------------- */

/* With a format of lib/format.h, cut to PITH_WRITE_MOST bytes: as one piece, whoever else prints. */
void print(const char *text, ...) __attribute__((format(printf, 1, 2)));

/* "no memory", ... for PITH_NO_MEMORY, ... */
const char *error_text(int64_t error);

/* What a system call gave, if it is no error; else print `what` and the error and end this program with status 1. */
int64_t must(const char *what, int64_t result);

/* All of `text` as a number, decimal or 0x...; false: it is none. */
bool number_read(const char *text, uint64_t *out);

/* The word with this index as a number; `otherwise` if there is no such word. Ends the program if it is no number. */
uint64_t number_word(int count, const char *const *words, int index, uint64_t otherwise);

/* A line as it is typed, echoed, with backspace, without its end; cut to what fits with a NUL. Ctrl-U empties it, Ctrl-C gives it up:
 * it is empty then. Waits while another process has the console. Its length, or an error. */
int64_t line_read(char *line, size_t size);

/* The archive's file on the console: 0 or an error. */
int64_t file_print(const char *path);

/* The next of a sequence of numbers; *state is not 0. */
uint64_t random_next(uint64_t *state);

/* ---- Other programs --------------------------------------------------------------------------------------------------- */

#define MILLISECONDS UINT64_C(1000000)
#define SECONDS UINT64_C(1000000000)

/* Start bin/WORD with words[0] ... on that processor, -1: any. The child's number or an error. */
int64_t spawn_words(int64_t processor, size_t count, const char *const *words);
#define spawn(processor, ...) \
	spawn_words(processor, sizeof (const char *[]){ __VA_ARGS__ } / sizeof(char *), (const char *[]){ __VA_ARGS__ })

/* Wait for a child of this number to end: its status, or an error. */
int64_t status_of(uint64_t pid);

/* "status 3", "killed", "faulted" */
const char *status_text(uint64_t status, char out[32]);

uint64_t processors(void);

#endif
