/* gdb_remote_test.c — the client of QEMU's debugger port, against a port that the test plays. */
#include "../../cli/explain/gdb_remote.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "cli.h"

int complain(int status, const char *format, ...)
{
	(void)format;
	return status;
}

static char path[64];

/* What the port answers; a question that is not listed gets the empty answer, as the protocol wants it. */
static const char *const answers[][2] = {
	{ "qSupported:", "PacketSize=1000;qXfer:features:read+" },
	{ "qXfer:features:read:target.xml:0,", "l<target><xi:include href=\"core.xml\"/>"
	  "<xi:include href=\"sys.xml\"/></target>" },
	{ "qXfer:features:read:core.xml:0,", "m<feature><reg name=\"x0\" bitsize=\"64\"/><reg name=\"x1\" bit" },
	{ "qXfer:features:read:core.xml:", "lsize=\"64\"/><reg name=\"cpsr\" bitsize=\"32\"/></feature>" },
	{ "qXfer:features:read:sys.xml:0,", "l<reg name=\"VBAR\" bitsize=\"64\" regnum=\"70\"/><reg name=\"ODD\"/>"
	  "<reg name=\"TTBR0_EL1\" bitsize=\"64\"/>" },
	{ "Hg1", "OK" }, { "Hg2", "E22" },
	{ "p0", "0*\"" }, /* 0, and five more of them */
	{ "p1", "efcdab8967452301" }, { "p2", "c5030000" },
	{ "p46", "00080080ffffffff" }, { "p48", "0010000000000000" },
	{ "Qqemu.PhyMemMode:1", "OK" },
	{ "m1000,4", "11223344" },
};

static void answer(FILE *in, FILE *out, const char *question)
{
	const char *text = "";
	unsigned sum = 0;

	(void)in;
	for (size_t i = 0; i < COUNT_OF(answers); i++)
		if (strncmp(question, answers[i][0], strlen(answers[i][0])) == 0 &&
		    (strchr(":,", question[strlen(answers[i][0]) - 1]) || strcmp(question, answers[i][0]) == 0)) {
			text = answers[i][1];
			break;
		}
	for (const char *c = text; *c; c++)
		sum += (unsigned char)*c;
	fprintf(out, "+$T05thread:01;#07$%s#%02x", text, sum & 255);
	fflush(out);
}

static void serve(int listener)
{
	int fd = accept(listener, NULL, NULL);
	FILE *in = fdopen(fd, "r"), *out = fdopen(dup(fd), "w");
	char question[256];

	for (int c; (c = getc(in)) != EOF;) {
		if (c != '$' || fscanf(in, "%255[^#]#%*2s", question) != 1)
			continue;
		answer(in, out, question);
	}
	_exit(0);
}

static pid_t play(void)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	int listener = socket(AF_UNIX, SOCK_STREAM, 0);

	snprintf(path, sizeof path, "/tmp/gdb_remote_test.%d", (int)getpid());
	unlink(path);
	strcpy(to.sun_path, path);
	assert_int_equal(bind(listener, (const struct sockaddr *)&to, sizeof to), 0);
	assert_int_equal(listen(listener, 1), 0);
	pid_t pid = fork();
	if (pid == 0)
		serve(listener);
	close(listener);
	return pid;
}

static void gdb_reads_registers_and_memory(void **state)
{
	static struct gdb_remote g;
	struct registers r = { 0 };
	uint8_t bytes[4];
	uint64_t value;
	pid_t pid = play();

	(void)state;
	assert_true(gdb_open(&g, path));
	assert_int_equal(g.register_count, 5);
	assert_true(gdb_registers(&g, 0, &r));
	assert_true(r.arch == HOBNAIL_ARCH_AARCH64 && r.general[1] == 0x0123456789abcdef);
	assert_true(r.general_known == 3 && r.general[0] == 0);
	assert_true(r.value[REGISTER_FLAGS] == 0x3c5);
	assert_true(registers_system(&r, 1, SYSTEM_VBAR, &value) && value == 0xffffffff80000800);
	assert_true(registers_system(&r, 1, SYSTEM_TTBR0, &value) && value == 0x1000);
	assert_false(gdb_registers(&g, 1, &r));
	assert_true(gdb_read_memory(&g, 0x1000, bytes, 4) && bytes[0] == 0x11 && bytes[3] == 0x44);
	assert_false(gdb_read_memory(&g, 0x2000, bytes, 4));
	gdb_close(&g);
	waitpid(pid, NULL, 0);
	unlink(path);
}

static void gdb_open_fails_where_nobody_listens(void **state)
{
	static struct gdb_remote g;

	(void)state;
	assert_false(gdb_open(&g, "/no/such/socket"));
	assert_int_equal(g.fd, -1);
}

static void gdb_port_command_takes_any_path(void **state)
{
	static const char *const cases[][2] = {
		{ "/tmp/gdb", "gdbserver \"unix:path=/tmp/gdb,server=on,wait=off\"" },
		{ "/a b,=/gdb", "gdbserver \"unix:path=/a b,,=/gdb,server=on,wait=off\"" },
		{ "/\"\\/gdb", "gdbserver \"unix:path=/\\\"\\\\/gdb,server=on,wait=off\"" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char *command = gdb_port_command(cases[i][0]);
		assert_string_equal(command, cases[i][1]);
		free(command);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gdb_reads_registers_and_memory),
		cmocka_unit_test(gdb_open_fails_where_nobody_listens),
		cmocka_unit_test(gdb_port_command_takes_any_path),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
