/* Tables that are well-formed, and made to be slow. Work is counted, not timed (work.h): twice the table may cost
 * no more than a little over twice the work, and a byte of it only so much. */
#include "unit/work.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "memmap.h"
#include "tables.h"
#include "tree.h"

/* ---- Counting ------------------------------------------------------------------------------------------ */

static uint64_t work;

void __sanitizer_cov_trace_pc(void);
void __sanitizer_cov_trace_pc(void)
{
	work++;
}

void *work_memchr(const void *at, int c, size_t bytes)
{
	const unsigned char *b = at;

	for (size_t i = 0; i < bytes; i++, work++)
		if (b[i] == (unsigned char)c)
			return (void *)(uintptr_t)(b + i);
	return NULL;
}

int work_memcmp(const void *a, const void *b, size_t bytes)
{
	const unsigned char *x = a, *y = b;

	for (size_t i = 0; i < bytes; i++, work++)
		if (x[i] != y[i])
			return x[i] - y[i];
	return 0;
}

void *work_memmove(void *to, const void *from, size_t bytes)
{
	unsigned char *t = to;
	const unsigned char *f = from;

	work += bytes / 8;
	for (size_t i = 0; i < bytes; i++)
		if (t < f)
			t[i] = f[i];
		else
			t[bytes - 1 - i] = f[bytes - 1 - i];
	return to;
}

size_t work_strlen(const char *text)
{
	size_t n = 0;

	for (; text[n]; n++)
		work++;
	return n;
}

int work_strncmp(const char *a, const char *b, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++, work++)
		if (a[i] != b[i] || !a[i])
			return (unsigned char)a[i] - (unsigned char)b[i];
	return 0;
}

/* Build an input of about this many bytes, read it, and return the work of reading. */
typedef uint64_t reading(uint32_t bytes);

enum { STEPS_A_BYTE = 40 };

static void expect_linear(const char *what, reading *read, uint32_t bytes)
{
	uint64_t once = read(bytes), twice = read(2 * bytes);

	if (once > (uint64_t)STEPS_A_BYTE * bytes || twice > once * 5 / 2)
		fail_msg("%s: %u bytes cost %llu steps, %u bytes %llu", what, bytes, (unsigned long long)once,
		         2 * bytes, (unsigned long long)twice);
}

/* ---- Device trees -------------------------------------------------------------------------------------- */

static void begin_tree(uint32_t room)
{
	tree_begin(room);
	open_node("");
	CELLS("#address-cells", 1);
	CELLS("#size-cells", 1);
}

/* Everything that the loader asks of a tree. Its root is still open. */
static uint64_t read_tree(enum err expected)
{
	uint32_t total;

	close_node();
	word(9);
	uint8_t *blob = tree_blob(&total);

	static struct table_cpu cpus[512];
	struct hobnail_console console;
	static struct table_gic gic;
	struct span spans[32];
	bool cut;
	struct fdt f;
	work = 0;
	enum err e = fdt_open(blob, total, &f, NULL);
	assert_int_equal(e, expected);
	if (!e) {
		(void)fdt_console(&f, &console);
		(void)fdt_cpus(&f, cpus, COUNT_OF(cpus));
		(void)fdt_gic(&f, &gic);
		(void)fdt_pci(&f, spans, COUNT_OF(spans), &cut);
		(void)fdt_ecam(&f, spans, COUNT_OF(spans));
		(void)fdt_psci(&f);
	}
	free(blob);
	tree_end();
	return work;
}

/* A strings block without a NUL but its last byte, and properties that all begin in it. */
static uint64_t names_without_nul(uint32_t bytes)
{
	begin_tree(2 * bytes);
	uint32_t long_name = strings_used;
	memset(strings + strings_used, 'x', bytes / 2);
	strings_used += bytes / 2 + 1;
	for (uint32_t i = 0; i < bytes / 2; i += 12)
		prop_at(long_name + i % 64, "", 0);
	return read_tree(OK);
}

/* The same without any. */
static uint64_t names_that_never_end(uint32_t bytes)
{
	begin_tree(2 * bytes);
	uint32_t long_name = strings_used;
	memset(strings + strings_used, 'x', bytes / 2);
	strings_used += bytes / 2;
	for (uint32_t i = 0; i < bytes / 2; i += 12)
		prop_at(long_name, "", 0);
	return read_tree(ERR_FDT);
}

/* An alias as long as half the tree, and as many aliases that begin like it. */
static uint64_t a_long_alias(uint32_t bytes)
{
	begin_tree(4 * bytes);
	char *name = calloc(1, bytes / 3 + 1);
	assert_non_null(name);
	memset(name, 'x', bytes / 3);
	uint32_t names = name_at(name);
	open_node("chosen");
	text("stdout-path", name);
	close_node();
	open_node("aliases");
	for (uint32_t i = 0; i < bytes / 3; i += 12)
		prop_at(names + 1 + i % 64, "", 0);
	close_node();
	free(name);
	return read_tree(OK);
}

/* Processors, and properties above them that are no use: what /cpus says is looked for behind those. */
static uint64_t processors_below_many_properties(uint32_t bytes)
{
	begin_tree(3 * bytes);
	open_node("cpus");
	uint32_t none = name_at("none"), reg = name_at("reg");
	for (uint32_t i = 0; i < bytes / 2; i += 12)
		prop_at(none, "", 0);
	CELLS("#address-cells", 1);
	for (uint32_t i = 0; i < bytes / 2; i += 32) {
		uint8_t id[4];
		be32_to(id, i / 32 % 256);
		open_node("cpu@0");
		prop_at(reg, id, sizeof id);
		close_node();
	}
	close_node();
	return read_tree(OK);
}

/* As many redistributors as are read, each to be found behind many properties and translated behind many ranges. */
static uint64_t regions_behind_many_ranges(uint32_t bytes)
{
	uint32_t entries = bytes / 4 / 12;
	uint8_t *ranges = calloc(entries, 12), *reg = calloc(1, 8 * 257);

	assert_non_null(ranges);
	assert_non_null(reg);
	for (uint32_t i = 0; i < entries; i++)
		be32_to(ranges + 12 * i + 8, i + 1 < entries ? 1 : 0x40000000);
	for (uint32_t i = 0; i < 257; i++)
		be32_to(reg + 8 * i, 0x10000000 + i * 0x20000), be32_to(reg + 8 * i + 4, 0x20000);
	begin_tree(3 * bytes);
	open_node("soc");
	CELLS("#address-cells", 1);
	CELLS("#size-cells", 1);
	uint32_t none = name_at("none");
	for (uint32_t i = 0; i < bytes / 4; i += 12)
		prop_at(none, "", 0);
	prop_at(name_at("ranges"), ranges, 12 * entries);
	open_node("gic");
	text("compatible", "arm,gic-v3");
	CELLS("#redistributor-regions", 256);
	for (uint32_t i = 0; i < bytes / 2; i += 12)
		prop_at(none, "", 0);
	prop_at(name_at("reg"), reg, 8 * 257);
	close_node();
	close_node();
	free(ranges);
	free(reg);
	return read_tree(OK);
}

/* The way to the console leads past many nodes on each of many levels. */
static uint64_t a_deep_path_past_many_nodes(uint32_t bytes)
{
	enum { LEVELS = 30 };
	char path[2 * LEVELS + 1] = "";

	begin_tree(3 * bytes);
	for (unsigned i = 0; i < LEVELS; i++)
		strcat(path, "/n");
	open_node("chosen");
	text("stdout-path", path);
	close_node();
	for (unsigned level = 0; level < LEVELS; level++) {
		for (uint32_t i = 0; i < bytes / LEVELS; i += 12) {
			open_node("x");
			close_node();
		}
		open_node("n");
	}
	for (unsigned level = 0; level < LEVELS; level++)
		close_node();
	return read_tree(OK);
}

static uint64_t ordinary_nodes(uint32_t bytes)
{
	begin_tree(3 * bytes);
	uint32_t compatible = name_at("compatible"), status = name_at("status");
	for (uint32_t i = 0; i < bytes; i += 60) {
		open_node("device@0");
		prop_at(compatible, "arm,gic-v3", 11);
		prop_at(status, "disabled", 9);
		close_node();
	}
	return read_tree(OK);
}

static void a_device_tree_costs_what_its_size_is(void **state)
{
	(void)state;
	expect_linear("names without NUL", names_without_nul, 1 << 17);
	expect_linear("names that never end", names_that_never_end, 1 << 17);
	expect_linear("a long alias", a_long_alias, 1 << 17);
	expect_linear("processors below many properties", processors_below_many_properties, 1 << 17);
	expect_linear("regions behind many ranges", regions_behind_many_ranges, 1 << 17);
	expect_linear("a deep path past many nodes", a_deep_path_past_many_nodes, 1 << 17);
	expect_linear("ordinary nodes", ordinary_nodes, 1 << 17);
}

/* ---- ACPI ---------------------------------------------------------------------------------------------- */

static uint8_t *acpi;
static uint32_t acpi_used, acpi_room;

static const void *map(void *context, paddr at, uint64_t bytes)
{
	(void)context;
	work++;
	return at && range_within(at, bytes, acpi_used) ? acpi + at : NULL;
}

static void fix_sum(uint32_t at, uint32_t bytes, uint32_t where)
{
	uint8_t sum = 0;

	acpi[at + where] = 0;
	for (uint32_t i = 0; i < bytes; i++)
		sum = (uint8_t)(sum + acpi[at + i]);
	acpi[at + where] = (uint8_t)-sum;
}

static void put(uint32_t at, uint64_t value, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++)
		acpi[at + i] = (uint8_t)(value >> 8 * i);
}

enum { RSDP = 8, TABLES = 64 };

static void begin_acpi(uint32_t room)
{
	acpi_room = room;
	acpi = calloc(1, room);
	acpi_used = TABLES;
	assert_non_null(acpi);
}

static uint32_t begin_table(const char *signature, uint32_t bytes)
{
	uint32_t at = acpi_used;

	assert_true(bytes <= acpi_room - acpi_used);
	memcpy(acpi + at, signature, 4);
	put(at + 4, bytes, 4);
	acpi_used += bytes;
	return at;
}

static enum err visit(void *context, paddr at, uint64_t bytes, struct problem *p)
{
	(void)context, (void)at, (void)bytes, (void)p;
	work++;
	return OK;
}

/* Everything that the loader asks of these tables, under an XSDT that names them again and again, `entries` in all. */
static uint64_t read_acpi(const uint32_t *tables, uint32_t count, uint32_t entries, enum err expected)
{
	static struct table_cpu cpus[512];
	static struct table_gic gic;
	struct table_ioapic ioapics[TABLES_MAX_IOAPICS];
	struct table_reader reader = { map, NULL };
	struct hobnail_console console;
	struct acpi a;
	uint32_t bytes, xsdt = begin_table("XSDT", 36 + 8 * entries);

	for (uint32_t i = 0; i < entries; i++)
		put(xsdt + 36 + 8 * i, tables[i % count], 8);
	fix_sum(xsdt, 36 + 8 * entries, 9);
	memcpy(acpi + RSDP, "RSD PTR ", 8);
	acpi[RSDP + 15] = 2;
	put(RSDP + 20, 36, 4);
	put(RSDP + 24, xsdt, 8);
	fix_sum(RSDP, 20, 8);
	fix_sum(RSDP, 36, 32);
	work = 0;
	enum err e = acpi_open(reader, RSDP, &a, NULL);
	assert_int_equal(e, expected);
	if (!e) {
		(void)acpi_console(&a, &console);
		(void)acpi_cpus(&a, cpus, COUNT_OF(cpus));
		(void)acpi_gic(&a, &gic);
		(void)acpi_ioapics(&a, ioapics, COUNT_OF(ioapics));
		(void)acpi_local_apic(&a);
		(void)acpi_pm_timer(&a);
		(void)acpi_psci(&a);
		(void)acpi_table(&a, "HPET", &bytes);
		(void)acpi_ranges(&a, visit, NULL, NULL);
	}
	free(acpi);
	return work;
}

static const char *const asked[] = { "SPCR", "DBG2", "APIC", "FACP", "HPET" };

/* One of each, with a wrong sum, named by all of the root table. */
static uint64_t wrong_tables(uint32_t bytes)
{
	uint32_t at[COUNT_OF(asked)];

	begin_acpi(2 * bytes + 65536);
	for (unsigned i = 0; i < COUNT_OF(asked); i++) {
		at[i] = begin_table(asked[i], bytes / COUNT_OF(asked));
		fix_sum(at[i], bytes / COUNT_OF(asked), 9);
		acpi[at[i] + 9]++;
	}
	return read_acpi(at, COUNT_OF(at), 1000, OK);
}

/* Each names itself with a length that reaches over all that follow. */
static uint64_t wrong_tables_that_overlap(uint32_t bytes)
{
	uint32_t at[1000];

	begin_acpi(2 * bytes + 131072);
	for (unsigned i = 0; i < COUNT_OF(at); i++) {
		at[i] = begin_table("APIC", 40);
		put(at[i] + 4, bytes, 4);
	}
	begin_table("DATA", bytes);
	return read_acpi(at, COUNT_OF(at), COUNT_OF(at), OK);
}

static uint64_t a_full_table(const char *signature, uint32_t bytes, uint32_t first, uint32_t step, uint8_t type,
                             uint8_t length)
{
	begin_acpi(2 * bytes + 131072);
	uint32_t at = begin_table(signature, bytes);
	if (first == 44 && type == 0xff) { /* DBG2 */
		put(at + 36, 44, 4);
		put(at + 40, UINT32_MAX, 4);
	}
	for (uint32_t i = first; i + step <= bytes; i += step) {
		acpi[at + i] = type == 0xff ? 0 : type;
		acpi[at + i + 1] = length;
		if (type == 9)
			put(at + i + 4, i / step % 600, 4), put(at + i + 8, 1, 4);
	}
	fix_sum(at, bytes, 9);
	return read_acpi(&at, 1, 1, OK);
}

static uint64_t many_devices(uint32_t bytes) { return a_full_table("DBG2", bytes, 44, 22, 0xff, 22); }
static uint64_t many_small_structures(uint32_t bytes) { return a_full_table("APIC", bytes, 44, 2, 1, 2); }
static uint64_t many_io_apics(uint32_t bytes) { return a_full_table("APIC", bytes, 44, 12, 1, 12); }
static uint64_t many_redistributors(uint32_t bytes) { return a_full_table("APIC", bytes, 44, 16, 14, 16); }
static uint64_t many_processors(uint32_t bytes) { return a_full_table("APIC", bytes, 44, 16, 9, 16); }

static void acpi_tables_cost_what_their_size_is(void **state)
{
	const uint32_t nowhere = 4;

	(void)state;
	expect_linear("wrong tables", wrong_tables, 1 << 17);
	expect_linear("wrong tables that overlap", wrong_tables_that_overlap, 1 << 17);
	expect_linear("many debug devices", many_devices, 1 << 17);
	expect_linear("many small structures", many_small_structures, 1 << 17);
	expect_linear("many I/O APICs", many_io_apics, 1 << 17);
	expect_linear("many redistributors", many_redistributors, 1 << 17);
	expect_linear("many processors", many_processors, 1 << 17);
	begin_acpi(65536);
	assert_in_range(read_acpi(&nowhere, 1, 1024, OK), 1, 512 * 1024);
	begin_acpi(65536);
	assert_in_range(read_acpi(&nowhere, 1, 1025, ERR_ACPI_TABLES), 1, 65536);
}

/* ---- The memory map ------------------------------------------------------------------------------------ */

enum { STRIDE = 48 };

static uint8_t *descriptors;

static void describe(uint32_t i, uint32_t type, uint64_t base, uint64_t pages)
{
	uint8_t *d = descriptors + i * STRIDE;
	const uint64_t values[] = { type, base, 0, pages, 8 };

	for (unsigned k = 0; k < COUNT_OF(values); k++)
		for (unsigned byte = 0; byte < 8; byte++)
			d[8 * k + byte] = (uint8_t)(values[k] >> 8 * byte);
}

/* The map of `count` descriptors, which were described. */
static uint64_t read_map(uint32_t count)
{
	struct uefi_map map_ = { descriptors, (uint64_t)count * STRIDE, STRIDE };
	size_t capacity = memmap_bound(count);
	struct memmap m = { calloc(capacity, sizeof(struct hobnail_memory)), 0, capacity };

	assert_non_null(m.entries);
	work = 0;
	assert_int_equal(memmap_from_uefi(&m, &map_, NULL), OK);
	uint64_t done = work;
	assert_int_equal(memmap_check(&m, NULL), OK);
	free(m.entries);
	free(descriptors);
	return done;
}

/* Each lies within the one before it. */
static uint64_t nested(uint32_t bytes)
{
	uint32_t count = bytes / STRIDE;

	descriptors = calloc(count, STRIDE);
	assert_non_null(descriptors);
	for (uint32_t i = 0; i < count; i++)
		describe(i, i % 16, (uint64_t)i << 12, 2 * (uint64_t)(count - i));
	return read_map(count);
}

/* Backwards, each over the next two. */
static uint64_t backwards(uint32_t bytes)
{
	uint32_t count = bytes / STRIDE;

	descriptors = calloc(count, STRIDE);
	assert_non_null(descriptors);
	for (uint32_t i = 0; i < count; i++)
		describe(i, i % 16, (uint64_t)(count - i) << 12, 3);
	return read_map(count);
}

/* All at one place, of every length. */
static uint64_t at_one_place(uint32_t bytes)
{
	uint32_t count = bytes / STRIDE;

	descriptors = calloc(count, STRIDE);
	assert_non_null(descriptors);
	for (uint32_t i = 0; i < count; i++)
		describe(i, i % 16, 0x100000, 1 + i * 7919 % count);
	return read_map(count);
}

/* In no order at all, each over some of its neighbours, and no two alike. */
static uint64_t shuffled(uint32_t bytes)
{
	uint32_t count = bytes / STRIDE;

	descriptors = calloc(count, STRIDE);
	assert_non_null(descriptors);
	for (uint32_t i = 0; i < count; i++)
		describe(i, i % 16, (uint64_t)i * 7919 % count << 12, 1 + i * 31 % 97);
	return read_map(count);
}

/* Two halves in order, which lie between each other: as few runs as disorder can have, as long as they can be. */
static uint64_t interleaved(uint32_t bytes)
{
	uint32_t count = bytes / STRIDE / 2 * 2;

	descriptors = calloc(count, STRIDE);
	assert_non_null(descriptors);
	for (uint32_t i = 0; i < count; i++)
		describe(i, i % 16, (uint64_t)(2 * i % count + 2 * i / count) << 14, 3);
	return read_map(count);
}

/* One range last that lies under all the others. */
static uint64_t one_under_all(uint32_t bytes)
{
	uint32_t count = bytes / STRIDE;

	descriptors = calloc(count, STRIDE);
	assert_non_null(descriptors);
	for (uint32_t i = 0; i + 1 < count; i++)
		describe(i, i % 16, (uint64_t)i << 14, 2);
	describe(count - 1, 7, 0, (uint64_t)count << 2);
	return read_map(count);
}

static void a_memory_map_costs_little_more_than_its_size(void **state)
{
	(void)state;
	expect_linear("nested descriptors", nested, 1 << 17);
	expect_linear("descriptors backwards", backwards, 1 << 17);
	expect_linear("descriptors at one place", at_one_place, 1 << 17);
	expect_linear("shuffled descriptors", shuffled, 1 << 17);
	expect_linear("interleaved descriptors", interleaved, 1 << 17);
	expect_linear("a descriptor under all others", one_under_all, 1 << 17);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_device_tree_costs_what_its_size_is),
		cmocka_unit_test(acpi_tables_cost_what_their_size_is),
		cmocka_unit_test(a_memory_map_costs_little_more_than_its_size),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
