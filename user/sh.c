/* sh.c — the shell. A line is a command of the shell or the name of a program in bin/, and its arguments. */
#include "user.h"

enum { LINE_BYTES = 256, WORDS_MOST = 32 };

struct command {
	const char *name, *help;
	void (*run)(int count, const char *const *words);
};

static const struct command commands[];

/* ---- The state of the system ---------------------------------------------------------------------------------- */

static void help(int count, const char *const *words)
{
	(void)count, (void)words;
	for (const struct command *c = commands; c->name; c++)
		print("  %-18s %s\n", c->name, c->help);
	print("  %-18s %s\n", "NAME [WORD...] [&]", "run bin/NAME; with & go on at once");
}

static void list_processes(int count, const char *const *words)
{
	static const char *const states[] = { "runs", "ready", "sleeps", "waits", "sends", "receives", "reads",
	                                      "ended" };
	struct pith_process p;

	(void)count, (void)words;
	print("  pid parent state    cpu pages   cpu time name\n");
	for (uint64_t pid = 1; sys_process(pid, &p) > 0; pid = p.pid + 1)
		print("%5lu %6lu %-8s %3lu %5lu %7lu ms %s%s\n", p.pid, p.parent,
		      p.state <= PITH_ENDED ? states[p.state] : "?", p.processor, p.pages, p.run_ns / MILLISECONDS,
		      p.name, p.pinned >= 0 ? " (pinned)" : "");
}

static void print_memory(int count, const char *const *words)
{
	struct pith_memory m;

	(void)count, (void)words;
	must("mem", sys_memory(&m));
	uint64_t all_ns = m.processors * sys_clock();
	print("%lu of %lu KiB free; %lu processes; %lu processors, idle for %lu %% of their time\n", m.free_pages * 4,
	      m.pages * 4, m.processes, m.processors, m.idle_ns * 100 / (all_ns ? all_ns : 1));
}

/* Printing the log makes it longer, so this stops at the end that the log had before. */
static void print_log(int count, const char *const *words)
{
	char text[PITH_WRITE_MOST];
	uint64_t at = 0, end = ~0ull;
	int64_t n;

	(void)count, (void)words;
	sys_log(&end, text, 0);
	while (at < end && (n = sys_log(&at, text, end - at < sizeof text ? end - at : sizeof text)) > 0)
		sys_write(text, (uint64_t)n);
}

/* ---- The archive ----------------------------------------------------------------------------------------------- */

static void list_files(int count, const char *const *words)
{
	struct pith_file f;

	(void)count, (void)words;
	for (uint64_t i = 0; sys_file(i, &f) == 0; i++)
		print("%8lu %s\n", f.bytes, f.name);
}

static void print_files(int count, const char *const *words)
{
	for (int i = 1; i < count; i++) {
		int64_t e = file_print(words[i]);
		if (e < 0)
			print("%s: %s\n", words[i], error_text(e));
	}
}

/* ---- Programs -------------------------------------------------------------------------------------------------- */

/* Runs words[0], and waits for it unless the last word is &. */
static void run_program(int count, const char *const *words)
{
	char text[32];
	bool background = count > 1 && strcmp(words[count - 1], "&") == 0;
	int64_t pid = spawn_words(-1, (size_t)(background ? count - 1 : count), words);

	if (pid < 0) {
		print("%s: %s\n", words[0],
		      pid == PITH_NOT_FOUND ? "neither a command (see `help`) nor a program in bin/ (see `ls`)" :
		                              error_text(pid));
	} else if (background) {
		print("[%ld]\n", pid);
	} else {
		sys_console((uint64_t)pid); /* comes back when the program ends */
		int64_t status = status_of((uint64_t)pid);
		if (status != 0)
			print("%s: %s\n", words[0], status_text((uint64_t)status, text));
	}
}

static void run(int count, const char *const *words)
{
	if (count > 1)
		run_program(count - 1, words + 1);
}

static void run_timed(int count, const char *const *words)
{
	uint64_t start = sys_clock();

	run(count, words);
	print("%lu ms\n", (sys_clock() - start) / MILLISECONDS);
}

static void kill(int count, const char *const *words)
{
	for (int i = 1; i < count; i++) {
		uint64_t pid;
		int64_t e = number_of(words[i], &pid) ? sys_kill(pid) : PITH_BAD_ARGUMENT;
		if (e < 0)
			print("%s: %s\n", words[i], error_text(e));
	}
}

/* Reports background programs that have ended. */
static void reap(void)
{
	uint64_t self = (uint64_t)sys_getpid();
	struct pith_process p;
	char text[32];

	for (uint64_t pid = 1; sys_process(pid, &p) > 0; pid = p.pid + 1)
		if (p.parent == self && p.state == PITH_ENDED)
			print("[%lu] %s: %s\n", p.pid, p.name, status_text((uint64_t)status_of(p.pid), text));
}

/* ---- The shell ------------------------------------------------------------------------------------------------- */

static void leave(int count, const char *const *words)
{
	sys_exit(number_word(count, words, 1, 0));
}

static const struct command commands[] = {
	{ "help", "this list", help },
	{ "ls", "the files and their sizes", list_files },
	{ "cat FILE...", "what is in them", print_files },
	{ "ps", "all processes", list_processes },
	{ "mem", "memory and processors", print_memory },
	{ "log", "all that was printed since the machine began", print_log },
	{ "kill PID...", "end processes that were started here, and what they have started", kill },
	{ "run NAME [WORD...]", "run bin/NAME", run },
	{ "time NAME ...", "the same, and say how long it took", run_timed },
	{ "exit", "end the shell and switch the machine off", leave },
	{ NULL, NULL, NULL },
};

/* Splits the line at blanks. */
static int split(char *line, const char **words)
{
	int count = 0;

	while (count < WORDS_MOST) {
		while (*line == ' ')
			*line++ = 0;
		if (!*line)
			break;
		words[count++] = line;
		while (*line && *line != ' ')
			line++;
	}
	return count;
}

/* Is `word` the first word of `name`? */
static bool is_command(const char *name, const char *word)
{
	size_t bytes = strlen(word);

	return strncmp(name, word, bytes) == 0 && (name[bytes] == 0 || name[bytes] == ' ');
}

static void obey(int count, const char *const *words)
{
	const struct command *c = commands;

	while (c->name && !is_command(c->name, words[0]))
		c++;
	if (c->name)
		c->run(count, words);
	else
		run_program(count, words);
}

int main(int count, const char *const *words)
{
	char line[LINE_BYTES];
	const char *typed[WORDS_MOST];

	(void)count, (void)words;
	for (;;) {
		reap();
		print("pith$ ");
		must("read", line_read(line, sizeof line));
		int n = split(line, typed);
		if (n)
			obey(n, typed);
	}
}
