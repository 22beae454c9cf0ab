#include "../../cli/process.h"
#include "../../cli/run/guest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../cli/cli.h"

/* The command's own is in cli/main.c. */
int complain(int status, const char *format, ...)
{
	(void)format;
	return status;
}

/* A guest whose QEMU is this test: it answers before it is asked. */
struct fake {
	struct guest guest;
	int control, serial; /* QEMU's ends */
	char heard[100];
};

static void take_output(void *context, const char *bytes, size_t count)
{
	strncat(((struct fake *)context)->heard, bytes, count);
}

static void take_answer(void *context, const char *text)
{
	(void)context;
	(void)text;
}

static struct guest_ears ears_of(struct fake *f)
{
	return (struct guest_ears){ take_output, take_answer, NULL, f };
}

static struct fake *fake_open(void)
{
	struct fake *f = calloc(1, sizeof(*f));
	int control[2], serial[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, control), 0);
	assert_int_equal(pipe(serial), 0);
	f->guest = (struct guest){ .serial = serial[0], .control = control[0], .error = -1, .keys = -1, .log = -1,
	                           .log_writer = -1 };
	f->control = control[1];
	f->serial = serial[1];
	return f;
}

static void fake_close(struct fake *f)
{
	guest_stop(&f->guest);
	if (f->control >= 0)
		close(f->control);
	close(f->serial);
	free(f->guest.control_text.at);
	free(f);
}

static void say(int fd, const char *text)
{
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
}

static void guest_ask_gives_the_answer_and_hears_the_rest(void **state)
{
	struct fake *f = fake_open();
	struct guest_ears ears = ears_of(f);
	char line[100] = "";

	(void)state;
	say(f->serial, "output");
	say(f->control, "{\"return\":\"late\",\"id\":\"ask-0\"}\n{\"event\":\"SUSPEND\",\"data\":{}}\n"
	                "{\"return\":{\"status\":\"paused\"},\"id\":\"ask-1\"}\n");
	struct json *said = guest_ask(&f->guest, "query-status", NULL, 1000, &ears);
	assert_string_equal(json_text(json_member(said, "return"), "status"), "paused");
	assert_string_equal(f->heard, "output");
	assert_true(f->guest.sleeps);
	assert_true(read(f->control, line, sizeof(line) - 1) > 0);
	assert_string_equal(line, "{\"execute\":\"query-status\",\"id\":\"ask-1\",\"arguments\":{}}\n");
	json_free(said);
	fake_close(f);
}

static void guest_ask_monitor_gives_the_text(void **state)
{
	struct fake *f = fake_open();
	struct guest_ears ears = ears_of(f);
	char line[200] = "";

	(void)state;
	say(f->control, "{\"return\":\"RAX=0\\r\\n\",\"id\":\"ask-1\"}\n");
	char *text = guest_ask_monitor(&f->guest, "x \"1\"", 1000, &ears);
	assert_string_equal(text, "RAX=0\r\n");
	assert_true(read(f->control, line, sizeof(line) - 1) > 0);
	assert_string_equal(line, "{\"execute\":\"human-monitor-command\",\"id\":\"ask-1\","
	                          "\"arguments\":{\"command-line\":\"x \\\"1\\\"\"}}\n");
	free(text);
	fake_close(f);
}

static void guest_ask_waits_no_longer_than_it_may(void **state)
{
	struct fake *f = fake_open();
	struct guest_ears ears = ears_of(f);
	long long before = milliseconds_now();

	(void)state;
	assert_null(guest_ask(&f->guest, "stop", NULL, 50, &ears));
	assert_in_range(milliseconds_now() - before, 50, 5000);
	say(f->control, "{\"return\":{},\"id\":\"ask-1\"}\n{\"error\":{\"desc\":\"no\"},\"id\":\"ask-2\"}\n");
	struct json *said = guest_ask(&f->guest, "cont", NULL, 1000, &ears); /* not the answer to `stop` */
	assert_string_equal(json_text(json_member(said, "error"), "desc"), "no");
	json_free(said);
	fake_close(f);
}

static void guest_ask_ends_with_qemu(void **state)
{
	struct fake *f = fake_open();
	struct guest_ears ears = ears_of(f);
	long long before = milliseconds_now();

	(void)state;
	close(f->control);
	f->control = -1;
	assert_null(guest_ask(&f->guest, "stop", NULL, 20000, &ears));
	assert_null(guest_ask_monitor(&f->guest, "info registers", 20000, &ears));
	assert_in_range(milliseconds_now() - before, 0, 10000);
	fake_close(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(guest_ask_gives_the_answer_and_hears_the_rest),
		cmocka_unit_test(guest_ask_monitor_gives_the_text),
		cmocka_unit_test(guest_ask_waits_no_longer_than_it_may),
		cmocka_unit_test(guest_ask_ends_with_qemu),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
