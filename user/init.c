/* init.c — the first process, and the ancestor of all others. It waits for processes whose parent has ended. When it
 * ends, pith ends.
 *
 * Its arguments are the words of the kernel's command line. It uses these:
 *
 *     run=NAME     run bin/NAME instead of shells, and end with its status
 *     with=WORD    an argument for it; repeatable */
#include "user.h"

enum { WITH_MOST = 30 };

/* The text after `prefix`; NULL: the word does not begin with it. */
static const char *after(const char *word, const char *prefix)
{
	size_t bytes = strlen(prefix);

	return strncmp(word, prefix, bytes) == 0 ? word + bytes : NULL;
}

/* Gives the console to the program and waits for it; returns its status. Other processes that end meanwhile are
 * orphans. */
static uint64_t wait_reaping(int64_t pid)
{
	uint64_t status;

	sys_console((uint64_t)pid);
	while (must("init: wait", sys_wait(0, &status)) != pid)
		;
	return status;
}

/* Returns 0 to 255; never 0 for a program that was killed or faulted. */
static int run_one(size_t count, const char *const *words)
{
	char text[32];
	uint64_t status = wait_reaping(must(words[0], spawn_words(-1, count, words)));

	print("init: %s: %s\n", words[0], status_text(status, text));
	return status > 0xff ? 0xff : (int)status;
}

/* Waits for memory, or for a place for a process. Children that have ended still hold a little memory, so it waits for
 * those first. */
static void await_others(void)
{
	struct pith_process p;

	for (uint64_t pid = 1; sys_process(pid, &p) > 0; pid = p.pid + 1)
		if (p.parent == 1 && p.state == PITH_ENDED)
			sys_wait(p.pid, NULL);
	sys_sleep(100 * MILLISECONDS);
}

static int64_t start_shell(void)
{
	int64_t pid;

	while ((pid = spawn(-1, "sh")) == PITH_NO_MEMORY || pid == PITH_NO_PROCESS)
		await_others();
	return must("bin/sh", pid);
}

static void run_shells(void)
{
	char text[32];

	for (;;) {
		uint64_t status = wait_reaping(start_shell());
		if (status == 0)
			return;
		print("init: the shell has ended (%s); here is another one\n", status_text(status, text));
	}
}

int main(int count, const char *const *words)
{
	const char *run[WITH_MOST + 1] = { NULL };
	size_t run_count = 1;

	print("Hello from user mode! System calls work.\n");
	for (int i = 1; i < count; i++) {
		const char *name = after(words[i], "run="), *with = after(words[i], "with=");
		run[0] = name ? name : run[0];
		if (with && run_count <= WITH_MOST)
			run[run_count++] = with;
	}
	if (run[0])
		return run_one(run_count, run);
	file_print("etc/motd");
	run_shells();
	return 0;
}
