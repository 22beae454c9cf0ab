#include "debugger.h"

#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cli.h"
#include "file.h"
#include "process.h"

/* ---- The socket ------------------------------------------------------------------------------------------------- */

/* QEMU inherits it, so no other program can take the address in between. */
static int listen_at(struct debugger *d, int family, const struct sockaddr *at, socklen_t bytes)
{
	d->listener = socket(family, SOCK_STREAM, 0);
	if (d->listener >= 0 && bind(d->listener, at, bytes) == 0 && listen(d->listener, 1) == 0)
		return 0;
	return complain(STATUS_TROUBLE, "no socket for gdb: %s", strerror(errno));
}

static int listen_on_port(struct debugger *d)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t bytes = sizeof at;
	int status = listen_at(d, AF_INET, (struct sockaddr *)&at, bytes);

	if (status)
		return status;
	if (getsockname(d->listener, (struct sockaddr *)&at, &bytes) != 0)
		return complain(STATUS_TROUBLE, "no port for gdb: %s", strerror(errno));
	d->target = string_format(":%u", ntohs(at.sin_port));
	return 0;
}

static int listen_on_path(struct debugger *d)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };

	d->target = temporary_socket("gdb");
	if (!d->target)
		return STATUS_TROUBLE;
	strncpy(at.sun_path, d->target, sizeof at.sun_path - 1);
	return listen_at(d, AF_UNIX, (struct sockaddr *)&at, sizeof at);
}

int debugger_listen(struct debugger *d, bool port)
{
	return port ? listen_on_port(d) : listen_on_path(d);
}

/* ---- gdb -------------------------------------------------------------------------------------------------------- */

int debugger_prepare(struct debugger *d, enum arch arch, const char *log)
{
	bool is_own = arch == host_arch();

	d->program = tool_in_path("gdb-multiarch");
	if (!d->program)
		d->program = tool_find(is_own ? "gdb" : "gdb-multiarch");
	if (!d->program)
		return STATUS_TROUBLE;
	d->console = log ? string_copy(log) : temporary_path("console");
	d->loader_script = temporary_path("loader.gdb");
	return d->console && d->loader_script ? file_write(d->loader_script, "", 0) : STATUS_TROUBLE;
}

/* Signals that are ignored stay so in another program. */
static _Noreturn void become_gdb(const struct debugger *d, const char *script)
{
	static const int numbers[] = { SIGINT, SIGQUIT, SIGPIPE };

	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
		signal(numbers[i], SIG_DFL);
	execl(d->program, d->program, "-q", "-x", script, (char *)NULL);
	complain(0, "cannot start %s: %s", d->program, strerror(errno));
	_exit(126);
}

int debugger_start(struct debugger *d, const char *commands)
{
	char *script = temporary_path("commands.gdb");
	int status = script ? file_write(script, commands, strlen(commands)) : STATUS_TROUBLE;

	if (status)
		return status;
	signal(SIGINT, SIG_IGN);
	signal(SIGQUIT, SIG_IGN);
	d->pid = fork();
	if (d->pid == 0)
		become_gdb(d, script);
	if (d->pid < 0) {
		d->pid = 0;
		status = complain(STATUS_TROUBLE, "cannot start %s: %s", d->program, strerror(errno));
	}
	free(script);
	return status;
}

bool debugger_has_ended(struct debugger *d)
{
	if (d->pid == 0 || waitpid(d->pid, NULL, WNOHANG) == 0)
		return false;
	d->pid = 0;
	return true;
}

void debugger_end(struct debugger *d, bool now)
{
	const struct timespec pause = { .tv_nsec = 50 * 1000 * 1000 };

	while (d->pid) {
		if (now || signal_seen())
			kill(d->pid, SIGTERM);
		nanosleep(&pause, NULL);
		debugger_has_ended(d);
	}
}
