/* main.c — the host command `hobnail`: which part of it is meant. */
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "volume_internal.h"

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *what;
} commands[] = {
	{ "image", image_command, "make a bootable disk image" },
	{ "run", run_command, "boot a kernel in QEMU under UEFI firmware, and judge what it prints" },
};

int complain(int status, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fflush(stdout);
	fputs("hobnail: ", stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	va_end(args);
	return status;
}

static void help(FILE *out)
{
	fputs("usage: hobnail COMMAND ...\n\n", out);
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		fprintf(out, "  %-8s %s\n", commands[i].name, commands[i].what);
	fputs("\nhobnail COMMAND --help explains one; hobnail --version says which this is, and where its loaders are.\n", out);
}

static void version(void)
{
	printf("hobnail " HOBNAIL_RELEASE "\n");
	for (enum arch a = ARCH_NONE + 1; a < ARCH_COUNT; a++) {
		char *loader = volume_own_loader(a);
		if (loader)
			printf("loader for %s: %s\n", arch_info[a].name, loader);
		free(loader);
	}
}

/* What is opened later must not become standard input, output or error. */
static void descriptors_settle(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}

int main(int argc, char **argv)
{
	descriptors_settle();
	if (argc < 2) {
		help(stderr);
		return STATUS_TROUBLE;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0) {
		help(stdout);
		return STATUS_OK;
	}
	if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0) {
		version();
		return STATUS_OK;
	}
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (strcmp(argv[1], commands[i].name) == 0)
			return commands[i].run(argc - 1, argv + 1);
	return complain(STATUS_TROUBLE, "there is no command %s: hobnail --help lists them", argv[1]);
}
