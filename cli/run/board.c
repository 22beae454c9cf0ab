#include "board.h"

#include <string.h>

#include "base.h"

static const struct board boards[] = {
	/* Two UARTs: the mini one, which is the second, has the pins. The Raspberry Pi 4 is in QEMU since 9.0. */
	{ "raspi3b", ARCH_AARCH64, "/usr/lib/u-boot/rpi_3/u-boot.bin", "u-boot-rpi:arm64",
	  "broadcom/bcm2837-rpi-3-b.dtb",
	  "raspberrypi,3-model-b", 4, 1024, 1, "sd" },
	{ "raspi4b", ARCH_AARCH64, "/usr/lib/u-boot/rpi_4/u-boot.bin", "u-boot-rpi:arm64",
	  "broadcom/bcm2711-rpi-4-b.dtb",
	  "raspberrypi,4-model-b", 4, 2048, 1, "sd" },
};

const struct board *board_named(const char *machine)
{
	size_t length = machine ? strcspn(machine, ",") : 0;

	for (size_t i = 0; i < COUNT_OF(boards); i++)
		if (strlen(boards[i].machine) == length && memcmp(boards[i].machine, machine, length) == 0)
			return &boards[i];
	return NULL;
}
