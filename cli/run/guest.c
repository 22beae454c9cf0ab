#include "guest.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cli.h"
#include "file.h"
#include "process.h"
#include "waiting.h"

enum {
	ERRORS_KEPT_BYTES = 4096,
	END_MILLISECONDS = 2000, /* until QEMU is killed; longer if its exit status will tell how the guest ended: */
	OFF_MILLISECONDS = 20000,
	QUIT_MILLISECONDS = 500, /* for a QEMU that is asked to quit */
	PICTURE_MILLISECONDS = 5000,
	DUMP_MILLISECONDS = 600000, /* terabytes are possible, though most of them are holes */
	SERIAL_ROOM_BYTES = 1 << 20, /* of the serial line's FIFO, and of the log's */
	LOG_PORTION = 1 << 18,       /* read at once, so that output is heard in between */
};

static void close_end(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* ---- Starting ----------------------------------------------------------------------------------------------- */

/* The other end may close the socket at any time; then the command is not needed any more. */
static void control_say(struct guest *g, const char *command)
{
	if (g->control >= 0 && send(g->control, command, strlen(command), MSG_NOSIGNAL) < 0)
		close_end(&g->control);
}

/* One direction of a connection by a FIFO. */
struct connection {
	const char *path;
	int reader, writer; /* -1: not open */
};

static bool fifo_make(struct connection *c, const char *name)
{
	c->path = temporary_path(name);
	if (c->path)
		unlink(c->path); /* of a guest that was started before */
	if (!c->path || mkfifo(c->path, 0600) != 0)
		return false;
	c->reader = open(c->path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	c->writer = open(c->path, O_WRONLY | O_NONBLOCK | O_CLOEXEC); /* after the reader, or it would fail */
	return c->reader >= 0 && c->writer >= 0;
}

/* The guest's serial line is a pair of FIFOs, not a socket. QEMU's 16550 writes single bytes, and a socket accounts
 * several hundred bytes for each: after 278 of them the UART seems busy until this program is scheduled. If that takes
 * longer than about a millisecond, OVMF drops the rest of a string (EDK II, TerminalDxe and PciSioSerialDxe). */
static int serial_connect(struct connection *out, struct connection *in)
{
	*out = *in = (struct connection){ NULL, -1, -1 };
	if (!fifo_make(out, "serial.out") || !fifo_make(in, "serial.in"))
		return complain(STATUS_TROUBLE, "no pipes for the guest's serial line: %s", strerror(errno));
	(void)fcntl(out->reader, F_SETPIPE_SZ, SERIAL_ROOM_BYTES); /* if this fails, the default of 64 KiB suffices */
	return 0;
}

/* QEMU's log goes into a FIFO, too. It is usually read only now and then, so that reader and writer do not wake each
 * other for each line. QEMU waits where it is full. */
static int log_connect(struct connection *log)
{
	*log = (struct connection){ NULL, -1, -1 };
	if (!fifo_make(log, "qemu.log"))
		return complain(STATUS_TROUBLE, "no pipe for QEMU's log: %s", strerror(errno));
	(void)fcntl(log->reader, F_SETPIPE_SZ, SERIAL_ROOM_BYTES);
	return 0;
}

/* Two connections: [0] is this program's end, [1] QEMU's. */
static int guest_connect(int control[2], int error[2])
{
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, control) == 0 && pipe2(error, O_CLOEXEC) == 0)
		return 0;
	return complain(STATUS_TROUBLE, "no sockets for QEMU: %s", strerror(errno));
}

/* "DIRECTORY/serial" of "DIRECTORY/serial.out". */
static char *common_name(const char *path)
{
	char *name = string_copy(path);

	*strrchr(name, '.') = '\0';
	return name;
}

int guest_start(struct guest *g, struct machine *m, bool show_errors)
{
	struct strings argv = { 0 };
	struct connection out, in, log;
	int control[2], error[2];
	int status = serial_connect(&out, &in);

	if (!status)
		status = log_connect(&log);
	if (!status)
		status = guest_connect(control, error);
	if (status)
		return status;
	m->serial = common_name(out.path);
	m->control = control[1];
	m->log = log.path;
	qemu_command(m, &argv);

	/* QEMU opens the FIFO by name. It also inherits the write end, so that the reader sees end of file exactly when
	 * QEMU ends. */
	int keep[2] = { out.writer, control[1] };
	pid_t pid = process_start(&argv, show_errors ? STDERR_FILENO : error[1], show_errors ? -1 : error[1], keep);
	strings_free(&argv);
	close(out.writer);
	close(in.reader);
	close(control[1]);
	close(error[1]);
	if (pid < 0)
		return STATUS_TROUBLE;
	*g = (struct guest){ .pid = pid, .serial = out.reader, .keys = in.writer,
	                     .log = log.reader, .log_writer = log.writer,
	                     .control = control[0], .error = error[0], .arch = m->arch };
	control_say(g, "{\"execute\":\"qmp_capabilities\",\"id\":\"hello\"}\n");
	return 0;
}

/* ---- The control socket: QEMU's machine protocol (QEMU, docs/interop/qmp-spec) -------------------------------- */

static void take_shutdown(struct guest *g, const struct json *data)
{
	const char *reason = json_text(data, "reason");

	if (!reason)
		reason = "";
	if (strcmp(reason, "guest-reset") == 0)
		g->end = GUEST_RESET;
	else if (strcmp(reason, "guest-panic") == 0)
		g->end = GUEST_PANIC;
	else if (strcmp(reason, "host-error") == 0 || strcmp(reason, "host-signal") == 0)
		g->end = GUEST_BROKEN;
	else
		g->end = GUEST_OFF;
}

/* QEMU stops the machine if the disk image cannot be read or written; nothing will resume it. */
static void take_disk_error(struct guest *g, const struct json *data)
{
	const char *action = json_text(data, "action"), *reason = json_text(data, "reason");

	if (!action || strcmp(action, "stop") != 0)
		return;
	char *text = string_format("the disk image fails: %s", reason ? reason : "no reason is given");
	buffer_add(&g->errors, text, strlen(text));
	free(text);
	g->end = GUEST_BROKEN;
}

/* QEMU stays, and so the processors do. */
static void take_panic(struct guest *g, const struct json *data)
{
	const char *action = json_text(data, "action");

	if (action && strcmp(action, "pause") == 0)
		g->end = GUEST_PANIC;
}

/* QEMU, "QEMU Machine Protocol Reference", events of run states and of block devices. */
static void take_event(struct guest *g, const char *event, const struct json *data)
{
	if (strcmp(event, "SHUTDOWN") == 0)
		take_shutdown(g, data);
	else if (strcmp(event, "GUEST_PANICKED") == 0)
		take_panic(g, data);
	else if (strcmp(event, "BLOCK_IO_ERROR") == 0)
		take_disk_error(g, data);
	else if (strcmp(event, "SUSPEND") == 0)
		g->sleeps = true;
	else if (strcmp(event, "WAKEUP") == 0)
		g->sleeps = false;
	else if (strcmp(event, "RESUME") == 0)
		g->resumed = true;
}

/* The monitor answers with a list for people or an error message; most commands print nothing. */
static void take_answer(struct guest *g, const struct json *message, const struct guest_ears *ears)
{
	const char *text = json_text(message, "return"), *wrong = json_text(json_member(message, "error"), "desc");

	g->answers_due -= g->answers_due > 0;
	ears->answer(ears->context, text ? text : wrong ? wrong : "");
}

/* The id of guest_ask()'s command number `number`. A late answer to an earlier command has another one. */
static char *ask_id(unsigned number)
{
	return string_format("ask-%u", number);
}

/* Keeps the message, and returns NULL, if guest_ask() waits for it. */
static struct json *take_said(struct guest *g, struct json *message)
{
	const char *id = json_text(message, "id");
	char *awaited = ask_id(g->asked);
	bool is_awaited = id && !g->said && strcmp(id, awaited) == 0;

	free(awaited);
	if (!is_awaited)
		return message;
	g->said = message;
	return NULL;
}

/* {"event": ...}, or the answer to a command: {"return": ..., "id": ...} or {"error": ..., "id": ...}. */
static void take_message(struct guest *g, const struct json *message, const struct guest_ears *ears)
{
	const char *event = json_text(message, "event"), *id = json_text(message, "id");

	if (event)
		take_event(g, event, json_member(message, "data"));
	if (id && strcmp(id, "hello") == 0)
		g->machine_runs = true;
	if (id && strcmp(id, "command") == 0)
		take_answer(g, message, ears);
}

static void take_control(struct guest *g, const char *bytes, size_t count, const struct guest_ears *ears)
{
	struct buffer *text = &g->control_text;
	struct json_problem p;
	char *end;

	buffer_add(text, bytes, count);
	while ((end = memchr(text->at, '\n', text->bytes))) {
		size_t line = (size_t)(end - text->at) + 1;
		struct json *message = json_read(text->at, line, &p);
		if (message)
			take_message(g, message, ears);
		json_free(take_said(g, message));
		memmove(text->at, text->at + line, text->bytes - line);
		text->bytes -= line;
	}
}

static void take_error(struct guest *g, const char *bytes, size_t count)
{
	if (g->show_errors)
		write_all(STDERR_FILENO, bytes, count);
	if (g->errors.bytes < ERRORS_KEPT_BYTES)
		buffer_add(&g->errors, bytes, count);
}

/* ---- Waiting ------------------------------------------------------------------------------------------------- */

static ssize_t read_some(int *fd, char *bytes, size_t room)
{
	ssize_t n = read(*fd, bytes, room);

	if (n == 0 || (n < 0 && errno != EINTR && errno != EAGAIN))
		close_end(fd);
	return n;
}

/* Sends as many bytes as the line takes now. */
static void send_keys(struct guest *g)
{
	if (g->keys < 0 || g->unsent.bytes == 0)
		return;
	ssize_t n = write(g->keys, g->unsent.at, g->unsent.bytes);
	if (n > 0) {
		memmove(g->unsent.at, g->unsent.at + n, g->unsent.bytes - (size_t)n);
		g->unsent.bytes -= (size_t)n;
	} else if (n < 0 && errno != EAGAIN && errno != EINTR) {
		close_end(&g->keys);
	}
}

void guest_type(struct guest *g, const char *keys, size_t count)
{
	buffer_add(&g->unsent, keys, count);
	send_keys(g);
}

size_t guest_unread(const struct guest *g)
{
	int inside = 0; /* bytes in the FIFO: QEMU reads only as many as the guest's UART has room for */

	if (g->keys < 0)
		return 0;
	return g->unsent.bytes + (ioctl(g->keys, FIONREAD, &inside) == 0 ? (size_t)inside : 0);
}

/* QEMU's own exit status decides. Before 9.1 isa-debug-exit ended QEMU without an event on the control socket; since
 * then it requests a shutdown, as a power-off does, with an exit status for QEMU (QEMU, hw/misc/debugexit.c: value * 2
 * + 1). A reset has no status, and a panic has none. Any other end is QEMU's own failure. */
static void judge_exit(struct guest *g, int status)
{
	int code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;

	if (g->end == GUEST_RESET || g->end == GUEST_PANIC || g->end == GUEST_BROKEN ||
	    (g->end == GUEST_OFF && code == 0))
		return;
	g->end = GUEST_BROKEN;
	if (!g->machine_runs || code < 0)
		return;
	if (g->arch == ARCH_X86_64 && code != 0 && code % 2 == 0)
		return;
	g->end = GUEST_STATUS;
	g->status = g->arch == ARCH_X86_64 ? code / 2 : code;
}

static void reap(struct guest *g)
{
	int status;

	if (g->pid <= 0 || waitpid(g->pid, &status, WNOHANG) != g->pid)
		return;
	g->pid = 0;
	judge_exit(g, status);
}

static void read_log(struct guest *g, const struct guest_ears *ears)
{
	static char bytes[LOG_PORTION];
	ssize_t n = g->log >= 0 ? read(g->log, bytes, sizeof(bytes)) : -1;

	g->log_is_busy = n == (ssize_t)sizeof(bytes);
	if (n > 0 && ears->log)
		ears->log(ears->context, bytes, (size_t)n);
}

static void read_ready(struct guest *g, const struct pollfd *polled, const struct guest_ears *ears)
{
	char bytes[16384];
	ssize_t n;

	if (polled[0].revents && (n = read_some(&g->serial, bytes, sizeof(bytes))) > 0)
		ears->output(ears->context, bytes, (size_t)n);
	if (polled[1].revents && (n = read_some(&g->control, bytes, sizeof(bytes))) > 0)
		take_control(g, bytes, (size_t)n, ears);
	if (polled[2].revents && (n = read_some(&g->error, bytes, sizeof(bytes))) > 0)
		take_error(g, bytes, (size_t)n);
	if (polled[3].revents)
		send_keys(g);
}

/* Has all output of QEMU been read? poll() skips closed (negative) descriptors. */
static bool drained(const struct guest *g)
{
	return g->serial < 0 && g->control < 0;
}

unsigned guest_wait(struct guest *g, int milliseconds, int input, int outlet, const struct guest_ears *ears)
{
	struct pollfd polled[] = {
		{ g->serial, POLLIN, 0 }, { g->control, POLLIN, 0 }, { g->error, POLLIN, 0 },
		{ g->unsent.bytes ? g->keys : -1, POLLOUT, 0 }, { input, POLLIN, 0 }, { outlet, 0, 0 },
		{ g->log_is_busy ? g->log : -1, POLLIN, 0 },
	};
	unsigned ready = 0;

	waiting_goes_on();
	if (poll(polled, sizeof(polled) / sizeof(polled[0]), drained(g) ? 10 : milliseconds) > 0) {
		read_ready(g, polled, ears);
		ready = (polled[4].revents ? GUEST_INPUT : 0) | (polled[5].revents ? GUEST_OUTLET_GONE : 0);
	}
	read_log(g, ears);
	if (drained(g))
		reap(g);
	return ready;
}

void guest_hear_rest(struct guest *g, const struct guest_ears *ears)
{
	int inside = 0;

	while (g->serial >= 0 && ioctl(g->serial, FIONREAD, &inside) == 0 && inside > 0)
		guest_wait(g, 0, -1, -1, ears);
	do
		read_log(g, ears);
	while (g->log_is_busy);
}

void guest_command(struct guest *g, const char *command)
{
	char *quoted = json_quoted(command);
	char *line = string_format("{\"execute\":\"human-monitor-command\",\"id\":\"command\","
	                           "\"arguments\":{\"command-line\":%s}}\n", quoted);

	control_say(g, line);
	g->answers_due += g->control >= 0;
	free(quoted);
	free(line);
}

/* If QEMU ends meanwhile, its control socket closes. */
struct json *guest_ask(struct guest *g, const char *command, const char *arguments, int milliseconds,
                       const struct guest_ears *ears)
{
	long long deadline = milliseconds_now() + milliseconds, now;

	json_free(g->said);
	g->said = NULL;
	g->asked++;
	char *id = ask_id(g->asked);
	char *line = string_format("{\"execute\":\"%s\",\"id\":\"%s\",\"arguments\":%s}\n", command, id,
	                           arguments ? arguments : "{}");
	control_say(g, line);
	free(line);
	free(id);
	while (!g->said && g->control >= 0 && (now = milliseconds_now()) < deadline)
		guest_wait(g, (int)(deadline - now), -1, -1, ears);
	struct json *said = g->said;
	g->said = NULL;
	return said;
}

char *guest_ask_monitor(struct guest *g, const char *command, int milliseconds, const struct guest_ears *ears)
{
	char *quoted = json_quoted(command);
	char *arguments = string_format("{\"command-line\":%s}", quoted);
	struct json *said = guest_ask(g, "human-monitor-command", arguments, milliseconds, ears);
	const char *text = json_text(said, "return");
	char *copy = text ? string_copy(text) : NULL;

	json_free(said);
	free(arguments);
	free(quoted);
	return copy;
}

bool guest_picture(struct guest *g, const char *path, const struct guest_ears *ears)
{
	char *quoted = json_quoted(path);
	char *arguments = string_format("{\"filename\":%s,\"format\":\"png\"}", quoted);
	struct json *said = guest_ask(g, "screendump", arguments, PICTURE_MILLISECONDS, ears);
	bool good = json_member(said, "return") != NULL;

	json_free(said);
	free(arguments);
	free(quoted);
	return good;
}

bool guest_dump(struct guest *g, const char *path, const struct guest_ears *ears)
{
	if (file_write(path, "", 0) != 0) /* QEMU would make one that its owner cannot replace (mode 0400) */
		return false;
	char *target = string_format("file:%s", path), *quoted = json_quoted(target);
	char *arguments = string_format("{\"paging\":false,\"protocol\":%s}", quoted);
	struct json *said = guest_ask(g, "dump-guest-memory", arguments, DUMP_MILLISECONDS, ears);
	bool good = json_member(said, "return") != NULL;

	json_free(said);
	free(arguments);
	free(quoted);
	free(target);
	return good;
}

/* Waits for QEMU's end up to so long. False: it has not come. */
static bool has_ended(pid_t pid, int milliseconds, int *status)
{
	const struct timespec pause = { .tv_nsec = 10 * 1000 * 1000 };
	long long deadline = milliseconds_now() + milliseconds;
	pid_t ended;

	while ((ended = waitpid(pid, status, WNOHANG)) == 0 && milliseconds_now() < deadline)
		nanosleep(&pause, NULL);
	return ended != 0;
}

/* A guest that has ended leaves a QEMU that stands still: it is asked to quit, since it reports a signal on standard
 * error. First SIGTERM and then SIGKILL, so that QEMU completes its own files (traces, recordings). */
static void end_process(struct guest *g, int milliseconds)
{
	bool counts = g->end != GUEST_RUNS; /* if this program ends QEMU, the status has no meaning */
	int status = 0;

	if (counts)
		control_say(g, "{\"execute\":\"quit\"}\n");
	if (!counts || !has_ended(g->pid, QUIT_MILLISECONDS, &status)) {
		kill(g->pid, SIGTERM);
		if (!has_ended(g->pid, milliseconds, &status)) {
			kill(g->pid, SIGKILL);
			waitpid(g->pid, &status, 0);
		}
	}
	g->pid = 0;
	if (counts)
		judge_exit(g, status);
}

void guest_stop(struct guest *g)
{
	close_end(&g->log); /* before QEMU is asked to end: it may be waiting for a reader */
	close_end(&g->log_writer);
	if (g->pid > 0)
		end_process(g, g->end == GUEST_OFF ? OFF_MILLISECONDS : END_MILLISECONDS);
	close_end(&g->serial);
	close_end(&g->keys);
	close_end(&g->control);
	close_end(&g->error);
	json_free(g->said);
	g->said = NULL;
}
