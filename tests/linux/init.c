/* init.c — Linux's first program in tests, alone in its initrd: it prints the kernel's command line and the bytes of
 * /second, a file of another archive, says that it runs, and turns the machine off. */
#include "call.h"

#include <stddef.h>

enum { OUTPUT = 1 }; /* the standard output */

/* Linux, include/uapi/linux/reboot.h, include/uapi/linux/fcntl.h */
enum { AT_FDCWD = -100 };
#define REBOOT_MAGIC     0xfee1dead
#define REBOOT_MAGIC_2   0x28121969
#define REBOOT_POWER_OFF 0x4321fedc

void _start(void);

static void print(const char *text, size_t bytes)
{
	call(CALL_WRITE, OUTPUT, (long)text, (long)bytes, 0, 0);
}

#define SAY(text) print(text, sizeof text - 1)

static void show(const char *path)
{
	char text[512];
	long file = call(CALL_OPENAT, AT_FDCWD, (long)path, 0, 0, 0);
	long bytes = file < 0 ? file : call(CALL_READ, file, (long)text, sizeof text, 0, 0);

	if (bytes <= 0)
		SAY("none\n");
	else
		print(text, (size_t)bytes);
}

void _start(void)
{
	call(CALL_MKDIRAT, AT_FDCWD, (long)"/proc", 0755, 0, 0);
	call(CALL_MOUNT, (long)"proc", (long)"/proc", (long)"proc", 0, 0);
	SAY("init: command line ");
	show("/proc/cmdline");
	SAY("init: second archive ");
	show("/second");
	SAY("init: all is well\n");
	call(CALL_REBOOT, (long)REBOOT_MAGIC, REBOOT_MAGIC_2, REBOOT_POWER_OFF, 0, 0);
	for (;;)
		;
}
