/* user.h — the library of pith's programs: system calls, console input and output, other programs.
 *
 * A program defines main(). `words` are the arguments, the first is the program's name; they stay valid. The returned
 * value is the exit status. */
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

/* ---- System calls: see include/pith/syscall.h -------------------------------------------------------------------- */

static inline int64_t sys_getpid(void) { return machine_call(PITH_GETPID, 0, 0, 0, 0, 0); }
static inline int64_t sys_write(const void *text, uint64_t bytes)
{
	return machine_call(PITH_WRITE, (uint64_t)text, bytes, 0, 0, 0);
}
static inline int64_t sys_read(void *text, uint64_t bytes)
{
	return machine_call(PITH_READ, (uint64_t)text, bytes, 0, 0, 0);
}
static inline int64_t sys_spawn(const struct pith_spawn *spawn)
{
	return machine_call(PITH_SPAWN, (uint64_t)spawn, 0, 0, 0, 0);
}
static inline int64_t sys_wait(uint64_t pid, uint64_t *status)
{
	return machine_call(PITH_WAIT, pid, (uint64_t)status, 0, 0, 0);
}
static inline int64_t sys_kill(uint64_t pid) { return machine_call(PITH_KILL, pid, 0, 0, 0, 0); }
static inline int64_t sys_yield(void) { return machine_call(PITH_YIELD, 0, 0, 0, 0, 0); }
static inline int64_t sys_sleep(uint64_t nanoseconds) { return machine_call(PITH_SLEEP, nanoseconds, 0, 0, 0, 0); }
static inline uint64_t sys_clock(void) { return (uint64_t)machine_call(PITH_CLOCK, 0, 0, 0, 0, 0); }
static inline int64_t sys_map(uint64_t at, uint64_t bytes, uint64_t rights)
{
	return machine_call(PITH_MAP, at, bytes, rights, 0, 0);
}
static inline int64_t sys_unmap(uint64_t at, uint64_t bytes) { return machine_call(PITH_UNMAP, at, bytes, 0, 0, 0); }
static inline int64_t sys_send(uint64_t pid, const struct pith_message *m)
{
	return machine_call(PITH_SEND, pid, (uint64_t)m, 0, 0, 0);
}
static inline int64_t sys_receive(uint64_t pid, struct pith_message *m)
{
	return machine_call(PITH_RECEIVE, pid, (uint64_t)m, 0, 0, 0);
}
static inline int64_t sys_pin(int64_t processor) { return machine_call(PITH_PIN, (uint64_t)processor, 0, 0, 0, 0); }
static inline int64_t sys_process(uint64_t pid, struct pith_process *p)
{
	return machine_call(PITH_PROCESS, pid, (uint64_t)p, 0, 0, 0);
}
static inline int64_t sys_memory(struct pith_memory *m) { return machine_call(PITH_MEMORY, (uint64_t)m, 0, 0, 0, 0); }
static inline int64_t sys_file(uint64_t index, struct pith_file *f)
{
	return machine_call(PITH_FILE, index, (uint64_t)f, 0, 0, 0);
}
static inline int64_t sys_file_read(const struct pith_file_read *r)
{
	return machine_call(PITH_FILE_READ, (uint64_t)r, 0, 0, 0, 0);
}
static inline int64_t sys_log(uint64_t *from, void *to, uint64_t bytes)
{
	return machine_call(PITH_LOG, (uint64_t)from, (uint64_t)to, bytes, 0, 0);
}
static inline int64_t sys_console(uint64_t pid) { return machine_call(PITH_CONSOLE, pid, 0, 0, 0, 0); }

_Noreturn static inline void sys_exit(uint64_t status)
{
	for (;;)
		machine_call(PITH_EXIT, status, 0, 0, 0, 0);
}

/* ---- Text ------------------------------------------------------------------------------------------------------ */

/* Prints with a format of lib/format.h, cut to PITH_WRITE_MOST bytes, in one piece. */
void print(const char *text, ...) __attribute__((format(printf, 1, 2)));

/* "no memory", ... for PITH_NO_MEMORY, ... */
const char *error_text(int64_t error);

/* Returns the result of a system call. If it is an error, prints `what` and the error, and exits with status 1. */
int64_t must(const char *what, int64_t result);

/* Reads the whole text as a number, decimal or 0x...; false: it is not a number. */
bool number_of(const char *text, uint64_t *out);

/* The word with this index as a number; `otherwise` if there is no such word. Exits if the word is not a number. */
uint64_t number_word(int count, const char *const *words, int index, uint64_t otherwise);

/* Reads a typed line, with echo and backspace, without its line end, cut to `size` with a NUL. Ctrl-U empties the line;
 * Ctrl-C returns an empty line. Waits while another process has the console. Returns the length, or an error. */
int64_t line_read(char *line, size_t size);

/* Prints a file of the archive: 0 or an error. */
int64_t file_print(const char *path);

/* The next pseudo-random number; *state is not 0. */
uint64_t random_next(uint64_t *state);

/* ---- Other programs -------------------------------------------------------------------------------------------- */

#define MILLISECONDS UINT64_C(1000000)
#define SECONDS UINT64_C(1000000000)

/* Starts bin/WORD, where WORD is words[0], with these words, on that processor (-1: any). The child's pid or an
 * error. */
int64_t spawn_words(int64_t processor, size_t count, const char *const *words);
#define spawn(processor, ...) \
	spawn_words(processor, sizeof (const char *[]){ __VA_ARGS__ } / sizeof(char *), (const char *[]){ __VA_ARGS__ })

/* Waits for this child to end: its status, or an error. */
int64_t status_of(uint64_t pid);

/* "status 3", "killed", "faulted" */
const char *status_text(uint64_t status, char out[32]);

uint64_t processors(void);

#endif
