/* The judge on the record itself and on its facts, wrong in one place (contract_world.h). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "contract_world.h"

/* ---- The record ------------------------------------------------------------------------------------------- */

static void who_the_record_is(void **state)
{
	(void)state;
	BREAKS(1, boot->magic++);
	BREAKS(1, boot->magic = HOBNAIL_VERSION);
	BREAKS(1, boot->version--);
	KEEPS(1, boot->version++);
	BREAKS(1, boot->header_bytes--);
	KEEPS(1, boot->header_bytes++);
	BREAKS(1, boot->arch++);
	BREAKS(2, boot->bytes = boot->header_bytes - 1);
	KEEPS(2, boot->bytes = boot->header_bytes);
	KEEPS(2, boot->bytes = MIB(64));
	BREAKS(2, boot->bytes = MIB(64) + 1);
	BREAKS(2, boot->phys = 0, world.argument_off = 0ull - RECORD);
	BREAKS(2, boot->phys += 8, world.argument_off = 8);
	BREAKS(2, world.argument_off = 4096);
}

static void arrays_lie_inside_the_record_and_apart(void **state)
{
	struct hobnail_array *const all[] = { &boot->memory_map, &boot->uefi_map, &boot->segments, &boot->modules,
	                                      &boot->framebuffers, &boot->cpus, &boot->granted, &boot->stages };
	static const bool needed[] = { true, true, true, false, false, true, false, true };

	(void)state;
	for (unsigned i = 0; i < COUNT_OF(all); i++) {
		BREAKS(3, all[i]->entry_bytes -= 16);
		BREAKS(3, all[i]->entry_bytes += 4);
		BREAKS(3, all[i]->offset += 4);
		BREAKS(3, all[i]->offset = sizeof *boot - 8);
		BREAKS(3, all[i]->offset = (uint32_t)align_down(boot->bytes, 8));
		BREAKS(3, all[i]->offset = all[(i + 1) % COUNT_OF(all)]->offset);
		BREAKS(3, all[i]->count = UINT32_MAX);
		WITH(make, 3, needed[i] ? BROKEN : HOLDS, *all[i] = (struct hobnail_array){ 0 });
	}
	/* To the last byte. */
	KEEPS(3, boot->bytes = (uint32_t)align_up(boot->bytes, 8) + 40, boot->modules.offset = boot->bytes - 64);
	BREAKS(3, boot->bytes = (uint32_t)align_up(boot->bytes, 8) + 40, boot->modules.offset = boot->bytes - 56);
	make();
	says(3, "12 memory ranges, 2 segments, 2 modules, 4 processors");
}

static void strings_lie_inside_the_record_and_end(void **state)
{
	struct hobnail_string *const all[] = { &boot->kernel_path, &boot->cmdline, &boot->loader, &boot->firmware };

	(void)state;
	for (unsigned i = 0; i < COUNT_OF(all); i++) {
		BREAKS(4, all[i]->offset = sizeof *boot - 1);
		BREAKS(4, all[i]->offset = boot->bytes);
		BREAKS(4, all[i]->bytes = boot->bytes - all[i]->offset);
		BREAKS(4, all[i]->bytes = UINT32_MAX);
		BREAKS(4, all[i]->bytes--);
		BREAKS(4, ((char *)boot)[all[i]->offset] = (char)0xff);
		BREAKS(4, ((char *)boot)[all[i]->offset] = 0);
	}
	for (unsigned i = 0; i < 2; i++) {
		BREAKS(4, module(i)->path.bytes--);
		BREAKS(4, module(i)->cmdline.bytes++);
	}
	NONE(4, boot->modules.offset = boot->bytes);
	NONE(4, boot->modules.entry_bytes = 24);
	NONE(4, boot->modules.offset += 4);
	KEEPS(4, boot->modules.count = 0);
	KEEPS(4, boot->bytes = module(1)->cmdline.offset + 1);
	BREAKS(4, boot->bytes = module(1)->cmdline.offset);
}

static void the_memory_map_ascends_in_whole_pages(void **state)
{
	(void)state;
	BREAKS(5, map(3)->bytes = 0);
	BREAKS(5, map(3)->bytes -= 8);
	BREAKS(5, map(11)->base += 8);
	BREAKS(5, map(11)->bytes = 0 - map(11)->base + PAGE_BYTES);
	KEEPS(5, map(11)->bytes = 0 - map(11)->base);
	BREAKS(5, map(10)->base = 0 - PAGE_BYTES);
	BREAKS(5, map(1)->bytes += PAGE_BYTES);
	KEEPS(5, map(1)->bytes -= PAGE_BYTES);
	BREAKS(5, map(11)->base = 0);
	NONE(5, boot->memory_map.offset = boot->bytes);
	make();
	says(5, "12 ranges");
}

/* ---- Facts ------------------------------------------------------------------------------------------------ */

static void what_is_absent_reads_as_zero(void **state)
{
	(void)state;
	for (unsigned bit = 0; bit < 10; bit++)
		if (boot->valid >> bit & 1)
			BREAKS(6, boot->valid &= ~(1ull << bit));
	KEEPS(6, boot->valid &= ~HOBNAIL_HAS_ACPI, boot->acpi_rsdp = 0);
	KEEPS(6, boot->valid &= ~HOBNAIL_HAS_SMBIOS, boot->smbios = 0);
	KEEPS(6, boot->valid &= ~HOBNAIL_HAS_CONSOLE, memset(&boot->console, 0, sizeof boot->console));
	KEEPS(6, boot->valid &= ~HOBNAIL_HAS_BOOT_TIME, boot->boot_time = 0);
	KEEPS(6, boot->valid &= ~HOBNAIL_HAS_ENTROPY, memset(boot->entropy, 0, sizeof boot->entropy));
	KEEPS(6, boot->valid &= ~HOBNAIL_HAS_DIRECT_MAP, boot->direct_map = 0);
	BREAKS(6, boot->device_map = 1);
	BREAKS(6, boot->symbols_phys = 1);
	BREAKS(6, boot->symbols_bytes = 1);
	KEEPS(6, boot->valid |= HOBNAIL_HAS_SYMBOLS, boot->symbols_bytes = boot->symbols_phys = 1);
	KEEPS(6, boot->valid |= HOBNAIL_HAS_DEVICE_MAP, boot->device_map = 1);
	BREAKS(6, boot->valid &= ~HOBNAIL_HAS_DEVICE_TREE, boot->device_tree = 0);
	BREAKS(6, boot->valid &= ~HOBNAIL_HAS_DEVICE_TREE, boot->device_tree_bytes = 0);
	KEEPS(6, boot->valid &= ~HOBNAIL_HAS_DEVICE_TREE, boot->device_tree_bytes = boot->device_tree = 0);
	uint64_t net[4] = { 0 }, tables[3] = { 0 };
	for (unsigned i = 0; i < 4; i++) {
		net[i] = 1;
		BREAKS(6, boot->valid &= ~HOBNAIL_HAS_NET, boot->net_base = net[0], boot->net_bytes = net[1],
		       boot->net_entry = net[2], boot->net_index = (uint32_t)net[3]);
		net[i] = 0;
	}
	KEEPS(6, boot->valid &= ~HOBNAIL_HAS_NET,
	      boot->net_base = boot->net_bytes = boot->net_entry = boot->net_index = 0);
	for (unsigned i = 0; i < 3; i++) {
		tables[i] = 1;
		BREAKS(6, boot->valid &= ~HOBNAIL_HAS_PAGE_TABLES, boot->root = tables[0], boot->lower_root = tables[1],
		       boot->paging_levels = (uint32_t)tables[2]);
		tables[i] = 0;
	}
	KEEPS(6, boot->valid &= ~HOBNAIL_HAS_PAGE_TABLES, boot->root = boot->lower_root = boot->paging_levels = 0);
	for (unsigned i = 0; i < 12; i++)
		BREAKS(7, map(i)->reserved = 1);
	for (unsigned i = 0; i < 2; i++)
		BREAKS(7, segment(i)->reserved = 1);
	for (unsigned i = 0; i < 8; i++)
		BREAKS(7, stage(i)->reserved = 1);
}

static void what_was_asked_for_is_granted_and_nothing_else(void **state)
{
	(void)state;
	BREAKS(8, grant(0)->request = HOBNAIL_REQUEST_RECURSIVE, grant(0)->value = 1);
	KEEPS(8, world.note[0].type &= ~HOBNAIL_REQUIRED, boot->granted.offset += 16, boot->granted.count--);
	BREAKS(8, grant(0)->flags = 0);
	BREAKS(8, grant(1)->flags = HOBNAIL_REQUIRED);
	BREAKS(8, grant(0)->value = 9999);
	KEEPS(8, grant(0)->value = 10000);
	KEEPS(8, grant(1)->value = 77);
	BREAKS(8, grant(2)->value++);
	BREAKS(8, grant(2)->value -= 1ull << 40);
	BREAKS(8, grant(2)->request = 77);
	BREAKS(8, *grant(2) = *grant(1));
	make();
	says(8, "3 of 4");
}

static void stages_are_complete_and_ascend(void **state)
{
	(void)state;
	BREAKS(9, boot->stages.count--);
	BREAKS(9, boot->stages.count++);
	for (unsigned i = 0; i < 8; i++)
		BREAKS(9, stage(i)->stage++);
	BREAKS(9, stage(3)->counter = 299);
	KEEPS(9, stage(3)->counter = 300);
	KEEPS(9, stage(7)->counter = AFTER);
	BREAKS(9, stage(7)->counter = AFTER + 1);
	BREAKS(9, for (unsigned i = 0; i < 8; i++) stage(i)->counter = 0);
	make();
	says(9, "8 stages");
	BREAKS(10, boot->counter_hz++);
	NONE(11, boot->valid &= ~HOBNAIL_HAS_BOOT_TIME);
	BREAKS(11, boot->boot_time = 1577836799);
	KEEPS(11, boot->boot_time = 1577836800);
	KEEPS(11, boot->boot_time = 4102444799);
	BREAKS(11, boot->boot_time = 4102444800);
}

static void log_name_and_chance(void **state)
{
	(void)state;
	BREAKS(12, boot->log_bytes = 0);
	KEEPS(12, map(LOG - 4)->type = HOBNAIL_MEMORY_RECORD);
	BREAKS(12, map(LOG - 4)->type = HOBNAIL_MEMORY_KERNEL);
	BREAKS(12, boot->log_bytes = PAGE_BYTES + 1);
	BREAKS(12, ram[LOG * PAGE_BYTES + 2] = 0);
	BREAKS(12, boot->log_bytes = 7);
	BREAKS(12, map(LOG - 4)->attributes = 1);
	BREAKS(13, ((char *)boot)[boot->loader.offset] = 'h');
	BREAKS(13, ((char *)boot)[boot->loader.offset + 7] = '-');
	KEEPS(13, ((char *)boot)[boot->loader.offset + 8] = '9');
	NONE(14, boot->valid &= ~HOBNAIL_HAS_ENTROPY);
	BREAKS(14, memset(boot->entropy, 7, sizeof boot->entropy));
	BREAKS(14, for (unsigned i = 0; i < 64; i++) boot->entropy[i] = i < 16 ? (uint8_t)i : 15);
	KEEPS(14, for (unsigned i = 0; i < 64; i++) boot->entropy[i] = i < 17 ? (uint8_t)i : 16);
	KEEPS(14, for (unsigned i = 0; i < 64; i++) boot->entropy[i] = i > 47 ? (uint8_t)i : 0);
	KEEPS(15, boot->secure_boot = HOBNAIL_SECURE_BOOT_ON);
	says(15, "on");
	make();
	says(15, "off");
	KEEPS(15, boot->secure_boot = HOBNAIL_SECURE_BOOT_UNKNOWN);
	says(15, "unknown");
	BREAKS(15, boot->secure_boot = 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_the_record_is),
		cmocka_unit_test(arrays_lie_inside_the_record_and_apart),
		cmocka_unit_test(strings_lie_inside_the_record_and_end),
		cmocka_unit_test(the_memory_map_ascends_in_whole_pages),
		cmocka_unit_test(what_is_absent_reads_as_zero),
		cmocka_unit_test(what_was_asked_for_is_granted_and_nothing_else),
		cmocka_unit_test(stages_are_complete_and_ascend),
		cmocka_unit_test(log_name_and_chance),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
