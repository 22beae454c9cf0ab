/* The judge on the memory map and firmware tables, wrong in one place (contract_world.h). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "contract_world.h"

static void ranges_that_are_one_are_one(void **state)
{
	(void)state;
	BREAKS(16, map(2)->type = HOBNAIL_MEMORY_USABLE);
	BREAKS(16, map(1)->type = HOBNAIL_MEMORY_RESERVED);
	KEEPS(16, map(2)->type = HOBNAIL_MEMORY_USABLE, map(2)->attributes = 1);
	KEEPS(16, map(2)->type = HOBNAIL_MEMORY_USABLE, map(1)->bytes -= PAGE_BYTES);
	BREAKS(17, map(0)->type = HOBNAIL_MEMORY_USABLE);
	BREAKS(17, map(0)->type = HOBNAIL_MEMORY_FIRMWARE_BOOT);
	KEEPS(17, boot->memory_map.offset += sizeof(struct hobnail_memory), boot->memory_map.count--);
	says(17, "not in the map");
	BREAKS(18, map(4)->type = 0);
	KEEPS(18, map(4)->type = 1);
	KEEPS(18, map(11)->type = HOBNAIL_MEMORY_SPECIAL);
	BREAKS(18, map(11)->type = HOBNAIL_MEMORY_SPECIAL + 1);
}

static void the_firmware_s_map_is_all_there(void **state)
{
	static const uint32_t kept[] = { 0, 5, 6, 8, 10, 11, 12, 13 }, given[] = { 1, 2, 3, 4, 7, 9, 14 };

	(void)state;
	BREAKS(19, boot->uefi_map_version = 2);
	BREAKS(19, map(1)->bytes -= PAGE_BYTES);
	BREAKS(19, map(11)->base += PAGE_BYTES);
	KEEPS(19, uefi(8)->pages = 0);
	KEEPS(19, uefi(7)->pages = 4);
	BREAKS(19, uefi(7)->pages = 5);
	BREAKS(19, uefi(8)->pages = UINT64_MAX);
	make();
	says(19, "9 descriptors of 48 bytes");
	for (unsigned i = 0; i < COUNT_OF(kept); i++) {
		BREAKS(20, uefi(1)->type = kept[i]); /* usable */
		BREAKS(20, uefi(2)->type = kept[i]); /* the record's, and the loader's */
		BREAKS(20, uefi(8)->type = kept[i], uefi(8)->base += PAGE_BYTES);
		KEEPS(20, uefi(8)->type = kept[i]);
		KEEPS(20, uefi(4)->type = kept[i]);
	}
	for (unsigned i = 0; i < COUNT_OF(given); i++)
		KEEPS(20, uefi(1)->type = given[i]);
	for (uint32_t type = 1; type <= 18; type++) {
		bool reused = type <= 2 || (type >= HOBNAIL_MEMORY_TABLES && type <= HOBNAIL_MEMORY_MODULE);
		WITH(make, 20, reused ? BROKEN : HOLDS, map(11)->type = type);
	}
	BREAKS(20, uefi(8)->base -= PAGE_BYTES, uefi(8)->pages = 2); /* its first page alone */
	BREAKS(20, uefi(5)->pages = 2);                               /* its last */
}

static void what_drivers_had_is_not_usable(void **state)
{
	(void)state;
	BREAKS(117, map(8)->type = HOBNAIL_MEMORY_USABLE);
	BREAKS(117, uefi(1)->type = 3);
	BREAKS(117, uefi(1)->type = 4);
	KEEPS(117, uefi(1)->type = 2);
	KEEPS(117, uefi(1)->type = 5);
	BREAKS(117, uefi(0)->type = 4, uefi(0)->pages = 2);
	KEEPS(117, map(8)->base += PAGE_BYTES, map(8)->bytes -= PAGE_BYTES);
	make();
	says(117, "8 KiB");
	BREAKS(21, map(2)->type = HOBNAIL_MEMORY_NET);
	BREAKS(21, map(2)->bytes = PAGE_BYTES, boot->bytes = PAGE_BYTES + 1);
	KEEPS(21, map(2)->bytes = PAGE_BYTES, boot->bytes = PAGE_BYTES);
}

static void firmware_tables_are_kept_and_are_there(void **state)
{
	uint64_t *const tables[] = { &boot->acpi_rsdp, &boot->smbios, &boot->device_tree, &boot->uefi_system_table };

	(void)state;
	for (unsigned i = 0; i < COUNT_OF(tables); i++) {
		BREAKS(22, *tables[i] = USABLE * PAGE_BYTES);
		BREAKS(22, *tables[i] = BOOT_DATA * PAGE_BYTES);
		BREAKS(22, *tables[i] = LOG * PAGE_BYTES);
		KEEPS(22, *tables[i] = 0);
		KEEPS(22, *tables[i] = 20 * PAGE_BYTES);
	}
	NONE(23, boot->valid &= ~HOBNAIL_HAS_ACPI);
	NONE(23, boot->acpi_rsdp = 20 * PAGE_BYTES);
	BREAKS(23, ram[RSDP * PAGE_BYTES + 7] = '_', ram[RSDP * PAGE_BYTES + 8]--);
	BREAKS(23, ram[RSDP * PAGE_BYTES + 19]++);
	KEEPS(23, ram[RSDP * PAGE_BYTES + 20]++);
	NONE(24, boot->valid &= ~HOBNAIL_HAS_SMBIOS);
	NONE(24, boot->smbios = 20 * PAGE_BYTES);
	KEEPS(24, memcpy(ram + SMBIOS * PAGE_BYTES, "_SM_", 5));
	BREAKS(24, ram[SMBIOS * PAGE_BYTES + 4] = '-');
	BREAKS(24, memcpy(ram + SMBIOS * PAGE_BYTES, "_SM-", 5));
	NONE(25, boot->valid &= ~HOBNAIL_HAS_DEVICE_TREE);
	NONE(25, boot->device_tree = 20 * PAGE_BYTES);
	for (unsigned i = 0; i < 4; i++)
		BREAKS(25, ram[TREE * PAGE_BYTES + i] ^= 1);
	for (unsigned i = 4; i < 8; i++)
		BREAKS(25, ram[TREE * PAGE_BYTES + i] ^= 1);
	BREAKS(25, boot->device_tree_bytes--);
	BREAKS(25, map(9)->bytes = PAGE_BYTES, map(10)->base -= PAGE_BYTES, map(10)->bytes += PAGE_BYTES,
	       map(10)->type = 1);
	NONE(26, boot->uefi_system_table = 20 * PAGE_BYTES);
	BREAKS(26, ram[SYSTEM * PAGE_BYTES + 7] = 'X');
	BREAKS(26, boot->uefi_revision++);
	BREAKS(26, ram[SYSTEM * PAGE_BYTES + 90] = 2); /* where nothing is */
	for (unsigned page = 1; page <= 8; page++)
		BREAKS(26, ram[SYSTEM * PAGE_BYTES + 89] = (uint8_t)(page << 4));
	BREAKS(26, ram[SYSTEM * PAGE_BYTES + 89] = (uint8_t)(BOOT_DATA << 4));
	make();
	says(26, "UEFI 2.10");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ranges_that_are_one_are_one),
		cmocka_unit_test(the_firmware_s_map_is_all_there),
		cmocka_unit_test(what_drivers_had_is_not_usable),
		cmocka_unit_test(firmware_tables_are_kept_and_are_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
