#include "monitor.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "cli.h"
#include "file.h"
#include "process.h"
#include "strlist.h"

/* One more piece of the stream. false: the time is up, the stream has ended, or a line is too long. */
static bool receive(struct monitor *m, long long until)
{
	struct pollfd p = { .fd = m->fd, .events = POLLIN };
	long long left = until - milliseconds_now();

	if (left <= 0 || m->in_bytes >= MONITOR_LINE || poll(&p, 1, (int)left) <= 0)
		return false;
	m->in = memory_resize(m->in, m->in_bytes + 4096);
	ssize_t n = read(m->fd, m->in + m->in_bytes, 4096);
	if (n > 0)
		m->in_bytes += (size_t)n;
	return n > 0;
}

/* The next message; NULL: none came. */
static struct json *next_message(struct monitor *m, long long until)
{
	struct json_problem problem;
	char *end;

	while (!(end = m->in_bytes ? memchr(m->in, '\n', m->in_bytes) : NULL))
		if (!receive(m, until))
			return NULL;
	size_t bytes = (size_t)(end - m->in);
	struct json *message = json_read(m->in, bytes, &problem);
	m->in_bytes -= bytes + 1;
	memmove(m->in, end + 1, m->in_bytes);
	return message;
}

/* The answer to a command. Events come in between. */
static struct json *answer(struct monitor *m)
{
	long long until = milliseconds_now() + MONITOR_SECONDS * 1000;
	struct json *message;

	while ((message = next_message(m, until))) {
		if (json_member(message, "return") || json_member(message, "error"))
			return message;
		json_free(message);
	}
	return NULL;
}

static const struct json *execute(struct monitor *m, const char *what, const char *text, struct json **whole)
{
	*whole = write_all(m->fd, text, strlen(text)) ? answer(m) : NULL;
	const struct json *value = json_member(*whole, "return");
	if (value)
		return value;
	const char *why = json_text(json_member(*whole, "error"), "desc");
	complain(STATUS_TROUBLE, "QEMU at %s does not answer to %s%s%s", m->path, what, why ? ": " : "",
	         why ? why : "");
	json_free(*whole);
	*whole = NULL;
	return NULL;
}

const struct json *monitor_ask(struct monitor *m, const char *command, struct json **whole)
{
	char *text = string_format("{\"execute\": \"%s\"}\n", command);
	const struct json *value = execute(m, command, text, whole);

	free(text);
	return value;
}

const struct json *monitor_tell(struct monitor *m, unsigned cpu, const char *command_line, struct json **whole)
{
	char *quoted = json_quoted(command_line);
	char *text = string_format("{\"execute\": \"human-monitor-command\", \"arguments\": {\"command-line\": %s, "
	                           "\"cpu-index\": %u}}\n", quoted, cpu);
	const struct json *value = execute(m, command_line, text, whole);

	free(quoted);
	free(text);
	return value;
}

static int connect_to(struct monitor *m)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };

	if (strlen(m->path) >= sizeof to.sun_path)
		return complain(STATUS_TROUBLE, "%s is too long for the name of a socket", m->path);
	strcpy(to.sun_path, m->path);
	m->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (m->fd < 0 || connect(m->fd, (struct sockaddr *)&to, sizeof to) != 0)
		return complain(STATUS_TROUBLE, "cannot connect to %s: %s", m->path, strerror(errno));
	return 0;
}

/* QMP begins with a greeting, and takes commands after qmp_capabilities. A second client waits for its greeting until
 * the first one has left. */
int monitor_open(struct monitor *m, const char *path)
{
	struct json *whole;

	*m = (struct monitor){ .path = path, .fd = -1 };
	int status = connect_to(m);
	if (status)
		return status;
	struct json *greeting = next_message(m, milliseconds_now() + MONITOR_SECONDS * 1000);
	bool is_qmp = json_member(greeting, "QMP") != NULL;
	json_free(greeting);
	if (!is_qmp)
		return complain(STATUS_TROUBLE, "%s is no QMP socket, or another program uses it: QEMU's option is "
		                "-qmp unix:SOCKET,server=on,wait=off", path);
	if (!monitor_ask(m, "qmp_capabilities", &whole))
		return STATUS_TROUBLE;
	json_free(whole);
	return 0;
}

void monitor_close(struct monitor *m)
{
	if (m->fd >= 0)
		close(m->fd);
	free(m->in);
	*m = (struct monitor){ .fd = -1 };
}
