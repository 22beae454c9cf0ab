#include "host.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "check/check.h"
#include "cli.h"

/* In place of cli/complain.c, which knows terminals. */
int complain(int status, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	return status;
}

static void fill_record(struct machine_record *r, const struct host_machine *m)
{
	*r = (struct machine_record){ .arch = m->arch == HOBNAIL_ARCH_X86_64 ? ARCH_X86_64 : ARCH_AARCH64,
	                              .facts = m->facts, .image = m->image, .memory_count = m->memory_count };
	memcpy(r->memory, m->memory, m->memory_count * sizeof r->memory[0]);
}

bool host_check(int fd, const struct host_machine *machine, struct host_verdict *out)
{
	static struct machine_record record;
	static struct check c;
	char path[64];

	fill_record(&record, machine);
	c = (struct check){ .arch = record.arch, .options = { .record = &record } };
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	int status = check_kernel(&c, path);
	if (!status) {
		check_find(&c);
		snprintf(out->code, sizeof out->code, "%s", err_name(c.problem.code));
		check_sentence(&c, out->sentence, sizeof out->sentence);
		if (*c.proof.sentence)
			snprintf(out->sentence, sizeof out->sentence, "%s", c.proof.sentence);
		out->offset = c.problem.offset;
		out->findings = c.findings.count;
	}
	check_close(&c);
	return !status;
}
