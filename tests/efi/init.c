/* init.c — the first program of a Linux: it prints the kernel's command line and the bytes of a file that came in
 * another archive, and switches the machine off. No libc. */
#include "syscall.h"

#include <stddef.h>

/* Linux, include/uapi/linux/reboot.h, include/uapi/linux/fcntl.h */
enum { AT_FDCWD = -100, OUTPUT = 1 };
#define REBOOT_MAGIC     0xfee1dead
#define REBOOT_MAGIC_2   0x28121969
#define REBOOT_POWER_OFF 0x4321fedc

void _start(void);

static void print(const char *text, size_t bytes)
{
	linux_call(CALL_WRITE, OUTPUT, (long)text, (long)bytes, 0, 0);
}

#define SAY(text) print(text, sizeof text - 1)

static void show(const char *path)
{
	char text[512];
	long file = linux_call(CALL_OPENAT, AT_FDCWD, (long)path, 0, 0, 0);
	long bytes = file < 0 ? file : linux_call(CALL_READ, file, (long)text, sizeof text, 0, 0);

	if (bytes <= 0)
		SAY("(none)\n");
	else
		print(text, (size_t)bytes);
}

void _start(void)
{
	linux_call(CALL_MKDIRAT, AT_FDCWD, (long)"/proc", 0755, 0, 0);
	linux_call(CALL_MOUNT, (long)"proc", (long)"/proc", (long)"proc", 0, 0);
	SAY("init: command line ");
	show("/proc/cmdline");
	SAY("init: second archive ");
	show("/second");
	linux_call(CALL_REBOOT, (long)REBOOT_MAGIC, REBOOT_MAGIC_2, REBOOT_POWER_OFF, 0, 0);
	for (;;)
		;
}
