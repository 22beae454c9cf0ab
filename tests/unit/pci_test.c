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
static bool by_ports, mapped, no_room, named;
static unsigned port_reads;

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
	port_reads = 0;
}

/* ---- What pci.c asks for ------------------------------------------------------------------------------- */

uint32_t arch_pci(unsigned at, unsigned reg, const uint32_t *value)
{
	port_reads++;
	if (!by_ports || at >= FUNCTIONS || space[at][0] == UINT32_MAX)
		return UINT32_MAX;
	if (value)
		space[at][reg / 4] = *value;
	return space[at][reg / 4];
}

static void *map(paddr phys, uint64_t bytes)
{
	assert_int_equal(phys, 0x4010000000);
	assert_int_equal(bytes, sizeof space);
	mapped = true;
	return no_room ? NULL : space;
}

/* MCFG alone in an XSDT. */
static uint8_t tables[200];

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
	uint8_t *xsdt = tables + 100, *mcfg = tables + 8;
	uint64_t base = 0x4010000000;

	(void)boot;
	if (!named)
		return false;
	memset(tables, 0, sizeof tables);
	memcpy(mcfg, "MCFG", 4);
	mcfg[4] = 60;
	memcpy(mcfg + 44, &base, 8);
	mcfg[55] = BUSES - 1;
	sum(mcfg, 60);
	memcpy(xsdt, "XSDT", 4);
	xsdt[4] = 44;
	xsdt[36] = 8;
	sum(xsdt, 44);
	*out = (struct acpi){ .reader = { read_table, NULL }, .root = 100, .pointer_bytes = 8, .count = 1 };
	return true;
}

bool memory_tree(const struct hobnail_boot *boot, struct fdt *out)
{
	(void)boot, (void)out;
	return false;
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

/* Then memory that they may write to must not be used. */
static void what_cannot_be_reached_is_said(void **state)
{
	(void)state;
	machine();
	named = no_room = true;
	assert_false(pci_stop(NULL, map));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(masters_behind_ports_are_stopped),
		cmocka_unit_test(masters_that_tables_name_are_stopped),
		cmocka_unit_test(without_any_pci_there_is_nothing_to_stop),
		cmocka_unit_test(what_cannot_be_reached_is_said),
	};

	return cmocka_run_group_tests_name("pci", tests, NULL, NULL);
}
