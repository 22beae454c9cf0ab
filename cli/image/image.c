/* image.c — `hobnail image`: a bootable disk image or ISO, without root. */
#include <string.h>

#include "check/check.h"
#include "cli.h"
#include "process.h"
#include "verb.h"
#include "volume.h"

static const struct option options[] = {
	{ "output", required_argument, NULL, 'o' },
	{ "force", no_argument, NULL, 'f' },
	{ "iso", no_argument, NULL, 'i' },
	{ "help", no_argument, NULL, 'h' },
	VOLUME_LONG_OPTIONS,
	{ "entry", required_argument, NULL, VOLUME_ENTRY },
	{ 0 },
};

/* A kernel that this loader cannot boot yet is of no use on its image: by what core/recognise.h calls it. One that it
 * would refuse for another reason is the user's affair: the loader explains that when it is booted. */
static int check_protocol(const char *path)
{
	static struct check c;
	char text[512];
	int status;

	c = (struct check){ 0 };
	status = check_kernel(&c, path);
	if (!status && (strncmp(err_name(c.problem.code), "ERR_IS_", 7) == 0 ||
	                strncmp(err_name(c.problem.code), "ERR_PE_", 7) == 0))
		status = complain(STATUS_TROUBLE, "%s cannot be booted by this loader: %s. Try: %s", path,
		                  check_sentence(&c, text, sizeof text), err_advice(c.problem.code));
	check_close(&c);
	return status;
}

static int check_protocols(const struct strings *kernels)
{
	int status = 0;

	for (size_t i = 0; i < kernels->count && !status; i++)
		status = check_protocol(kernels->at[i]);
	return status;
}

static int check_all_protocols(const struct volume_options *o)
{
	int status = check_protocols(&o->kernels);

	for (size_t i = 0; i < o->entry_count && !status; i++)
		status = check_protocols(&o->entries[i].kernels);
	return status;
}

static int image_command(int argc, char **argv)
{
	struct volume_options volume = { 0 };
	const char *output = NULL;
	int option, status = 0;

	while (!status && (option = verb_option(&image_verb, argc, argv)) != -1) {
		if (option == 'o')
			output = optarg;
		else if (option == 'f')
			volume.force = true;
		else if (option == 'i')
			volume.iso = true;
		else
			status = volume_option(&volume, option, optarg);
	}
	if (status)
		return status;
	if (optind < argc)
		return complain(STATUS_TROUBLE, "what is %s? A kernel is given with --kernel", argv[optind]);
	if (!output)
		return complain(STATUS_TROUBLE, "say where the image goes: -o FILE");

	signals_watch();
	status = check_all_protocols(&volume);
	if (!status)
		status = volume_settle_archs(&volume);
	return status ? status : volume_build(&volume, output);
}

const struct verb image_verb = {
	.name = "image", .summary = "make a bootable disk image",
	.usage = "-o DISK.img [options]", .run = image_command, .letters = "o:h", .options = options,
	.sections = {
	{ "Description",
	  "Makes a GPT disk with a FAT32 system partition that UEFI firmware boots: the loader, a kernel as\n"
	  "/boot/kernel.elf, modules in /boot/modules. The loader's default is to boot that kernel with all\n"
	  "modules, sorted by name; if the options ask for something else, hobnail.conf is generated. With\n"
	  "--entry the image has several entries, each with kernels, modules and a command line of its own;\n"
	  "a file that two entries name is there once. A kernel that is made for another boot protocol, which\n"
	  "this loader cannot boot, is refused by name.\n"
	  "\n"
	  "The same input gives the same bytes, at any time and place: serial number and GUIDs are fixed, and\n"
	  "times are SOURCE_DATE_EPOCH, or 2025-01-01.\n" },
	{ "Options",
	  "  -o, --output FILE     the image to make or replace; a symbolic link is followed. A disk\n"
	  "                        (/dev/sdX, a USB stick) is written into, with its own sector size; sectors\n"
	  "                        that are not part of the image are left alone\n"
	  "  --iso                 make an ISO 9660 image for CDs and DVDs, which also boots as a disk; default if\n"
	  "                        the name ends in .iso\n"
	  "  --force               overwrite a disk that holds data; a disk in use is refused even so\n"
	  VOLUME_HELP
	  "  --entry NAME          begin an entry: --kernel, --linux, --module, --initrd, --devicetree, --cmdline and\n"
	  "                        --verbose behind it are its own; repeatable. A menu offers them, and boots the\n"
	  "                        first one after five seconds; the firmware's load options can name one\n"
	  "  -h, --help            print this help\n" },
	{ "Exit status",
	  "  0  the image is complete\n"
	  "  2  wrong usage, a file or tool is missing, or the image cannot be written; then it is as it was\n" },
	{ "Examples",
	  "    hobnail image -o disk.img --kernel kernel.elf --module initrd.cpio --cmdline \"quiet\"\n"
	  "    hobnail image -o disk.img --linux vmlinuz --initrd initrd.img --cmdline \"root=/dev/vda1\"\n"
	  "    hobnail image -o disk.iso --entry new --kernel x.elf --kernel a.elf --entry old --kernel y.elf\n" },
	{ 0 },
	},
};
