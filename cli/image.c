/* image.c — `hobnail image`: a bootable disk image or ISO, without root. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "process.h"
#include "volume.h"

static void help(void)
{
	printf("usage: hobnail image -o DISK.img [options]\n"
	       "\n"
	       "Makes a GPT disk with a FAT32 system partition that UEFI firmware boots: the loader, a kernel as\n"
	       "/boot/kernel.elf, modules in /boot/modules. hobnail.conf is generated when the loader's default (that\n"
	       "kernel, all modules by name) is not what the options say. The same input gives the same bytes.\n"
	       "\n"
	       "  -o, --output FILE     the image to make or replace. If it ends in .iso, it is an ISO 9660 image for CDs and\n"
	       "                        DVDs, which boots as a disk, too. A symbolic link is followed. A disk (/dev/sdX, a USB\n"
	       "                        stick) is written into, with its own sector size; what is not the image's is left alone\n"
	       "  --force               write even over a disk that holds data; one that is in use is refused all the same\n"
	       "%s"
	       "\n"
	       "example: hobnail image -o disk.img --kernel kernel.elf --module initrd.cpio --cmdline \"quiet\"\n",
	       volume_help);
}

int image_command(int argc, char **argv)
{
	static const struct option options[] = {
		{ "output", required_argument, NULL, 'o' }, { "force", no_argument, NULL, 'f' }, { "help", no_argument, NULL, 'h' },
		VOLUME_LONG_OPTIONS, { 0 },
	};
	struct volume_options volume = { 0 };
	const char *output = NULL;
	int option, status = 0;

	argv[0] = "hobnail image"; /* as getopt_long() complains */
	while (!status && (option = getopt_long(argc, argv, "o:h", options, NULL)) != -1) {
		if (option == 'h') {
			help();
			return STATUS_OK;
		}
		if (option == 'o')
			output = optarg;
		else if (option == 'f')
			volume.force = true;
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
	status = volume_settle_archs(&volume);
	return status ? status : volume_build(&volume, output);
}
