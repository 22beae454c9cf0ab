/* The judge on consoles and displays, wrong in one place (contract_world.h). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "contract_world.h"

static void the_console_is_one(void **state)
{
	(void)state;
	NONE(55, boot->valid &= ~HOBNAIL_HAS_CONSOLE);
	BREAKS(55, boot->console.kind = 0);
	KEEPS(55, boot->console.kind = 1);
	KEEPS(55, boot->console.kind = 4);
	BREAKS(55, boot->console.kind = 5);
	BREAKS(55, boot->console.source = 0);
	KEEPS(55, boot->console.source = 4);
	BREAKS(55, boot->console.source = 5);
	KEEPS(55, boot->console.access_bytes = 1);
	KEEPS(55, boot->console.access_bytes = 2);
	BREAKS(55, boot->console.access_bytes = 3);
	BREAKS(55, boot->console.access_bytes = 8);
	KEEPS(55, boot->console.register_shift = 3);
	BREAKS(55, boot->console.register_shift = 4);
	BREAKS(55, boot->console.phys = 0);
	BREAKS(55, world.console_silent = true);
	NONE(56, boot->valid &= ~HOBNAIL_HAS_CONSOLE);
	BREAKS(56, boot->console.kind = HOBNAIL_CONSOLE_16550_PORT);
	KEEPS(56, boot->console.kind = HOBNAIL_CONSOLE_16550_PORT, boot->console.virt = 0);
	BREAKS(56, world.translation_off = true);
	KEEPS(56, world.translation_off = true, boot->console.virt = 0);
	BREAKS(56, boot->net_base = NET + 0x9000);
	BREAKS(56, boot->net_base = NET + 0x8000 - NET_SLOT);
	KEEPS(56, boot->net_base = NET + 0x8000);
	KEEPS(56, boot->net_base = NET + 0x9000 - NET_SLOT);
	BREAKS(56, world.leaf[0].walk.phys += 0x1000);
	BREAKS(56, world.leaf[0].walk.writable = false);
	BREAKS(56, world.leaf[0].walk.executable = true);
	BREAKS(56, world.leaf[0].walk.memory = WALK_NORMAL);
	BREAKS(56, world.leaf[0].va += 0x1000);
	/* 32 bytes of registers that go on in the next page, and that do not. */
	BREAKS(56, boot->console.virt += 0xefc, boot->console.phys += 0xefc);
	KEEPS(56, boot->console.virt += 0xee0, boot->console.phys += 0xee0);
}

static void displays_are_as_large_as_their_modes(void **state)
{
	(void)state;
	NONE(57, boot->framebuffers.count = 0);
	BREAKS(57, display()->bits_per_pixel = 0);
	BREAKS(57, display()->bits_per_pixel = 31);
	BREAKS(57, display()->bits_per_pixel = 40);
	KEEPS(57, display()->bits_per_pixel = 24);
	BREAKS(57, display()->bits_per_pixel = 16);
	KEEPS(57, display()->bits_per_pixel = 8, display()->red_mask = 0xe0, display()->green_mask = 0x1c,
	      display()->blue_mask = 3);
	BREAKS(57, display()->red_mask = 0);
	BREAKS(57, display()->green_mask = 0);
	BREAKS(57, display()->blue_mask = 0);
	BREAKS(57, display()->green_mask = 0x1ff00);
	KEEPS(57, display()->red_mask = 0xff000000);
	BREAKS(57, display()->phys = 0);
	BREAKS(57, display()->width = 0);
	BREAKS(57, display()->height = 0);
	BREAKS(57, display()->width = 129);
	BREAKS(57, display()->pitch = 399, display()->bytes = 1 << 20);
	KEEPS(57, display()->pitch = 400, display()->bytes = 20 * 400);
	BREAKS(57, display()->bytes--);
	make();
	says(57, "100x20");
	NONE(58, boot->framebuffers.count = 0);
	BREAKS(58, world.leaf[1].walk.memory = WALK_DEVICE);
	BREAKS(58, world.leaf[2].walk.memory = WALK_NORMAL);
	BREAKS(58, world.leaf[2].walk.phys += 0x1000);
	BREAKS(58, world.leaves--);
	BREAKS(58, world.leaf[2].va += 0x1000);
	says(58, "0xffffff8000012000 is not mapped");
	make();
	says(58, "12 KiB at 0xffffff8000010000");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_console_is_one),
		cmocka_unit_test(displays_are_as_large_as_their_modes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
