#include "process.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

#include "cli.h"
#include "waiting.h"

/* ---- Signals ---------------------------------------------------------------------------------------------- */

static volatile sig_atomic_t last_signal;

static void remember_signal(int number)
{
	last_signal = number;
}

void signals_watch(void)
{
	static const int numbers[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };
	struct sigaction action = { .sa_handler = remember_signal }; /* no SA_RESTART: waits end */

	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		sigaction(numbers[i], &action, NULL);
	signal(SIGPIPE, SIG_IGN);
}

int signal_seen(void)
{
	return last_signal;
}

/* ---- Finding ---------------------------------------------------------------------------------------------- */

static const struct {
	const char *tool, *package;
} packages[] = {
	{ "mformat", "mtools" },
	{ "mcopy", "mtools" },
	{ "mmd", "mtools" },
	{ "xorriso", "xorriso" },
	{ "qemu-system-x86_64", "qemu-system-x86" },
	{ "qemu-system-aarch64", "qemu-system-arm" },
	{ "qemu-system-riscv64", "qemu-system-riscv, before Debian 13 qemu-system-misc" },
};

enum arch host_arch(void)
{
	struct utsname host;

	return uname(&host) == 0 ? arch_named(host.machine) : ARCH_NONE;
}

static bool is_program(const char *path)
{
	struct stat s;

	return stat(path, &s) == 0 && S_ISREG(s.st_mode) && access(path, X_OK) == 0;
}

char *tool_in_path(const char *name)
{
	const char *path = getenv("PATH");
	char *all = string_format("%s:/usr/sbin:/sbin", path ? path : "/usr/bin:/bin"), *rest = all;
	char *found = NULL;

	for (char *folder = strsep(&rest, ":"); folder && !found; folder = strsep(&rest, ":")) {
		char *candidate = string_format("%s/%s", *folder ? folder : ".", name);
		if (is_program(candidate))
			found = candidate;
		else
			free(candidate);
	}
	free(all);
	return found;
}

char *tool_find(const char *name)
{
	char *found = tool_in_path(name);

	if (found)
		return found;
	const char *package = name;
	for (size_t i = 0; i < sizeof(packages) / sizeof(packages[0]); i++)
		if (strcmp(packages[i].tool, name) == 0)
			package = packages[i].package;
	complain(STATUS_TROUBLE, "the program %s is missing: install the package %s (Debian's name for it)", name,
	         package);
	return NULL;
}

/* ---- Running ---------------------------------------------------------------------------------------------- */

/* Sets the child's descriptors before exec. -1 leaves a descriptor unchanged. */
static void child_descriptors(int output, int error)
{
	int nothing = open("/dev/null", O_RDWR);

	dup2(nothing, STDIN_FILENO);
	if (output >= 0)
		dup2(output, STDOUT_FILENO);
	if (error >= 0)
		dup2(error, STDERR_FILENO);
}

static _Noreturn void child_become(const char *path, const struct strings *argv)
{
	execv(path, argv->at);
	fprintf(stderr, "cannot be started: %s\n", strerror(errno));
	_exit(126);
}

/* mtools reads these variables: the image has the same bytes for every user, place and time. */
static void child_settle_environment(void)
{
	setenv("MTOOLSRC", "/dev/null", 1);
	setenv("MTOOLS_NAME_NUMERIC_TAIL", "1", 1);
	setenv("DEFAULT_CODEPAGE", "850", 1);
	setenv("TZ", "UTC0", 1);
	setenv("LC_ALL", "C.UTF-8", 1);
	setenv("SOURCE_DATE_EPOCH", "1735689600", 0); /* 2025-01-01; the caller's own wins */
}

int tool_start(const struct strings *argv, struct tool *out)
{
	int ends[2];
	char *path = tool_find(argv->at[0]);

	if (!path)
		return STATUS_TROUBLE;
	if (pipe2(ends, O_CLOEXEC) != 0) {
		free(path);
		return complain(STATUS_TROUBLE, "no pipe: %s", strerror(errno));
	}
	pid_t pid = fork();
	if (pid == 0) {
		child_descriptors(ends[1], ends[1]);
		child_settle_environment();
		child_become(path, argv);
	}
	close(ends[1]);
	free(path);
	if (pid < 0) {
		close(ends[0]);
		return complain(STATUS_TROUBLE, "cannot start %s: %s", argv->at[0], strerror(errno));
	}
	*out = (struct tool){ argv->at[0], pid, ends[0] };
	return 0;
}

/* Is there output, or its end? */
static bool has_output(const struct tool *t)
{
	struct pollfd polled = { t->output, POLLIN, 0 };

	waiting_goes_on();
	return poll(&polled, 1, 250) != 0; /* after a signal read() says so, too */
}

/* The first bytes of the tool's output, without a newline at the end. A signal to this program ends it. */
static void tool_listen(struct tool *t, char *words, size_t room)
{
	char more[512];
	size_t used = 0;
	ssize_t n;

	for (;;) {
		if (!has_output(t) && !signal_seen())
			continue;
		n = read(t->output, more, sizeof(more));
		if (n == 0 || (n < 0 && errno != EINTR))
			break;
		if (n < 0) {
			kill(t->pid, SIGTERM);
			continue;
		}
		size_t part = (size_t)n < room - 1 - used ? (size_t)n : room - 1 - used;
		memcpy(words + used, more, part);
		used += part;
	}
	while (used && words[used - 1] == '\n')
		used--;
	words[used] = '\0';
}

static int tool_wait_for(struct tool *t, char *words, size_t room)
{
	int status;

	tool_listen(t, words, room);
	close(t->output);
	while (waitpid(t->pid, &status, 0) < 0)
		if (errno != EINTR)
			return complain(STATUS_TROUBLE, "lost %s: %s", t->name, strerror(errno));
	if (signal_seen())
		return STATUS_SIGNAL + signal_seen();
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	return complain(STATUS_TROUBLE, "%s failed: %s", t->name, *words ? words : "it said nothing");
}

int tool_wait(struct tool *t)
{
	char words[2048];

	return tool_wait_for(t, words, sizeof words);
}

int tool_ask(const struct strings *argv, char *answer, size_t room)
{
	struct tool t;
	int status = tool_start(argv, &t);

	return status ? status : tool_wait_for(&t, answer, room);
}

int tool_run(const struct strings *argv)
{
	struct tool t;
	int status = tool_start(argv, &t);

	return status ? status : tool_wait(&t);
}

pid_t process_start(const struct strings *argv, int output, int error, const int keep[2])
{
	char *path = tool_find(argv->at[0]);

	if (!path)
		return -1;
	pid_t parent = getpid(), pid = fork();
	if (pid == 0) {
		setpgid(0, 0);
#ifdef __linux__
		prctl(PR_SET_PDEATHSIG, SIGKILL);
#endif
		if (getppid() != parent)
			_exit(126);
		child_descriptors(output, error);
		for (int i = 0; i < 2; i++)
			fcntl(keep[i], F_SETFD, 0);
		signal(SIGPIPE, SIG_DFL);
		child_become(path, argv);
	}
	free(path);
	if (pid < 0)
		complain(STATUS_TROUBLE, "cannot start %s: %s", argv->at[0], strerror(errno));
	return pid;
}

/* ---- Temporary files -------------------------------------------------------------------------------------- */

static char *temporary_folder;
static struct strings temporary_files;

static void temporary_remove(void)
{
	for (size_t i = 0; i < temporary_files.count; i++)
		unlink(temporary_files.at[i]);
	rmdir(temporary_folder);
}

char *temporary_path(const char *name)
{
	if (!temporary_folder) {
		const char *base = getenv("TMPDIR");
		char *folder = string_format("%s/hobnail-XXXXXX", base && *base ? base : "/tmp");
		if (!mkdtemp(folder)) {
			complain(STATUS_TROUBLE, "cannot make the folder %s: %s", folder, strerror(errno));
			free(folder);
			return NULL;
		}
		temporary_folder = folder;
		atexit(temporary_remove);
	}
	strings_addf(&temporary_files, "%s/%s", temporary_folder, name);
	return string_copy(temporary_files.at[temporary_files.count - 1]);
}

/* The folder as a descriptor has a short name: proc(5), /proc/pid/fd. */
char *temporary_socket(const char *name)
{
	static int folder = -1;
	char *path = temporary_path(name), *shorter;

	if (!path || strlen(path) < sizeof(((struct sockaddr_un *)0)->sun_path))
		return path;
	if (folder < 0)
		folder = open(temporary_folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	shorter = string_format("/proc/%d/fd/%d/%s", (int)getpid(), folder, name);
	free(path);
	return shorter;
}

long long milliseconds_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}
