/* main.c — the host command `hobnail`: finds the verb and runs it. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "help/help.h"
#include "strlist.h"
#include "verb.h"

/* If a standard descriptor is closed, a file opened later would take its number, and output would go to that file. */
static void descriptors_settle(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}

static const struct verb *verb_named(const char *name)
{
	for (size_t i = 0; verbs[i]; i++)
		if (strcmp(name, verbs[i]->name) == 0)
			return verbs[i];
	return NULL;
}

/* getopt_long() complains in the name of argv[0]. */
static int run_verb_in(int argc, char **argv)
{
	const struct verb *v = verb_named(argv[1]);

	argv[0] = "hobnail";
	if (!v)
		return output_end(hobnail_verb.run(argc, argv));
	argv[1] = string_format("hobnail %s", v->name);
	int status = v->run(argc - 1, argv + 1);
	return v == &run_verb ? status : output_end(status); /* a run may go on without its reader */
}

/* hobnail help, hobnail help VERB */
static int print_help(const char *name)
{
	const struct verb *v = name ? verb_named(name) : &hobnail_verb;

	if (!v)
		return complain(STATUS_TROUBLE, "there is no command %s: hobnail --help lists them", name);
	help_print(v, stdout);
	return output_end(STATUS_OK);
}

int main(int argc, char **argv)
{
	descriptors_settle();
	unsetenv("POSIXLY_CORRECT"); /* getopt(3): options may stand behind operands, as in all usages here */
	if (argc < 2) {
		help_print(&hobnail_verb, stderr);
		return STATUS_TROUBLE;
	}
	if (strcmp(argv[1], "help") == 0)
		return print_help(argv[2]);
	return run_verb_in(argc, argv);
}
