/* tests.h — tests of pith from outside, by system calls alone: the promises, and the protection.
 *
 * Each test runs in a process of its own, which ends with status 0 on success and prints the reason of a failure. Roles
 * are the parts of other processes in a test. Both get up to four numbers. */
#ifndef USER_TESTS_H
#define USER_TESTS_H

#include "user.h"

enum kind {
	TEST,  /* alone, or beside others in `tests soak` */
	ALONE, /* counts free memory, or time, or processes  */
	ROLE,
};

struct test {
	const char *name;
	void (*run)(const uint64_t number[4]);
	enum kind kind;
};

/* Each array ends with an entry without a name. */
extern const struct test pointer_tests[], protection_tests[], process_tests[], message_tests[], memory_tests[],
	processor_tests[], file_tests[], limit_tests[];

int send_words(int count, const char *const *words); /* `tests send-words PID ...` */

/* Is this a short run? Its argument, when the test itself asks: the runner gives it. */
extern bool quick;

/* Prints the reason of the failure, and exits. */
_Noreturn void fail(const char *why, ...) __attribute__((format(printf, 1, 2)));

#define CHECK(condition) ((condition) ? (void)0 : fail("%s:%d: %s", __FILE_NAME__, __LINE__, #condition))

/* Checks that a call returns this value; returns it. */
#define EXPECT(call, wanted) expect_result(__FILE_NAME__, __LINE__, #call, (int64_t)(call), (int64_t)(wanted))
int64_t expect_result(const char *file, int line, const char *what, int64_t got, int64_t wanted);

/* Checks that a call does not fail; returns its result. */
#define GOOD(call) good(__FILE_NAME__, __LINE__, #call, (int64_t)(call))
uint64_t good(const char *file, int line, const char *what, int64_t got);

/* Starts a process in a role, with three numbers. */
uint64_t child_on(int64_t processor, const char *role, uint64_t a, uint64_t b, uint64_t c);
static inline uint64_t child(const char *role, uint64_t a, uint64_t b, uint64_t c)
{
	return child_on(-1, role, a, b, c);
}

/* join() checks that the process ends with status 0; end() kills it and checks that it ends. */
void join(uint64_t pid);
void end(uint64_t pid);

struct pith_process process_of(uint64_t pid);

/* Wait until it is in this state. */
void await_state(uint64_t pid, enum pith_state state);

/* Waits until this process has the console's input, which its parent may give after this process has begun. */
void await_console(void);

uint64_t free_pages(void);

/* Waits until so many pages are free: a process's last pages are freed a moment after its end. */
void await_free(uint64_t pages);

#endif
