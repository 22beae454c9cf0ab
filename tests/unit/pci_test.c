/* A machine of a few functions, behind ports or in a configuration space that a device tree or ACPI names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "memory.h"
#include "pci.h"

enum { BUSES = 2, FUNCTIONS = BUSES * 256, REGISTERS = 1024 };

/* Configuration space, a register a word. What is not there has all bits set. */
static uint32_t space[FUNCTIONS][REGISTERS];
static bool by_ports, has_ports, mapped, no_room, named;
/* What the device tree's bridge is compatible with. NULL: there is no device tree; "none": no bridge is in it. */
static const char *bridge;
static unsigned entries;   /* of MCFG, all the same */
static unsigned port_reads, last_asked;

static unsigned function(unsigned bus, unsigned device, unsigned number)
{
	return bus * 256 + device * 8 + number;
}

static void there(unsigned at, uint32_t class, uint32_t command, bool many)
{
	space[at][0] = 0x12348086;
	space[at][1] = 0xffff0000 | command; /* status bits that a one would clear */
	space[at][2] = class << 24;
	space[at][3] = many ? 1u << 23 : 0;
}

static void machine(void)
{
	memset(space, 0xff, sizeof space);
	there(function(0, 0, 0), 0x06, 7, false);
	there(function(0, 1, 0), 0x03, 7, false);
	there(function(0, 2, 0), 0x01, 7, false);
	there(function(0, 31, 0), 0x06, 7, true);
	there(function(0, 31, 2), 0x01, 0x107, false);
	there(function(0, 31, 7), 0x0c, 3, false);
	there(function(1, 0, 0), 0x02, 6, false);
	by_ports = mapped = no_room = named = false;
	has_ports = true;
	bridge = NULL;
	entries = 1;
	port_reads = 0;
}

/* ---- What pci.c asks for ------------------------------------------------------------------------------- */

uint32_t arch_pci(unsigned at, unsigned reg, const uint32_t *value)
{
	port_reads++;
	last_asked = at;
	if (!by_ports || at >= FUNCTIONS || space[at][0] == UINT32_MAX)
		return UINT32_MAX;
	if (value)
		space[at][reg / 4] = *value;
	return space[at][reg / 4];
}

bool arch_has_pci_ports(void)
{
	return has_ports;
}

static void *map(paddr phys, uint64_t bytes)
{
	assert_int_equal(phys, 0x4010000000);
	assert_int_equal(bytes, sizeof space);
	mapped = true;
	return no_room ? NULL : space;
}

/* MCFG alone in an XSDT. */
enum { XSDT_AT = 400, ENTRIES_MOST = 16 };
static uint8_t tables[XSDT_AT + 44];

static void sum(uint8_t *at, unsigned bytes)
{
	uint8_t s = 0;

	for (unsigned i = 0; i < bytes; i++)
		s = (uint8_t)(s + at[i]);
	at[9] = (uint8_t)(at[9] - s);
}

static const void *read_table(void *context, paddr at, uint64_t bytes)
{
	(void)context;
	return range_within(at, bytes, sizeof tables) ? tables + at : NULL;
}

bool memory_acpi(const struct hobnail_boot *boot, struct acpi *out)
{
	uint8_t *xsdt = tables + XSDT_AT, *mcfg = tables + 8;
	uint64_t base = 0x4010000000;

	(void)boot;
	if (!named)
		return false;
	memset(tables, 0, sizeof tables);
	memcpy(mcfg, "MCFG", 4);
	mcfg[4] = (uint8_t)(44 + 16 * entries);
	mcfg[5] = (uint8_t)((44 + 16 * entries) >> 8);
	for (unsigned i = 0; i < entries; i++) {
		memcpy(mcfg + 44 + 16 * i, &base, 8);
		mcfg[55 + 16 * i] = BUSES - 1;
	}
	sum(mcfg, 44 + 16 * entries);
	memcpy(xsdt, "XSDT", 4);
	xsdt[4] = 44;
	xsdt[36] = 8;
	sum(xsdt, 44);
	*out = (struct acpi){ .reader = { read_table, NULL }, .root = XSDT_AT, .pointer_bytes = 8, .count = 1 };
	return true;
}

/* A host bridge alone in a device tree. */
static uint8_t blob[400];
static uint32_t blob_bytes;

static void cell(uint32_t value)
{
	uint8_t bytes[] = { (uint8_t)(value >> 24), (uint8_t)(value >> 16), (uint8_t)(value >> 8), (uint8_t)value };

	memcpy(blob + blob_bytes, bytes, 4);
	blob_bytes += 4;
}

static void text(const char *string)
{
	memcpy(blob + blob_bytes, string, strlen(string) + 1);
	blob_bytes = (uint32_t)align_up(blob_bytes + strlen(string) + 1, 4);
}

static void property(uint32_t name, size_t bytes)
{
	cell(3);
	cell((uint32_t)bytes);
	cell(name);
}

bool memory_tree(const struct hobnail_boot *boot, struct fdt *out)
{
	static const char names[] = "#address-cells\0#size-cells\0device_type\0compatible\0reg";
	enum { ADDRESS = 0, SIZE = 15, TYPE = 27, COMPATIBLE = 39, REG = 50 };

	(void)boot;
	if (!bridge)
		return false;
	memset(blob, 0, sizeof blob);
	blob_bytes = 0;
	cell(1), text("");
	property(ADDRESS, 4), cell(2);
	property(SIZE, 4), cell(2);
	cell(1), text("pci");
	property(TYPE, 4), text(strcmp(bridge, "none") == 0 ? "pc?" : "pci");
	property(COMPATIBLE, strlen(bridge) + 1), text(bridge);
	property(REG, 16), cell(0x40), cell(0x10000000), cell(0), cell(sizeof space);
	cell(2), cell(2), cell(9);
	uint32_t strings = blob_bytes;
	memcpy(blob + strings, names, sizeof names);
	*out = (struct fdt){ blob, strings + (uint32_t)sizeof names, 0, strings, strings, sizeof names };
	return true;
}

/* ---- The promises -------------------------------------------------------------------------------------- */

static uint32_t command(unsigned at)
{
	return space[at][1] & 0xffff;
}

static void check_stopped(void)
{
	assert_int_equal(command(function(0, 0, 0)), 7); /* bridges and displays stay as they are */
	assert_int_equal(command(function(0, 1, 0)), 7);
	assert_int_equal(command(function(0, 31, 0)), 7);
	assert_int_equal(command(function(0, 2, 0)), 3);
	assert_int_equal(command(function(0, 31, 2)), 0x103);
	assert_int_equal(command(function(0, 31, 7)), 3);
	assert_int_equal(command(function(1, 0, 0)), 2); /* behind a bridge */
	assert_int_equal(space[function(0, 2, 0)][1] >> 16, 0); /* no status bit was cleared */
}

static void masters_behind_ports_are_stopped(void **state)
{
	(void)state;
	machine();
	by_ports = true;
	assert_true(pci_stop(NULL, map));
	assert_false(mapped);
	check_stopped();
	assert_int_equal(last_asked, function(255, 31, 0)); /* and all buses are asked */
}

static void masters_that_tables_name_are_stopped(void **state)
{
	(void)state;
	machine();
	named = true;
	assert_true(pci_stop(NULL, map));
	assert_int_equal(port_reads, 0);
	check_stopped();
}

static void without_any_pci_there_is_nothing_to_stop(void **state)
{
	(void)state;
	machine();
	assert_true(pci_stop(NULL, map));
	assert_int_equal(command(function(0, 2, 0)), 7);
}

/* A bridge may stand in the DSDT alone, which pith does not read. A device tree without one means that there is
 * none. */
static void without_ports_and_tables_nothing_is_known(void **state)
{
	(void)state;
	machine();
	has_ports = false;
	assert_false(pci_stop(NULL, map));
	named = true;
	assert_true(pci_stop(NULL, map));
	check_stopped();
	machine();
	has_ports = false;
	bridge = "none";
	assert_true(pci_stop(NULL, map));
}

/* Then memory that they may write to must not be used. */
static void what_cannot_be_reached_is_said(void **state)
{
	(void)state;
	machine();
	named = no_room = true;
	assert_false(pci_stop(NULL, map));
}

static void masters_that_a_device_tree_names_are_stopped(void **state)
{
	(void)state;
	machine();
	bridge = "pci-host-ecam-generic";
	assert_true(pci_stop(NULL, map));
	assert_int_equal(port_reads, 0);
	check_stopped();
}

/* Its configuration space is reached in a way of its own. What can be stopped, is. */
static void a_bridge_without_ecam_cannot_be_passed(void **state)
{
	(void)state;
	machine();
	bridge = "brcm,bcm2711-pcie";
	assert_false(pci_stop(NULL, map));
	machine();
	bridge = "brcm,bcm2711-pcie";
	named = true;
	assert_false(pci_stop(NULL, map));
	check_stopped();
}

static void a_full_list_may_lack_some(void **state)
{
	(void)state;
	machine();
	named = true;
	entries = ENTRIES_MOST - 1;
	assert_true(pci_stop(NULL, map));
	entries = ENTRIES_MOST;
	assert_false(pci_stop(NULL, map));
	check_stopped();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(masters_behind_ports_are_stopped),
		cmocka_unit_test(masters_that_tables_name_are_stopped),
		cmocka_unit_test(without_any_pci_there_is_nothing_to_stop),
		cmocka_unit_test(without_ports_and_tables_nothing_is_known),
		cmocka_unit_test(what_cannot_be_reached_is_said),
		cmocka_unit_test(masters_that_a_device_tree_names_are_stopped),
		cmocka_unit_test(a_bridge_without_ecam_cannot_be_passed),
		cmocka_unit_test(a_full_list_may_lack_some),
	};

	return cmocka_run_group_tests_name("pci", tests, NULL, NULL);
}
