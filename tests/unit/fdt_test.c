/* Device trees, whole and broken (tree.h). */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tables.h"
#include "tree.h"

enum { MAX_BYTES = 32768 };

/* ---- The writer ---------------------------------------------------------------------------------------- */

static uint8_t *blob;
static uint32_t blob_bytes;

static void begin(void)
{
	tree_begin(MAX_BYTES);
}

static void finish_raw(void)
{
	free(blob);
	blob = tree_blob(&blob_bytes);
}

static struct fdt finish(void)
{
	struct fdt f;

	word(9);
	finish_raw();
	assert_int_equal(fdt_open(blob, blob_bytes, &f, NULL), OK);
	return f;
}

static void begin_root(uint32_t address_cells, uint32_t size_cells)
{
	begin();
	open_node("");
	CELLS("#address-cells", address_cells);
	CELLS("#size-cells", size_cells);
}

static void chosen(const char *path)
{
	open_node("chosen");
	text("stdout-path", path);
	close_node();
}

static void expect_refused(uint64_t length, uint32_t offset)
{
	struct fdt f;
	struct problem p = { 0 };

	assert_int_equal(fdt_open(blob, length, &f, &p), ERR_FDT);
	assert_int_equal(p.code, ERR_FDT);
	assert_int_equal(p.offset, offset);
}

static int tear_down(void **state)
{
	(void)state;
	tree_end();
	free(blob);
	blob = NULL;
	return 0;
}

/* ---- Opening ------------------------------------------------------------------------------------------- */

static void total_bytes_are_known_from_the_first_eight(void **state)
{
	(void)state;
	begin_root(2, 2);
	close_node();
	finish();
	assert_int_equal(fdt_total_bytes(blob), blob_bytes);
	blob[0]++;
	assert_int_equal(fdt_total_bytes(blob), 0);
}

static void every_header_field_that_cannot_be_is_refused_by_its_offset(void **state)
{
	static const struct { uint32_t at, value; } wrong[] = {
		{ 0, 0xd00dfeee }, { 4, 39 }, { 4, 0xffffffff }, { 8, 0xfffffff0 }, { 8, 36 }, { 8, 57 },
		{ 12, 0xffffffff }, { 20, 16 }, { 24, 18 }, { 32, 0xffffffff }, { 36, 0xffffffff },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(wrong); i++) {
		begin_root(2, 2);
		close_node();
		finish();
		be32_to(blob + wrong[i].at, wrong[i].value);
		expect_refused(blob_bytes, wrong[i].at);
	}
}

static void a_blob_that_is_shorter_than_it_says_is_refused(void **state)
{
	(void)state;
	begin_root(2, 2);
	close_node();
	finish();
	for (uint32_t length = 0; length < blob_bytes; length++)
		expect_refused(length, length < HEADER ? length : 4);
}

static void a_later_compatible_version_is_read(void **state)
{
	struct fdt f;

	(void)state;
	begin_root(2, 2);
	close_node();
	finish();
	be32_to(blob + 20, 18);
	be32_to(blob + 24, 17);
	assert_int_equal(fdt_open(blob, blob_bytes, &f, NULL), OK);
	assert_int_equal(fdt_open(blob, blob_bytes + 100, &f, NULL), OK);
}

/* What is written between begin() and here must be refused where `at` bytes of structure are read. */
static void expect_structure_refused(uint32_t at)
{
	finish_raw();
	expect_refused(blob_bytes, TREE_STRUCTURE + at);
}

static void a_structure_that_is_no_tree_is_refused_where_it_goes_wrong(void **state)
{
	(void)state;
	begin();
	expect_structure_refused(0); /* nothing */
	begin();
	word(9);
	expect_structure_refused(0); /* no root */
	begin();
	word(2);
	expect_structure_refused(0); /* closed before it is opened */
	begin();
	text("name", "value");
	expect_structure_refused(0); /* a property outside */
	begin();
	open_node("");
	word(9);
	expect_structure_refused(8); /* left open */
	begin();
	open_node("");
	close_node();
	expect_structure_refused(12); /* no end */
	begin();
	open_node("");
	close_node();
	open_node("");
	expect_structure_refused(12); /* two roots */
	begin();
	open_node("");
	word(5);
	expect_structure_refused(8); /* no token */
	begin();
	word(1);
	word(0x41414141);
	expect_structure_refused(0); /* a name without end */
}

static void a_property_that_leaves_the_blob_is_refused(void **state)
{
	(void)state;
	begin();
	open_node("");
	text("name", "value");
	close_node();
	word(9);
	finish_raw();
	be32_to(blob + TREE_STRUCTURE + 12, 0x7fffffff); /* length */
	expect_refused(blob_bytes, TREE_STRUCTURE + 8);
	finish_raw();
	be32_to(blob + TREE_STRUCTURE + 12, 0xfffffff8);
	expect_refused(blob_bytes, TREE_STRUCTURE + 8);
	finish_raw();
	be32_to(blob + TREE_STRUCTURE + 16, strings_used); /* name */
	expect_refused(blob_bytes, TREE_STRUCTURE + 8);
	finish_raw();
	/* would wrap to the blob's start */
	be32_to(blob + TREE_STRUCTURE + 16, 0u - (TREE_STRUCTURE + structure_used));
	expect_refused(blob_bytes, TREE_STRUCTURE + 8);
	finish_raw();
	blob[blob_bytes - 1] = 'x'; /* its NUL */
	expect_refused(blob_bytes, TREE_STRUCTURE + 8);

	/* A property without a value ends where its header does: nothing follows. */
	begin();
	open_node("");
	prop("empty", "", 0);
	finish_raw();
	expect_refused(blob_bytes, TREE_STRUCTURE + 8 + 12);
	be32_to(blob + 36, structure_used - 1);
	expect_refused(blob_bytes, TREE_STRUCTURE + 8);
}

static void nesting_is_limited_to_32_levels(void **state)
{
	(void)state;
	for (unsigned depth = 32; depth <= 33; depth++) {
		begin();
		for (unsigned i = 0; i < depth; i++)
			open_node(i ? "n" : "");
		for (unsigned i = 0; i < depth; i++)
			close_node();
		if (depth == 32) {
			finish();
		} else {
			word(9);
			expect_structure_refused(8 * 32);
		}
	}
}

/* ---- Console ------------------------------------------------------------------------------------------- */

static void serial(const char *name, const char *compatible, uint32_t address)
{
	open_node(name);
	text("compatible", compatible);
	CELLS("reg", 0, address, 0, 0x1000);
	close_node();
}

static void expect_console(uint32_t kind, uint64_t phys, uint32_t access_bytes, uint32_t shift)
{
	struct hobnail_console c;
	struct fdt f = finish();

	memset(&c, 0x55, sizeof(c));
	assert_true(fdt_console(&f, &c));
	assert_int_equal(c.kind, kind);
	assert_int_equal(c.phys, phys);
	assert_int_equal(c.virt, 0);
	assert_int_equal(c.source, HOBNAIL_CONSOLE_BY_DEVICE_TREE);
	assert_int_equal(c.access_bytes, access_bytes);
	assert_int_equal(c.register_shift, shift);
}

static void expect_no_console(void)
{
	struct hobnail_console c;
	struct fdt f = finish();

	assert_false(fdt_console(&f, &c));
}

/* What follows the last NUL of the strings block is no name, and no reason to refuse one before it. */
static void names_end_before_the_last_nul_of_the_strings(void **state)
{
	(void)state;
	for (unsigned k = 0; k < 2; k++) {
		begin_root(2, 2);
		chosen("/uart@9000000");
		serial("uart@9000000", "arm,pl011", 0x9000000);
		if (k)
			text("b", "");
		close_node();
		word(9);
		memcpy(strings + strings_used - (k ? 1 : 0), "xyz", 3);
		strings_used += 3 - k;
		finish_raw();
		struct fdt f;
		struct hobnail_console c;
		assert_int_equal(fdt_open(blob, blob_bytes, &f, NULL), k ? ERR_FDT : OK);
		assert_true(k || fdt_console(&f, &c));
	}
}

static void stdout_may_be_a_path(void **state)
{
	(void)state;
	begin_root(2, 2);
	serial("pl011@8000000", "arm,pl011", 0x8000000);
	serial("pl011@9000000", "arm,pl011", 0x9000000);
	chosen("/pl011@9000000");
	close_node();
	expect_console(HOBNAIL_CONSOLE_PL011, 0x9000000, 4, 0);
}

static void stdout_may_carry_options(void **state)
{
	(void)state;
	begin_root(2, 2);
	chosen("/pl011@9000000:115200n8");
	serial("pl011@9000000", "arm,pl011", 0x9000000);
	close_node();
	expect_console(HOBNAIL_CONSOLE_PL011, 0x9000000, 4, 0);
}

static void stdout_may_be_an_alias_with_options(void **state)
{
	(void)state;
	begin_root(2, 2);
	open_node("aliases");
	text("serial", "/nowhere");
	text("serial01", "/nowhere");
	text("serial0", "/pl011@9000000");
	close_node();
	chosen("serial0:115200n8");
	serial("pl011@9000000", "arm,pl011", 0x9000000);
	close_node();
	expect_console(HOBNAIL_CONSOLE_PL011, 0x9000000, 4, 0);
}

/* Devicetree Specification, "/aliases node": 1 to 31 characters. */
static void an_alias_has_at_most_31_characters(void **state)
{
	char name[33] = "serial";

	(void)state;
	for (unsigned length = 30; length <= 32; length++) {
		memset(name + 6, '0', length - 6);
		name[length] = 0;
		begin_root(2, 2);
		open_node("aliases");
		text(name, "/uart@9000000");
		close_node();
		chosen(name);
		serial("uart@9000000", "arm,pl011", 0x9000000);
		close_node();
		if (length <= 31)
			expect_console(HOBNAIL_CONSOLE_PL011, 0x9000000, 4, 0);
		else
			expect_no_console();
	}
}

static void a_path_may_leave_out_the_unit_address(void **state)
{
	(void)state;
	begin_root(2, 2);
	chosen("/uart");
	serial("uarts@1000", "arm,pl011", 0x1000);
	serial("uart@9000000", "arm,pl011", 0x9000000);
	close_node();
	expect_console(HOBNAIL_CONSOLE_PL011, 0x9000000, 4, 0);
}

static void a_stdout_that_leads_nowhere_is_none(void **state)
{
	static const char *const paths[] = {
		"", ":", "/", "/nowhere", "serial0", "serial1", "/uart@9000000/child", "uart@9000000", "serial2",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(paths); i++) {
		begin_root(2, 2);
		open_node("aliases");
		text("serial1", "uart@9000000");
		prop("serial2", "/uart@9000000", 13); /* no NUL */
		close_node();
		chosen(paths[i]);
		serial("uart@9000000", "arm,pl011", 0x9000000);
		close_node();
		expect_no_console();
	}
	begin_root(2, 2);
	serial("uart@9000000", "arm,pl011", 0x9000000);
	close_node();
	expect_no_console();
}

static void expect_kind(const char *list, uint32_t list_bytes, const uint32_t *shift, const uint32_t *width,
                        uint32_t kind, uint32_t access_bytes, uint32_t register_shift)
{
	begin_root(1, 1);
	chosen("/uart");
	open_node("uart");
	prop("compatible", list, list_bytes);
	CELLS("reg", 0x10000000, 0x100);
	if (shift)
		cells("reg-shift", 1, shift);
	if (width)
		cells("reg-io-width", 1, width);
	close_node();
	close_node();
	if (kind)
		expect_console(kind, 0x10000000, access_bytes, register_shift);
	else
		expect_no_console();
}

static void compatible_names_the_kind_and_the_node_its_widths(void **state)
{
	static const uint32_t n0 = 0, n1 = 1, n2 = 2, n3 = 3, n4 = 4;

	(void)state;
	/* Where the node has none. */
	expect_kind("arm,pl011", 10, NULL, NULL, HOBNAIL_CONSOLE_PL011, 4, 0);
	expect_kind("arm,sbsa-uart", 14, NULL, NULL, HOBNAIL_CONSOLE_PL011, 4, 0);
	expect_kind("brcm,bcm2835-aux-uart", 22, NULL, NULL, HOBNAIL_CONSOLE_BCM2835, 4, 2);
	expect_kind("snps,dw-apb-uart", 17, NULL, NULL, HOBNAIL_CONSOLE_16550_MMIO, 1, 0);
	expect_kind("ns16550a", 9, NULL, NULL, HOBNAIL_CONSOLE_16550_MMIO, 1, 0);
	expect_kind("ns16550", 8, NULL, NULL, HOBNAIL_CONSOLE_16550_MMIO, 1, 0);
	/* Where it has. */
	expect_kind("ns16550a", 9, &n3, &n1, HOBNAIL_CONSOLE_16550_MMIO, 1, 3);
	expect_kind("ns16550a", 9, NULL, &n2, HOBNAIL_CONSOLE_16550_MMIO, 2, 0);
	expect_kind("ns16550a", 9, &n2, &n4, HOBNAIL_CONSOLE_16550_MMIO, 4, 2);
	expect_kind("vendor,uart\0snps,dw-apb-uart", 29, &n2, &n4, HOBNAIL_CONSOLE_16550_MMIO, 4, 2);
	expect_kind("snps,dw-apb-uart", 17, &n2, &n1, HOBNAIL_CONSOLE_16550_MMIO, 1, 2);
	expect_kind("arm,pl011\0arm,primecell", 24, &n2, NULL, HOBNAIL_CONSOLE_PL011, 4, 0);
	expect_kind("arm,pl011", 10, NULL, &n2, HOBNAIL_CONSOLE_PL011, 2, 0);
	expect_kind("brcm,bcm2835-aux-uart", 22, &n0, &n1, HOBNAIL_CONSOLE_BCM2835, 4, 2);
	expect_kind("arm,pl0111", 11, NULL, NULL, 0, 0, 0);
	expect_kind("arm,pl01", 9, NULL, NULL, 0, 0, 0);
	expect_kind("arm,pl011", 9, NULL, NULL, 0, 0, 0); /* no NUL */
	expect_kind("", 0, NULL, NULL, 0, 0, 0);
	expect_kind("ns16550a", 9, &n4, NULL, 0, 0, 0);
	expect_kind("ns16550a", 9, NULL, &n3, 0, 0, 0);
	expect_kind("ns16550a", 9, NULL, &n0, 0, 0, 0);
}

static void a_disabled_port_is_none(void **state)
{
	static const struct { const char *status; bool usable; } cases[] = {
		{ "okay", true }, { "ok", true }, { "disabled", false }, { "fail", false }, { "reserved", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		begin_root(1, 1);
		chosen("/uart");
		open_node("uart");
		text("status", cases[i].status);
		text("compatible", "arm,pl011");
		CELLS("reg", 0x9000000, 0x1000);
		close_node();
		close_node();
		if (cases[i].usable)
			expect_console(HOBNAIL_CONSOLE_PL011, 0x9000000, 4, 0);
		else
			expect_no_console();
	}
}

/* The Raspberry Pi 3's shape: /soc is a bus of its own numbering, with one address cell below a two-cell root. */
static void addresses_are_translated_through_every_bus(void **state)
{
	(void)state;
	begin_root(2, 1);
	chosen("/soc/bus@100000/serial@5040");
	open_node("soc");
	CELLS("#address-cells", 1);
	CELLS("#size-cells", 1);
	CELLS("ranges", 0x40000000, 0, 0x40000000, 0x1000, 0x7e000000, 1, 0x3f000000, 0x1000000);
	open_node("bus@100000");
	CELLS("#address-cells", 2);
	CELLS("#size-cells", 2);
	CELLS("ranges", 0, 0x5000, 0x7e215000, 0, 0x1000);
	open_node("serial@5040");
	text("compatible", "brcm,bcm2835-aux-uart");
	CELLS("reg", 0, 0x5040, 0, 0x40);
	close_node();
	close_node();
	close_node();
	close_node();
	expect_console(HOBNAIL_CONSOLE_BCM2835, 0x13f215040, 4, 2);
}

static void expect_translated(unsigned count, const uint32_t *ranges, uint32_t address, uint64_t expected)
{
	begin_root(2, 2);
	chosen("/bus/uart");
	open_node("bus");
	CELLS("#address-cells", 1);
	CELLS("#size-cells", 1);
	if (ranges)
		cells("ranges", count, ranges);
	open_node("uart");
	text("compatible", "arm,pl011");
	CELLS("reg", address, 0x1000);
	close_node();
	close_node();
	close_node();
	if (expected)
		expect_console(HOBNAIL_CONSOLE_PL011, expected, 4, 0);
	else
		expect_no_console();
}

static void a_bus_without_a_way_up_has_no_address(void **state)
{
	static const uint32_t ranges[] = { 0x1000, 0, 0x9000000, 0x1000 },
	                      wrap[] = { 0, 0xffffffff, 0xfffff000, 0x10000 };

	(void)state;
	expect_translated(0, ranges, 0x9000000, 0x9000000); /* empty: the same */
	expect_translated(0, NULL, 0x9000000, 0);           /* absent */
	expect_translated(4, ranges, 0x1800, 0x9000800);
	expect_translated(4, ranges, 0x0fff, 0);            /* in no range */
	expect_translated(4, ranges, 0x2000, 0);
	expect_translated(3, ranges, 0x1800, 0);            /* cut short */
	expect_translated(4, wrap, 0x800, 0xfffffffffffff800);
	expect_translated(4, wrap, 0x1000, 0);              /* wraps */
}

static void a_bus_has_at_most_1024_ranges(void **state)
{
	static uint8_t ranges[1025 * 16];

	(void)state;
	for (uint32_t last = 1023; last <= 1024; last++) {
		begin_root(2, 2);
		chosen("/bus/uart");
		open_node("bus");
		CELLS("#address-cells", 1);
		CELLS("#size-cells", 1);
		memset(ranges, 0, sizeof ranges);
		be32_to(ranges + 16 * last + 8, 0x9000000);
		be32_to(ranges + 16 * last + 12, 0x10000);
		prop("ranges", ranges, sizeof ranges);
		open_node("uart");
		text("compatible", "arm,pl011");
		CELLS("reg", 0x1000, 0x1000);
		close_node();
		close_node();
		close_node();
		if (last < 1024)
			expect_console(HOBNAIL_CONSOLE_PL011, 0x9001000, 4, 0);
		else
			expect_no_console();
	}
}

static void cells_that_cannot_be_translated_have_no_address(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		begin_root(i == 0 ? 3 : i == 1 ? 0 : 2, i == 2 ? 3 : 1);
		chosen("/uart");
		open_node("uart");
		text("compatible", "arm,pl011");
		if (i < 3)
			CELLS("reg", 0, 0, 0x9000000, 0x1000);
		else
			CELLS("reg", 0); /* too short */
		close_node();
		close_node();
		expect_no_console();
	}
}

/* ---- Processors ---------------------------------------------------------------------------------------- */

static void cpu(const char *name, unsigned count, uint32_t high, uint32_t low, const char *status)
{
	open_node(name);
	text("device_type", "cpu");
	if (count == 2)
		CELLS("reg", high, low);
	else
		CELLS("reg", low);
	if (status)
		text("status", status);
}

static void cpus_are_listed_with_both_sizes_of_id(void **state)
{
	(void)state;
	for (unsigned count = 1; count <= 2; count++) {
		struct table_cpu out[8];
		begin_root(2, 2);
		open_node("cpus");
		CELLS("#address-cells", count);
		CELLS("#size-cells", 0);
		open_node("cpu-map");
		open_node("cluster0");
		close_node();
		close_node();
		cpu("cpu@0", count, 0, 0, NULL);
		close_node();
		cpu("cpu@101", count, 1, 0x101, "okay");
		open_node("l2-cache");
		close_node();
		close_node();
		cpu("cpu@2", count, 0, 2, "disabled");
		close_node();
		cpu("cpu@3", count, 0, 3, "fail");
		close_node();
		cpu("cpu@4", count, 0, 4, "fail-sss");
		close_node();
		cpu("hart5", count, 0, 5, NULL);
		close_node();
		cpu("cpu@6", count, 0, 5, NULL); /* listed already */
		close_node();
		open_node("idle-states");
		close_node();
		close_node();
		close_node();
		struct fdt f = finish();
		assert_int_equal(fdt_cpus(&f, out, 8), 4);
		assert_int_equal(out[0].hardware_id, 0);
		assert_true(out[0].enabled);
		assert_int_equal(out[1].hardware_id, count == 2 ? 0x100000101 : 0x101);
		assert_true(out[1].enabled);
		assert_false(out[2].enabled);
		assert_int_equal(out[2].firmware_id, 2);
		assert_int_equal(out[3].hardware_id, 5);
		assert_int_equal(out[3].firmware_id, 5);
		assert_false(out[0].spin_table);
	}
}

static void spin_table_release_addresses_are_read(void **state)
{
	struct table_cpu out[4];

	(void)state;
	begin_root(2, 2);
	open_node("cpus");
	CELLS("#address-cells", 1);
	text("enable-method", "spin-table");
	cpu("cpu@0", 1, 0, 0, NULL);
	CELLS("cpu-release-addr", 1, 0xd8);
	close_node();
	cpu("cpu@1", 1, 0, 1, NULL);
	text("enable-method", "psci");
	CELLS("cpu-release-addr", 0, 0xe0);
	close_node();
	cpu("cpu@2", 1, 0, 2, NULL);
	CELLS("cpu-release-addr", 0xe8);
	close_node();
	cpu("cpu@3", 1, 0, 3, "disabled"); /* which is how a processor that spins is described */
	close_node();
	close_node();
	close_node();
	struct fdt f = finish();
	assert_int_equal(fdt_cpus(&f, out, 4), 4);
	for (unsigned i = 0; i < 4; i++)
		assert_true(out[i].enabled);
	assert_true(out[0].spin_table);
	assert_int_equal(out[0].release, 0x1000000d8);
	assert_false(out[1].spin_table);
	assert_int_equal(out[1].release, 0);
	assert_int_equal(out[2].release, 0xe8);
	assert_false(out[3].spin_table);
}

static void more_cpus_than_room_are_counted_not_written(void **state)
{
	struct table_cpu out[2] = { 0 };

	(void)state;
	begin_root(2, 2);
	open_node("cpus");
	CELLS("#address-cells", 1);
	for (unsigned i = 0; i < 3; i++) {
		cpu("cpu@7", 1, 0, i + 7, NULL);
		close_node();
	}
	cpu("cpu@9", 1, 0, 9, NULL);
	close_node();
	open_node("cpu@a"); /* no reg */
	close_node();
	close_node();
	close_node();
	struct fdt f = finish();
	assert_int_equal(fdt_cpus(&f, out, 1), 4);
	assert_int_equal(out[0].hardware_id, 7);
	assert_int_equal(out[1].hardware_id, 0);
	assert_int_equal(fdt_cpus(&f, NULL, 0), 4);
}

static void psci_is_what_the_node_says(void **state)
{
	static const struct { const char *compatible, *method; uint32_t expected; } cases[] = {
		{ "arm,psci-1.0", "hvc", HOBNAIL_PSCI_HVC },
		{ "arm,psci-0.2", "smc", HOBNAIL_PSCI_SMC },
		{ "arm,psci", "smc", HOBNAIL_PSCI_NONE }, /* 0.1: own function numbers */
		{ "arm,psci-1.0", "trap", HOBNAIL_PSCI_NONE },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		begin_root(2, 2);
		open_node("psci");
		text("compatible", cases[i].compatible);
		text("method", cases[i].method);
		close_node();
		close_node();
		struct fdt f = finish();
		assert_int_equal(fdt_psci(&f), cases[i].expected);
	}
}

/* ---- The interrupt controller of an Arm ---------------------------------------------------------------- */

static void a_gic_of_version_2_has_a_cpu_interface(void **state)
{
	static const char *const kinds[] = { "arm,cortex-a15-gic", "arm,gic-400" };
	struct table_gic gic;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(kinds); i++) {
		begin_root(2, 2);
		open_node("intc@8000000");
		text("compatible", kinds[i]);
		CELLS("reg", 0, 0x8000000, 0, 0x10000, 0, 0x8010000, 0, 0x10000, 0, 0x8030000, 0, 0x10000);
		close_node();
		close_node();
		struct fdt f = finish();
		memset(&gic, 0x55, sizeof gic);
		assert_true(fdt_gic(&f, &gic));
		assert_int_equal(gic.version, 2);
		assert_int_equal(gic.distributor, 0x8000000);
		assert_int_equal(gic.cpu_interface, 0x8010000);
		assert_int_equal(gic.redistributor_count, 0);
	}
}

/* Below a bus with its own numbers, after a node of the same kind that is disabled; the last two regions are the
 * CPU and the virtual interface. */
static void a_gic_of_version_3_has_redistributors(void **state)
{
	struct table_gic gic;

	(void)state;
	for (unsigned regions = 1; regions <= 2; regions++) {
		begin_root(2, 2);
		open_node("intc");
		text("compatible", "arm,gic-v3");
		text("status", "disabled");
		CELLS("reg", 0, 0x1000, 0, 0x10000, 0, 0x80000, 0, 0x20000);
		close_node();
		open_node("soc");
		CELLS("#address-cells", 1);
		CELLS("#size-cells", 1);
		CELLS("ranges", 0x8000000, 1, 0x8000000, 0x10000000);
		open_node("other");
		close_node();
		open_node("intc");
		prop("compatible", "vendor,gic\0arm,gic-v3", 22);
		if (regions != 1)
			CELLS("#redistributor-regions", regions);
		CELLS("reg", 0x8000000, 0x10000, 0x80a0000, 0xf60000, 0x9000000, 0x40000, 0x9100000, 0x2000);
		close_node();
		close_node();
		close_node();
		struct fdt f = finish();
		assert_true(fdt_gic(&f, &gic));
		assert_int_equal(gic.version, 3);
		assert_int_equal(gic.distributor, 0x108000000);
		assert_int_equal(gic.redistributor_count, regions);
		assert_int_equal(gic.redistributors[0].base, 0x1080a0000);
		assert_int_equal(gic.redistributors[0].bytes, 0xf60000);
		assert_true(regions == 1 || gic.redistributors[1].base == 0x109000000);
	}
}

static void expect_no_gic(const char *compatible, uint32_t regions, unsigned count, const uint32_t *reg)
{
	struct table_gic gic = { .version = 77 };

	begin_root(1, 1);
	open_node("intc");
	text("compatible", compatible);
	CELLS("#redistributor-regions", regions);
	cells("reg", count, reg);
	close_node();
	close_node();
	struct fdt f = finish();
	assert_false(fdt_gic(&f, &gic));
	assert_int_equal(gic.version, 77);
}

static void a_gic_without_a_part_is_none(void **state)
{
	static const uint32_t reg[] = { 0x8000000, 0x10000, 0x80a0000, 0x20000 },
	                      small[] = { 0x8000000, 0x10000, 0x80a0000, 0x1ffff };

	(void)state;
	expect_no_gic("brcm,bcm2836-l1-intc", 1, 4, reg);
	expect_no_gic("arm,gic-400", 1, 2, reg);
	expect_no_gic("arm,gic-400", 1, 0, reg);
	expect_no_gic("arm,gic-v3", 1, 2, reg);
	expect_no_gic("arm,gic-v3", 0, 4, reg);
	expect_no_gic("arm,gic-v3", 1, 3, reg); /* no size */
	expect_no_gic("arm,gic-v3", 1, 4, small);
	expect_no_gic("arm,gic-v3", UINT32_MAX, 2, reg);
}

static void an_empty_tree_has_nothing(void **state)
{
	struct table_cpu out;

	(void)state;
	begin();
	word(4); /* FDT_NOP */
	open_node("");
	word(4);
	close_node();
	word(4);
	struct fdt f = finish();
	assert_int_equal(fdt_cpus(&f, &out, 1), 0);
	assert_int_equal(fdt_psci(&f), HOBNAIL_PSCI_NONE);
	struct table_gic gic;
	assert_false(fdt_gic(&f, &gic));
	begin();
	open_node("");
	close_node();
	expect_no_console();
}

static void nops_may_stand_anywhere(void **state)
{
	(void)state;
	begin();
	word(4);
	open_node("");
	word(4);
	CELLS("#address-cells", 1);
	word(4);
	open_node("chosen");
	word(4);
	text("stdout-path", "/uart");
	word(4);
	close_node();
	word(4);
	open_node("uart");
	word(4);
	text("compatible", "arm,pl011");
	word(4);
	CELLS("reg", 0x9000000, 0x1000);
	close_node();
	word(4);
	close_node();
	expect_console(HOBNAIL_CONSOLE_PL011, 0x9000000, 4, 0);
}

/* ---- Hostile blobs ------------------------------------------------------------------------------------- */

static void rich_tree(void)
{
	begin_root(2, 2);
	open_node("aliases");
	text("serial0", "/soc/uart@1800");
	close_node();
	chosen("serial0:115200");
	open_node("cpus");
	CELLS("#address-cells", 1);
	cpu("cpu@0", 1, 0, 0, "okay");
	text("enable-method", "spin-table");
	CELLS("cpu-release-addr", 0, 0xd8);
	close_node();
	close_node();
	open_node("psci");
	text("compatible", "arm,psci-1.0");
	text("method", "hvc");
	close_node();
	open_node("intc");
	text("compatible", "arm,gic-v3");
	CELLS("#redistributor-regions", 2);
	CELLS("reg", 0, 0x8000000, 0, 0x10000, 0, 0x80a0000, 0, 0x20000, 0, 0x80e0000, 0, 0x20000);
	close_node();
	open_node("soc");
	CELLS("#address-cells", 1);
	CELLS("#size-cells", 1);
	CELLS("ranges", 0x1000, 0, 0x9000000, 0x1000);
	open_node("uart@1800");
	text("compatible", "ns16550a");
	CELLS("reg", 0x1800, 0x100);
	CELLS("reg-shift", 2);
	close_node();
	close_node();
	close_node();
}

static bool read_everything(uint64_t length)
{
	struct table_cpu out[4];
	struct hobnail_console c;
	struct fdt f;

	if (fdt_open(blob, length, &f, NULL))
		return false;
	fdt_console(&f, &c);
	fdt_cpus(&f, out, 4);
	fdt_psci(&f);
	struct table_gic gic;
	fdt_gic(&f, &gic);
	return true;
}

static void a_structure_cut_anywhere_is_refused(void **state)
{
	(void)state;
	rich_tree();
	finish();
	uint32_t whole = structure_used;
	for (uint32_t length = 0; length < whole; length++) {
		structure_used = length;
		finish_raw();
		assert_false(read_everything(blob_bytes));
	}
	structure_used = whole;
	finish_raw();
	assert_true(read_everything(blob_bytes));
}

static void any_changed_byte_is_survived(void **state)
{
	static const uint8_t values[] = { 0x00, 0x01, 0x02, 0x03, 0x7f, 0x80, 0xff };

	(void)state;
	rich_tree();
	finish();
	for (uint32_t at = 0; at < blob_bytes; at++) {
		uint8_t old = blob[at];
		for (size_t i = 0; i < COUNT_OF(values); i++) {
			blob[at] = values[i];
			read_everything(blob_bytes);
		}
		blob[at] = old;
	}
	assert_true(read_everything(blob_bytes));
}

static void any_open_tree_is_read_within_its_bounds(void **state)
{
	(void)state;
	rich_tree();
	struct fdt f = finish();
	struct table_cpu out[4];
	struct hobnail_console c;
	for (uint32_t at = HEADER; at < blob_bytes; at++) { /* the blob changes after it was checked */
		uint8_t old = blob[at];
		for (unsigned value = 0; value < 256; value += 51) {
			blob[at] = (uint8_t)value;
			fdt_console(&f, &c);
			fdt_cpus(&f, out, 4);
			fdt_psci(&f);
			struct table_gic gic;
			fdt_gic(&f, &gic);
		}
		blob[at] = old;
	}
	assert_true(fdt_console(&f, &c));
	assert_int_equal(c.phys, 0x9000800);
}

/* ---- PCI ----------------------------------------------------------------------------------------------- */

static void host_bridge(const char *status)
{
	open_node("pcie@10000000");
	text("device_type", "pci");
	text("compatible", "pci-host-ecam-generic");
	if (status)
		text("status", status);
	CELLS("#address-cells", 3);
	CELLS("#size-cells", 2);
	CELLS("reg", 0x40, 0x10000000, 0, 0x10000000);
	CELLS("ranges", 0x1000000, 0, 0, 0, 0x3eff0000, 0, 0x10000, 0x3000000, 0x80, 0, 0x80, 0, 0x80, 0);
}

/* As QEMU's machine virt has it; a bridge below is no host bridge. */
static void a_host_bridge_has_registers_and_windows(void **state)
{
	static const struct span expected[] = { { 0x4010000000, MIB(256) }, { 0x3eff0000, 0x10000 },
	                                        { GIB(512), GIB(512) } };
	struct span out[4] = { { 0 } };
	bool cut = true;

	(void)state;
	begin_root(2, 2);
	host_bridge(NULL);
	open_node("pci@1,0");
	text("device_type", "pci");
	CELLS("reg", 0x800, 0, 0, 0, 0);
	prop("ranges", "", 0);
	close_node();
	close_node();
	close_node();
	struct fdt f = finish();
	assert_int_equal(fdt_pci(&f, out, 4, &cut), 3);
	assert_memory_equal(out, expected, sizeof expected);
	assert_false(cut);
	for (size_t capacity = 0; capacity < 3; capacity++)
		assert_int_equal(fdt_pci(&f, out, capacity, &cut), capacity);
	assert_int_equal(fdt_ecam(&f, out, 4), 1);
	assert_memory_equal(out, expected, sizeof expected[0]);
	assert_int_equal(fdt_ecam(&f, out, 0), 0);
	assert_int_equal(fdt_bridges(&f), 1);
}

/* Its addresses are its parent's: a bus between translates them, as far as it passes them on. */
static void windows_are_as_the_processor_sees_them(void **state)
{
	struct span out[4];
	bool cut = true;

	(void)state;
	begin_root(2, 2);
	open_node("soc");
	CELLS("#address-cells", 2);
	CELLS("#size-cells", 2);
	CELLS("ranges", 0x40, 0, 0x50, 0, 0x1, 0, 0, 0x3eff0000, 0, 0x1000, 0, 0x10000);
	host_bridge(NULL);
	close_node();
	close_node();
	close_node();
	struct fdt f = finish();
	assert_int_equal(fdt_pci(&f, out, 4, &cut), 2);
	assert_int_equal(out[0].base, 0x5010000000);
	assert_int_equal(out[1].base, 0x1000);
	assert_int_equal(out[1].bytes, 0x10000);
}

static void a_host_bridge_that_is_not_there_names_nothing(void **state)
{
	struct span out[4];
	bool cut = true;

	(void)state;
	begin_root(2, 2);
	host_bridge("disabled");
	close_node();
	open_node("memory@0");
	text("device_type", "memory");
	CELLS("reg", 0, 0, 0, 0x1000);
	close_node();
	close_node();
	struct fdt f = finish();
	assert_int_equal(fdt_pci(&f, out, 4, &cut), 0);
	assert_int_equal(fdt_ecam(&f, out, 4), 0);
	assert_int_equal(fdt_bridges(&f), 0);
}

/* 16 bridges and 32 windows of each are looked at, and it is said that there are more. */
static void what_is_cut_of_pci_is_said(void **state)
{
	enum { STRIDE = 7 };
	static uint32_t windows[33 * STRIDE];
	static struct span out[128];
	bool cut;

	(void)state;
	for (unsigned i = 0; i < 33; i++)
		windows[i * STRIDE + 4] = i << 20, windows[i * STRIDE + 6] = 0x1000;
	for (unsigned bridges = 1; bridges <= 18; bridges++)
		for (unsigned count = 31; count <= 33; count++) {
			begin_root(2, 2);
			for (unsigned i = 0; i < bridges; i++) {
				open_node("pcie");
				text("device_type", "pci");
				cells("ranges", STRIDE * (i ? 1 : count), windows);
				close_node();
			}
			close_node();
			struct fdt f = finish();
			assert_int_equal(fdt_pci(&f, out, COUNT_OF(out), &cut),
			                 min_u64(count, 32) + min_u64(bridges, 16) - 1);
			assert_int_equal(cut, bridges > 16 || count > 32);
			assert_int_equal(fdt_bridges(&f), min_u64(bridges, 17));
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(total_bytes_are_known_from_the_first_eight, tear_down),
		cmocka_unit_test_teardown(every_header_field_that_cannot_be_is_refused_by_its_offset, tear_down),
		cmocka_unit_test_teardown(a_blob_that_is_shorter_than_it_says_is_refused, tear_down),
		cmocka_unit_test_teardown(a_later_compatible_version_is_read, tear_down),
		cmocka_unit_test_teardown(a_structure_that_is_no_tree_is_refused_where_it_goes_wrong, tear_down),
		cmocka_unit_test_teardown(a_property_that_leaves_the_blob_is_refused, tear_down),
		cmocka_unit_test_teardown(names_end_before_the_last_nul_of_the_strings, tear_down),
		cmocka_unit_test_teardown(nesting_is_limited_to_32_levels, tear_down),
		cmocka_unit_test_teardown(stdout_may_be_a_path, tear_down),
		cmocka_unit_test_teardown(stdout_may_carry_options, tear_down),
		cmocka_unit_test_teardown(stdout_may_be_an_alias_with_options, tear_down),
		cmocka_unit_test_teardown(an_alias_has_at_most_31_characters, tear_down),
		cmocka_unit_test_teardown(a_path_may_leave_out_the_unit_address, tear_down),
		cmocka_unit_test_teardown(a_stdout_that_leads_nowhere_is_none, tear_down),
		cmocka_unit_test_teardown(compatible_names_the_kind_and_the_node_its_widths, tear_down),
		cmocka_unit_test_teardown(a_disabled_port_is_none, tear_down),
		cmocka_unit_test_teardown(addresses_are_translated_through_every_bus, tear_down),
		cmocka_unit_test_teardown(a_bus_without_a_way_up_has_no_address, tear_down),
		cmocka_unit_test_teardown(a_bus_has_at_most_1024_ranges, tear_down),
		cmocka_unit_test_teardown(cells_that_cannot_be_translated_have_no_address, tear_down),
		cmocka_unit_test_teardown(cpus_are_listed_with_both_sizes_of_id, tear_down),
		cmocka_unit_test_teardown(spin_table_release_addresses_are_read, tear_down),
		cmocka_unit_test_teardown(more_cpus_than_room_are_counted_not_written, tear_down),
		cmocka_unit_test_teardown(psci_is_what_the_node_says, tear_down),
		cmocka_unit_test_teardown(a_gic_of_version_2_has_a_cpu_interface, tear_down),
		cmocka_unit_test_teardown(a_gic_of_version_3_has_redistributors, tear_down),
		cmocka_unit_test_teardown(a_gic_without_a_part_is_none, tear_down),
		cmocka_unit_test_teardown(an_empty_tree_has_nothing, tear_down),
		cmocka_unit_test_teardown(nops_may_stand_anywhere, tear_down),
		cmocka_unit_test_teardown(a_structure_cut_anywhere_is_refused, tear_down),
		cmocka_unit_test_teardown(any_changed_byte_is_survived, tear_down),
		cmocka_unit_test_teardown(any_open_tree_is_read_within_its_bounds, tear_down),
		cmocka_unit_test(a_host_bridge_has_registers_and_windows),
		cmocka_unit_test(windows_are_as_the_processor_sees_them),
		cmocka_unit_test(a_host_bridge_that_is_not_there_names_nothing),
		cmocka_unit_test_teardown(what_is_cut_of_pci_is_said, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
