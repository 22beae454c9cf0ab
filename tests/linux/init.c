/* init.c — Linux's first program in tests, alone in its initrd: it says that it runs, and turns the machine off. */
#include "call.h"

/* Linux, include/uapi/linux/reboot.h */
enum { REBOOT_MAGIC_1 = 0xfee1dead, REBOOT_MAGIC_2 = 672274793, REBOOT_POWER_OFF = 0x4321fedc };

static const char text[] = "init: all is well\n";

void _start(void);
void _start(void)
{
	call(CALL_WRITE, 1, (long)text, sizeof text - 1);
	call(CALL_REBOOT, REBOOT_MAGIC_1, REBOOT_MAGIC_2, REBOOT_POWER_OFF);
	for (;;)
		;
}
