/* tests.h — pith from outside: what programs may ask for and what they must not get, by system calls alone.
 *
 * Each test runs in a process of its own, which ends with status 0 when all is well and says why when not. Roles are what tests have
 * other processes do. Both get up to four numbers. */
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

/* Each ends with one that has no name. */
extern const struct test pointer_tests[], protection_tests[], process_tests[], message_tests[], memory_tests[], processor_tests[],
	file_tests[], limit_tests[];

int send_words(int count, const char *const *words); /* `tests send-words PID ...` */

/* Is this a short run? Its argument, when the test itself asks: the runner gives it. */
extern bool quick;

/* Say why the test has failed, and end. */
_Noreturn void fail(const char *why, ...) __attribute__((format(printf, 1, 2)));

#define CHECK(condition) ((condition) ? (void)0 : fail("%s:%d: %s", __FILE_NAME__, __LINE__, #condition))

/* A call gives this. Its value. */
#define EXPECT(call, wanted) expect(__FILE_NAME__, __LINE__, #call, (int64_t)(call), (int64_t)(wanted))
int64_t expect(const char *file, int line, const char *what, int64_t got, int64_t wanted);

/* A call does not fail. Its value. */
#define GOOD(call) good(__FILE_NAME__, __LINE__, #call, (int64_t)(call))
uint64_t good(const char *file, int line, const char *what, int64_t got);

/* A process in a role, with three numbers. */
uint64_t child_on(int64_t processor, const char *role, uint64_t a, uint64_t b, uint64_t c);
static inline uint64_t child(const char *role, uint64_t a, uint64_t b, uint64_t c) { return child_on(-1, role, a, b, c); }

/* That it ends with status 0; that killing it ends it. */
void join(uint64_t pid);
void end(uint64_t pid);

struct pith_process process_of(uint64_t pid);

/* Wait until it is in this state. */
void await_state(uint64_t pid, enum pith_state state);

uint64_t free_pages(void);

/* Wait until so many pages are free: what a process has had is given back a moment after its end. */
void await_free(uint64_t pages);

#endif
