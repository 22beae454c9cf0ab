/* verbs.c — the list of all verbs, and the command without one: hobnail --version and the like. */
#include <stdio.h>
#include <stdlib.h>

#include "cli.h"
#include "help/help.h"
#include "image/volume.h"
#include "verb.h"

const struct verb *const verbs[] = {
	&check_verb, &explain_verb, &image_verb, &map_verb, &new_verb, &run_verb, NULL,
};

int verb_option(const struct verb *v, int argc, char **argv)
{
	int option = getopt_long(argc, argv, v->letters, v->options, NULL);

	if (option != 'h')
		return option;
	help_print(v, stdout);
	exit(output_end(STATUS_OK));
}

static int print_version(void)
{
	printf("hobnail " HOBNAIL_RELEASE "\n");
	for (enum arch a = ARCH_NONE + 1; a < ARCH_COUNT; a++) {
		char *loader = volume_own_loader(a);
		if (loader)
			printf("loader for %s: %s\n", arch_info[a].name, loader);
		free(loader);
	}
	return STATUS_OK;
}

enum { MAN = 256, COMPLETION };

static int hobnail_command(int argc, char **argv)
{
	int option = verb_option(&hobnail_verb, argc, argv);

	switch (option) {
	case 'V':
		return print_version();
	case MAN:
		help_man(stdout);
		return STATUS_OK;
	case COMPLETION:
		if (help_completion(optarg, stdout))
			return STATUS_OK;
		return complain(STATUS_TROUBLE, "--completion %s: say bash, zsh or fish", optarg);
	case -1:
		return complain(STATUS_TROUBLE, "there is no command %s: hobnail --help lists them", argv[optind]);
	default: /* getopt_long() has complained */
		return STATUS_TROUBLE;
	}
}

static const struct option options[] = {
	{ "version", no_argument, NULL, 'V' }, { "man", no_argument, NULL, MAN },
	{ "completion", required_argument, NULL, COMPLETION }, { "help", no_argument, NULL, 'h' }, { 0 },
};

/* "+": options behind the verb are the verb's. */
const struct verb hobnail_verb = {
	.name = "hobnail", .summary = "boot, check and debug kernels under UEFI",
	.usage = "COMMAND ...", .run = hobnail_command, .letters = "+hV", .options = options,
	.sections = {
	{ "Description",
	  "Hobnail is a UEFI boot loader for people who write kernels. This command does what they do all\n"
	  "day: it makes a new kernel, judges one, boots it in QEMU, and writes it onto a disk. It needs no root.\n" },
	{ "Options",
	  "  -h, --help          print this help; hobnail COMMAND --help explains a command\n"
	  "  -V, --version       print the version, and the paths of the loaders that go onto disks\n"
	  "  --man               print the manual page, in roff: hobnail --man | man -l -\n"
	  "  --completion bash|zsh|fish\n"
	  "                      print the completion for that shell; make install installs all three\n" },
	{ "Exit status",
	  "  0  good\n"
	  "  1  a verdict: the kernel would not boot, or the run was not as expected\n"
	  "  2  wrong usage, or a file or tool is missing; the message names Debian's package\n"
	  "hobnail run has more, and passes on the guest's own status.\n" },
	{ "Environment",
	  "  PATH               where QEMU, mtools, xorriso and gdb are searched for; then in /usr/sbin and /sbin\n"
	  "  TMPDIR             the place of temporary files, removed at the end; default: /tmp\n"
	  "  HOBNAIL_ACCEL      who executes the guests of hobnail run: auto, tcg or kvm; default: auto\n"
	  "  XDG_CACHE_HOME     the place of the folder hobnail, which has kept machines; default: ~/.cache\n"
	  "  XDG_CONFIG_HOME    the place of the folder qemu/firmware, whose descriptors of firmware come before the\n"
	  "                     system's; default: ~/.config\n"
	  "  HOME               what ~ stands for\n"
	  "  TERM               if it is dumb or missing: no colours on a terminal, and no line that says what is\n"
	  "                     waited for. A pipe never gets them\n"
	  "  NO_COLOR           if it is not empty: no colours on a terminal\n"
	  "  DISPLAY, WAYLAND_DISPLAY\n"
	  "                     one of them must be set for windows: hobnail run --display gtk or sdl\n"
	  "  SOURCE_DATE_EPOCH  the time of files in images, in seconds since 1970; default: 2025-01-01\n" },
	{ "Files",
	  "  ../share/hobnail   loaders, beside the folder of the command\n" },
	{ "Examples",
	  "    hobnail new mykernel\n"
	  "    hobnail check kernel.elf\n"
	  "    hobnail run kernel.elf --expect \"it works\"\n"
	  "    hobnail image -o stick.img --kernel kernel.elf\n" },
	{ 0 },
	},
};
