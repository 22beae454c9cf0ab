/* pith's judge on records that are right, and on records that are wrong in one place: what a boot cannot show, for a
 * loader breaks few promises, and each in one way. What reads the processor itself is for QEMU: tests/broken/. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "console.h"
#include "contract/contract.h"
#include "contract/cpus.h"
#include "contract/entry.h"
#include "contract/live.h"
#include "contract/utf8.h"
#include "image.h"

/* ---- What the checks ask ---------------------------------------------------------------------------------- */

enum { PAGES = 32, RECORD = 0x5000, CPUS = 4, LEAVES = 6, NOTES = 4 };

#define NET 0xffffff8000000000ull
#define NET_SLOT (1ull << 39)
#define AFTER 5000u /* the counter now */

static uint8_t ram[PAGES * PAGE_BYTES] __attribute__((aligned(4096)));

static struct {
	bool console_silent, translation_off, roots;
	uint64_t hz, argument_off, hardware_id;
	int64_t psci;
	unsigned interrupts, leaves, notes;
	struct live_leaf leaf[LEAVES];
	struct hobnail_note note[NOTES];
	struct cpus_report report;
	struct cpus_arrival arrivals[CPUS];
	char printed[65536];
	size_t used;
} world;

const uint32_t arch_number = HOBNAIL_ARCH_X86_64;
static struct hobnail_boot *const boot = (struct hobnail_boot *)(ram + RECORD);

uint64_t arch_entry_argument(void) { return (uintptr_t)boot + world.argument_off; }
uint64_t arch_counter(void) { return AFTER; }
uint64_t arch_counter_hz(void) { return world.hz; }
uint64_t arch_hardware_id(void) { return world.hardware_id; }
int64_t arch_psci_version(uint32_t conduit) { return conduit == HOBNAIL_PSCI_HVC ? world.psci : -1; }
unsigned arch_interrupts_open(void) { return world.interrupts; }
bool console_present(void) { return !world.console_silent; }
unsigned image_note_count(void) { return world.notes; }
const struct hobnail_note *image_note(unsigned i) { return &world.note[i]; }
const struct cpus_report *cpus_release(const struct hobnail_boot *b) { (void)b; return &world.report; }
bool cpus_have_root(void) { return world.roots; }
bool live_open(const struct hobnail_boot *b, struct live *s) { (void)b, (void)s; return !world.translation_off; }
uint64_t live_slot_bytes(void) { return NET_SLOT; }

bool live_next(const struct live *s, vaddr from, uint64_t bytes, struct live_leaf *leaf)
{
	vaddr next = leaf->va + leaf->bytes;

	(void)s;
	for (unsigned i = 0; i < world.leaves; i++)
		if (world.leaf[i].va >= next && world.leaf[i].va < from + bytes) {
			*leaf = world.leaf[i];
			return true;
		}
	return false;
}

void console_print(const char *text, ...)
{
	va_list arguments;

	va_start(arguments, text);
	world.used += (size_t)vsnprintf(world.printed + world.used, sizeof world.printed - world.used, text, arguments);
	va_end(arguments);
}

/* Chapters that stand for those that are not here; what they say, the tests of contract.c choose. */
static enum verdict verdict_of[3];

static enum verdict chosen(unsigned i, struct finding *f)
{
	if (verdict_of[i] == BROKEN)
		return broken(f, "seen %u", i + 1);
	return verdict_of[i] == NOT_APPLICABLE ? not_applicable(f, "not here") : HOLDS;
}

static enum verdict first(const struct hobnail_boot *b, struct finding *f) { (void)b; return chosen(0, f); }
static enum verdict second(const struct hobnail_boot *b, struct finding *f) { (void)b; return chosen(1, f); }
static enum verdict third(const struct hobnail_boot *b, struct finding *f) { (void)b; return chosen(2, f); }

static const struct promise others[] = {
	{ 901, "the first", first }, { 902, "the second", second }, { 903, "the third", third },
};
const struct chapter arch_chapter = { others, 3 }, image_chapter = { others, 0 }, space_chapter = { others, 0 };

/* ---- A record that is right ------------------------------------------------------------------------------- */

struct uefi_memory { uint32_t type, padding; uint64_t base, virt, pages, attributes; };

static uint32_t end; /* of the record so far */

static void *add(struct hobnail_array *a, uint32_t bytes)
{
	if (!a->count) {
		end = (uint32_t)align_up(end, 64);
		*a = (struct hobnail_array){ end, 0, bytes, 0 };
	}
	a->count++;
	end += bytes;
	return memset((uint8_t *)boot + end - bytes, 0, bytes);
}

static void add_memory(uint32_t page, uint32_t pages, uint32_t type)
{
	struct hobnail_memory *m = add(&boot->memory_map, sizeof *m);

	*m = (struct hobnail_memory){ page * PAGE_BYTES, pages * PAGE_BYTES, type, 0, type == HOBNAIL_MEMORY_MMIO ? 1 : 8 };
}

static void add_uefi(uint32_t page, uint64_t pages, uint32_t type)
{
	struct uefi_memory *m = add(&boot->uefi_map, 48);

	m->type = type, m->base = page * PAGE_BYTES, m->pages = pages;
}

static struct hobnail_string string(const char *text)
{
	struct hobnail_string s = { end, (uint32_t)strlen(text) };

	memcpy((uint8_t *)boot + end, text, strlen(text) + 1);
	end += s.bytes + 1;
	return s;
}

static void put_be32(paddr at, uint32_t value)
{
	for (unsigned i = 0; i < 4; i++)
		ram[at + i] = (uint8_t)(value >> (24 - 8 * i));
}

enum { USABLE = 1, LOG = 7, RSDP = 9, SMBIOS = 10, SYSTEM = 11, BOOT_DATA = 12, TREE = 14 }; /* pages */

static void make_maps(void)
{
	add_memory(0, 1, HOBNAIL_MEMORY_RESERVED);
	add_memory(USABLE, 4, HOBNAIL_MEMORY_USABLE);
	add_memory(5, 2, HOBNAIL_MEMORY_RECORD);
	add_memory(LOG, 1, HOBNAIL_MEMORY_NET);
	add_memory(8, 1, HOBNAIL_MEMORY_MODULE);
	add_memory(RSDP, 1, HOBNAIL_MEMORY_ACPI_RECLAIM);
	add_memory(SMBIOS, 1, HOBNAIL_MEMORY_ACPI_NVS);
	add_memory(SYSTEM, 1, HOBNAIL_MEMORY_RUNTIME_DATA);
	add_memory(BOOT_DATA, 2, HOBNAIL_MEMORY_FIRMWARE_BOOT);
	add_memory(TREE, 2, HOBNAIL_MEMORY_ACPI_RECLAIM);
	add_memory(16, 1, HOBNAIL_MEMORY_KERNEL);
	add_memory(17, 1, HOBNAIL_MEMORY_MMIO);
	add_uefi(0, 1, 0);
	add_uefi(1, 4, 7);
	add_uefi(5, 4, 2);
	add_uefi(9, 1, 9);
	add_uefi(10, 1, 10);
	add_uefi(11, 1, 6);
	add_uefi(12, 2, 4);
	add_uefi(14, 3, 2);
	add_uefi(17, 1, 11);
}

static void make_tables(void)
{
	uint8_t sum = 0;

	memcpy(ram + RSDP * PAGE_BYTES, "RSD PTR ", 8);
	ram[RSDP * PAGE_BYTES + 15] = 2;
	for (unsigned i = 0; i < 20; i++)
		sum = (uint8_t)(sum + ram[RSDP * PAGE_BYTES + i]);
	ram[RSDP * PAGE_BYTES + 8] = (uint8_t)-sum;
	memcpy(ram + SMBIOS * PAGE_BYTES, "_SM3_", 5);
	memcpy(ram + SYSTEM * PAGE_BYTES, "IBI SYST", 8);
	memcpy(ram + SYSTEM * PAGE_BYTES + 8, &(uint32_t){ 2 << 16 | 100 }, 4);
	memcpy(ram + SYSTEM * PAGE_BYTES + 88, &(uint64_t){ SYSTEM * PAGE_BYTES + 0x200 }, 8);
	put_be32(TREE * PAGE_BYTES, 0xd00dfeed);
	put_be32(TREE * PAGE_BYTES + 4, 0x1100);
	memcpy(ram + LOG * PAGE_BYTES, "a log\n", 6);
}

/* Entry i of an array of the record. */
static void *entry(const struct hobnail_array *a, unsigned i)
{
	return (uint8_t *)boot + a->offset + (size_t)i * a->entry_bytes;
}

static struct hobnail_cpu *cpu(unsigned i) { return entry(&boot->cpus, i); }
static struct hobnail_memory *map(unsigned i) { return entry(&boot->memory_map, i); }
static struct uefi_memory *uefi(unsigned i) { return entry(&boot->uefi_map, i); }
static struct hobnail_stage *stage(unsigned i) { return entry(&boot->stages, i); }
static struct hobnail_grant *grant(unsigned i) { return entry(&boot->granted, i); }
static struct hobnail_module *module(unsigned i) { return entry(&boot->modules, i); }
static struct hobnail_segment *segment(unsigned i) { return entry(&boot->segments, i); }
static struct hobnail_framebuffer *display(void) { return entry(&boot->framebuffers, 0); }

/* The boot processor is the second of four; the last is not enabled. */
static void make_processors(void)
{
	for (unsigned i = 0; i < CPUS; i++) {
		struct hobnail_cpu *c = add(&boot->cpus, sizeof *c);
		c->hardware_id = 0x10 + i;
		c->flags = i < 3 ? HOBNAIL_CPU_ENABLED : 0;
	}
	cpu(1)->flags |= HOBNAIL_CPU_BOOT;
	cpu(1)->stack_virt = boot->stack_virt = 0x7000;
	cpu(1)->stack_bytes = boot->stack_bytes = 0x4000;
}

static void make_requests(void)
{
	static const struct { uint32_t type; uint64_t value, granted; } all[NOTES] = {
		{ HOBNAIL_REQUEST_STACK | HOBNAIL_REQUIRED, 10000, 12288 }, { HOBNAIL_REQUEST_FRAMEBUFFER, 5, 6 },
		{ HOBNAIL_REQUEST_DIRECT_MAP, 1ull << 40 | 3, 1ull << 40 | 3 }, { HOBNAIL_REQUEST_RECURSIVE, 1, 0 },
	};

	for (unsigned i = 0; i < NOTES; i++) {
		world.note[world.notes++] = (struct hobnail_note){ 8, 8, all[i].type, "Hobnail", (uint32_t)all[i].value,
		                                                   (uint32_t)(all[i].value >> 32) };
		if (i + 1 < NOTES) {
			struct hobnail_grant *g = add(&boot->granted, sizeof *g);
			*g = (struct hobnail_grant){ all[i].type & ~HOBNAIL_REQUIRED, all[i].type & HOBNAIL_REQUIRED, all[i].granted };
		}
	}
}

static void add_leaf(vaddr va, uint64_t bytes, paddr phys, enum walk_memory memory)
{
	world.leaf[world.leaves++] = (struct live_leaf){ va, bytes, { .phys = phys, .memory = memory, .writable = true } };
}

static void make_devices(void)
{
	struct hobnail_framebuffer *fb = add(&boot->framebuffers, sizeof *fb);

	*fb = (struct hobnail_framebuffer){
		.phys = 0x100000, .virt = NET + 0x10000, .width = 100, .height = 20, .pitch = 512,
		.bits_per_pixel = 32, .red_mask = 0xff0000, .green_mask = 0xff00, .blue_mask = 0xff,
	};
	fb->bytes = 512 * 19 + 400;
	boot->console = (struct hobnail_console){ 0x9000100, NET + 0x8100, HOBNAIL_CONSOLE_PL011, HOBNAIL_CONSOLE_BY_SPCR,
	                                          4, 2 };
	add_leaf(NET + 0x8000, 0x1000, 0x9000000, WALK_DEVICE);
	add_leaf(NET + 0x10000, 0x2000, 0x100000, WALK_WRITE_COMBINING);
	add_leaf(NET + 0x12000, 0x1000, 0x102000, WALK_WRITE_COMBINING);
}

static void make(void)
{
	static const uint8_t stages[] = { 1, 2, 3, 4, 5, 6, 8, 7 };

	memset(&world, 0, sizeof world);
	memset(ram, 0, sizeof ram);
	memset(verdict_of, 0, sizeof verdict_of);
	world.hz = 1000;
	world.hardware_id = 0x11;
	world.psci = 0x10002;
	world.report.arrivals = world.arrivals;
	verdict_of[0] = verdict_of[1] = verdict_of[2] = HOLDS;
	end = sizeof *boot;
	*boot = (struct hobnail_boot){
		.magic = HOBNAIL_MAGIC, .version = HOBNAIL_VERSION, .phys = RECORD, .arch = arch_number,
		.header_bytes = sizeof *boot,
		.valid = HOBNAIL_HAS_ACPI | HOBNAIL_HAS_SMBIOS | HOBNAIL_HAS_DEVICE_TREE | HOBNAIL_HAS_CONSOLE |
		         HOBNAIL_HAS_BOOT_TIME | HOBNAIL_HAS_ENTROPY | HOBNAIL_HAS_DIRECT_MAP | HOBNAIL_HAS_NET |
		         HOBNAIL_HAS_PAGE_TABLES,
		.direct_map = (uintptr_t)ram, .net_base = NET, .net_bytes = NET_SLOT / 2, .net_entry = 1, .net_index = 511,
		.paging_levels = 4, .root = 0x3000, .psci = HOBNAIL_PSCI_HVC, .secure_boot = HOBNAIL_SECURE_BOOT_OFF,
		.acpi_rsdp = RSDP * PAGE_BYTES, .smbios = SMBIOS * PAGE_BYTES, .device_tree = TREE * PAGE_BYTES,
		.device_tree_bytes = 0x1100,
		.uefi_system_table = SYSTEM * PAGE_BYTES, .uefi_revision = 2 << 16 | 100, .uefi_map_version = 1,
		.log_phys = LOG * PAGE_BYTES, .log_bytes = 6, .boot_time = 1709208000, .counter_hz = 1000,
	};
	make_maps();
	make_tables();
	make_processors();
	make_requests();
	make_devices();
	for (unsigned i = 0; i < COUNT_OF(stages); i++) {
		struct hobnail_stage *s = add(&boot->stages, sizeof *s);
		*s = (struct hobnail_stage){ stages[i], 0, 100 * (i + 1) };
	}
	for (unsigned i = 0; i < 2; i++)
		add(&boot->segments, sizeof(struct hobnail_segment));
	for (unsigned i = 0; i < 2; i++)
		add(&boot->modules, sizeof(struct hobnail_module));
	boot->kernel_path = string("\\boot\\kernel");
	boot->cmdline = string("exit \xc3\xa9");
	boot->loader = string("Hobnail 1.0");
	boot->firmware = string("EDK II");
	for (unsigned i = 0; i < 2; i++)
		module(i)->path = string("\\m"), module(i)->cmdline = string("");
	for (unsigned i = 0; i < sizeof boot->entropy; i++)
		boot->entropy[i] = (uint8_t)(i * 7);
	boot->bytes = end;
}

/* As after the request for processors: the first waits, the third is silent. */
static void make_parked(void)
{
	make();
	*grant(1) = (struct hobnail_grant){ HOBNAIL_REQUEST_PROCESSORS, 0, 1 };
	world.note[1].type = HOBNAIL_REQUEST_PROCESSORS;
	world.note[1].value_low = 1;
	cpu(0)->flags |= HOBNAIL_CPU_PARKED;
	cpu(0)->mailbox.state = HOBNAIL_MAILBOX_WAITING;
	cpu(2)->flags |= HOBNAIL_CPU_SILENT;
}

static void make_released(void)
{
	make_parked();
	world.roots = true;
	world.report.released = world.report.arrived = 1;
	cpu(0)->mailbox = (struct hobnail_mailbox){ 0x1000, 0x2000, 0x3000, HOBNAIL_MAILBOX_TAKEN, { 0 } };
	world.arrivals[0] = (struct cpus_arrival){ .arrived = true, .hardware_id = 0x10, .root = 0x3000,
	                                           .own = { 1, 2, 3, 0, 0, 6 } };
	world.arrivals[1].own[0] = 11, world.arrivals[1].own[5] = 16;
}

/* ---- Judging ---------------------------------------------------------------------------------------------- */

static const struct promise *promise(unsigned number)
{
	static const struct chapter *const chapters[] = {
		&record_chapter, &facts_chapter, &memory_chapter, &device_chapter, &cpu_chapter, &interrupt_chapter,
	};

	for (unsigned i = 0; i < COUNT_OF(chapters); i++)
		for (unsigned k = 0; k < chapters[i]->count; k++)
			if (chapters[i]->promises[k].number == number)
				return &chapters[i]->promises[k];
	fail_msg("there is no P%u", number);
	return NULL;
}

static void judged(unsigned number, enum verdict want, const char *what)
{
	struct finding f = { "" };
	enum verdict got = promise(number)->check(boot, &f);

	if (got != want)
		fail_msg("P%u of { %s }: got %u, want %u (%s)", number, what, got, want, f.text);
}

static void says(unsigned number, const char *want)
{
	struct finding f = { "" };

	promise(number)->check(boot, &f);
	assert_string_equal(f.text, want);
}

#define WITH(maker, number, verdict, ...) do { maker(); __VA_ARGS__; judged(number, verdict, #__VA_ARGS__); } while (0)
#define BREAKS(number, ...) WITH(make, number, BROKEN, __VA_ARGS__)
#define KEEPS(number, ...) WITH(make, number, HOLDS, __VA_ARGS__)
#define NONE(number, ...) WITH(make, number, NOT_APPLICABLE, __VA_ARGS__)
#define RELEASED_BREAKS(number, ...) WITH(make_released, number, BROKEN, __VA_ARGS__)
#define PARKED_BREAKS(number, ...) WITH(make_parked, number, BROKEN, __VA_ARGS__)

/* ---- Text ------------------------------------------------------------------------------------------------- */

static void utf8_is_as_unicode_has_it(void **state)
{
	static const char *const good[] = {
		"a", "\x7f", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80", "\xef\xbf\xbf",
		"\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf", "\xe1\x80\x80", "\xf1\x80\x80\x80", "a\xc3\xa9z",
	};
	static const char *const bad[] = {
		"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xc2", "\xc2\x7f", "\xc2\xc0", "\xe0\x9f\xbf", "\xed\xa0\x80",
		"\xe1\x80", "\xe1\x80\xc0", "\xe1\x80\x7f", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80",
		"\xf1\x80\x80", "\xf1\x80\x80\x7f", "\xff", "a\xc3",
	};

	(void)state;
	for (unsigned i = 0; i < COUNT_OF(good); i++)
		assert_true(utf8_valid(good[i], strlen(good[i])));
	for (unsigned i = 0; i < COUNT_OF(bad); i++)
		if (utf8_valid(bad[i], strlen(bad[i])))
			fail_msg("bad[%u]", i);
	assert_true(utf8_valid("", 0));
	assert_false(utf8_valid("a\0b", 3));
	assert_false(utf8_valid("\xc3\xa9", 1)); /* what follows the end is not read */
}

/* ---- The record ------------------------------------------------------------------------------------------- */

static void a_record_that_is_right_keeps_every_promise(void **state)
{
	(void)state;
	for (unsigned number = 1; number < 120; number++) {
		make();
		if ((number <= 26 || (number >= 55 && number <= 63) || number == 117))
			judged(number, HOLDS, "all as it should be");
	}
	for (unsigned number = 111; number <= 114; number++) {
		make();
		judged(number, NOT_APPLICABLE, "nobody waits");
		make_released();
		judged(number, HOLDS, "all as it should be");
	}
	make();
	judged(109, NOT_APPLICABLE, "nobody waits");
	make_parked();
	judged(109, HOLDS, "all as it should be");
	judged(61, HOLDS, "those that were asked for");
	says(109, "1 parked, 1 silent");
}

static void who_the_record_is(void **state)
{
	(void)state;
	BREAKS(1, boot->magic++);
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
		BREAKS(6, boot->valid &= ~(1ull << bit), boot->device_map = 1);
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
	KEEPS(6, boot->valid &= ~HOBNAIL_HAS_NET, boot->net_base = boot->net_bytes = boot->net_entry = boot->net_index = 0);
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

/* ---- Memory ----------------------------------------------------------------------------------------------- */

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
	BREAKS(25, map(9)->bytes = PAGE_BYTES, map(10)->base -= PAGE_BYTES, map(10)->bytes += PAGE_BYTES, map(10)->type = 1);
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

/* ---- Devices ---------------------------------------------------------------------------------------------- */

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

/* ---- Processors ------------------------------------------------------------------------------------------- */

static void processors_are_told_apart(void **state)
{
	(void)state;
	BREAKS(59, cpu(2)->flags |= HOBNAIL_CPU_BOOT);
	BREAKS(59, cpu(1)->flags &= ~(uint32_t)HOBNAIL_CPU_BOOT);
	BREAKS(59, cpu(1)->flags &= ~(uint32_t)HOBNAIL_CPU_ENABLED);
	BREAKS(59, cpu(1)->stack_virt++);
	BREAKS(59, cpu(1)->stack_bytes++);
	BREAKS(59, world.hardware_id = 0x10);
	for (unsigned i = 0; i < CPUS; i++)
		BREAKS(60, cpu(i)->hardware_id = cpu((i + 1) % CPUS)->hardware_id);
	make();
	says(60, "4");
}

static void nobody_starts_processors_unasked(void **state)
{
	(void)state;
	for (unsigned i = 0; i < CPUS; i++) {
		BREAKS(61, cpu(i)->flags |= HOBNAIL_CPU_PARKED);
		BREAKS(61, cpu(i)->flags |= HOBNAIL_CPU_SILENT);
		BREAKS(61, cpu(i)->mailbox.state = 1);
		BREAKS(61, cpu(i)->mailbox.reserved[3] = 1);
		if (i != 1) {
			BREAKS(61, cpu(i)->stack_virt = 1);
			BREAKS(61, cpu(i)->stack_bytes = 1);
		}
	}
	BREAKS(61, boot->cpus.offset += 32);
	BREAKS(61, boot->cpus.entry_bytes += 32, boot->cpus.count = 1);
	/* Asked for, those that are enabled are P109's to judge: neither the boot processor, nor who is not enabled. */
	PARKED_BREAKS(61, cpu(1)->mailbox.state = 1);
	PARKED_BREAKS(61, cpu(3)->mailbox.state = 1);
	PARKED_BREAKS(61, grant(1)->value = 0);
	PARKED_BREAKS(61, cpu(1)->flags |= HOBNAIL_CPU_PARKED);
}

static void processors_that_were_asked_for_wait_or_are_silent(void **state)
{
	(void)state;
	WITH(make_parked, 109, NOT_APPLICABLE, grant(1)->value = 0);
	PARKED_BREAKS(109, cpu(0)->flags |= HOBNAIL_CPU_SILENT);
	PARKED_BREAKS(109, cpu(0)->flags &= ~(uint32_t)HOBNAIL_CPU_PARKED);
	PARKED_BREAKS(109, cpu(0)->mailbox.entry = 1);
	PARKED_BREAKS(109, cpu(0)->mailbox.argument = 1);
	PARKED_BREAKS(109, cpu(0)->mailbox.root = 1);
	PARKED_BREAKS(109, cpu(0)->mailbox.state = HOBNAIL_MAILBOX_NONE);
	PARKED_BREAKS(109, cpu(2)->mailbox.state = HOBNAIL_MAILBOX_WAITING);
	WITH(make_parked, 109, HOLDS, cpu(3)->mailbox.state = 1); /* P61's to judge */
}

static void released_processors_come_as_they_should(void **state)
{
	static const struct promise some = { 70, "something", NULL };

	(void)state;
	RELEASED_BREAKS(111, world.report.stray = 1);
	RELEASED_BREAKS(111, world.arrivals[0].arrived = false);
	RELEASED_BREAKS(111, world.arrivals[0].hardware_id++);
	RELEASED_BREAKS(111, cpu(0)->mailbox.state = HOBNAIL_MAILBOX_WAITING);
	make_released();
	says(111, "1 came");
	RELEASED_BREAKS(112, world.arrivals[0].root++);
	WITH(make_released, 112, HOLDS, world.arrivals[0].root++, world.arrivals[0].arrived = false);
	WITH(make_released, 112, NOT_APPLICABLE, world.roots = false);
	RELEASED_BREAKS(113, world.arrivals[0].broken = &some);
	RELEASED_BREAKS(113, world.arrivals[3].broken = &some);
	for (unsigned k = 0; k < 6; k++)
		RELEASED_BREAKS(114, world.arrivals[0].own[k] = world.arrivals[3].own[k] = 99);
	RELEASED_BREAKS(114, world.arrivals[1].own[0] = 1);
	WITH(make_released, 114, HOLDS, world.arrivals[1].own[1] = 1);
	WITH(make_released, 114, NOT_APPLICABLE, world.arrivals[0].own[0] = 0);
}

static void psci_answers_and_no_interrupt_comes(void **state)
{
	(void)state;
	make();
	world.psci = 0x10003;
	says(62, "version 1.3 by HVC");
	NONE(62, boot->psci = HOBNAIL_PSCI_NONE);
	BREAKS(62, boot->psci = 3);
	BREAKS(62, boot->psci = HOBNAIL_PSCI_SMC);
	BREAKS(62, world.psci = 0);
	KEEPS(62, world.psci = 1);
	BREAKS(62, world.psci = 1ll << 32);
	KEEPS(62, world.psci = UINT32_MAX);
	BREAKS(63, world.interrupts = 1);
}

/* ---- All of it -------------------------------------------------------------------------------------------- */

static void the_score_counts_what_holds(void **state)
{
	(void)state;
	make();
	verdict_of[2] = NOT_APPLICABLE;
	struct score all = contract_check(boot, false);
	assert_true(all.trusted);
	assert_int_equal(all.held, all.applicable);
	assert_int_equal(all.held, 5 + 10 + 12 + 4 + 4 + 1 + 2); /* of the processors': without those that wait */
	assert_non_null(strstr(world.printed, "P10 ok   counter_hz is what the processor says, or 0: counter_hz = 0x3e8\n"));
	assert_non_null(strstr(world.printed, "P901 ok   the first\n"));
	assert_non_null(strstr(world.printed, "P903 n/a  the third: not here\n"));
	assert_null(strstr(world.printed, "FAIL"));

	make();
	verdict_of[1] = BROKEN;
	struct score less = contract_check(boot, true);
	assert_true(less.trusted);
	assert_int_equal(less.held + 1, less.applicable);
	assert_int_equal(less.applicable, all.applicable + 1);
	assert_string_equal(world.printed, "P902 FAIL the second: seen 2\n");
}

static void a_record_that_is_wrong_is_not_followed(void **state)
{
	(void)state;
	make();
	boot->magic++;
	struct score s = contract_check(boot, true);
	assert_false(s.trusted);
	assert_int_equal(s.held, 4);
	assert_int_equal(s.applicable, 5);
	assert_non_null(strstr(world.printed, "P1 FAIL the record is a Hobnail record for this processor: magic: got 0x"));
	assert_non_null(strstr(world.printed, "pith: the record cannot be trusted: nothing that it refers to is read\n"));
	make();
	boot->memory_map.offset = boot->bytes;
	s = contract_check(boot, true);
	assert_false(s.trusted);
	assert_int_equal(s.applicable, 4);
	assert_int_equal(s.held, 3);
}

static void the_first_promise_that_a_processor_finds_broken_is_named(void **state)
{
	struct finding f;

	(void)state;
	make();
	assert_null(contract_check_processor(boot, &f));
	verdict_of[1] = BROKEN;
	assert_int_equal(contract_check_processor(boot, &f)->number, 902);
	assert_string_equal(f.text, "seen 2");
	verdict_of[0] = BROKEN;
	assert_int_equal(contract_check_processor(boot, &f)->number, 901);
	verdict_of[0] = verdict_of[1] = verdict_of[2] = NOT_APPLICABLE;
	assert_null(contract_check_processor(boot, &f));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(utf8_is_as_unicode_has_it),
		cmocka_unit_test(a_record_that_is_right_keeps_every_promise),
		cmocka_unit_test(who_the_record_is),
		cmocka_unit_test(arrays_lie_inside_the_record_and_apart),
		cmocka_unit_test(strings_lie_inside_the_record_and_end),
		cmocka_unit_test(the_memory_map_ascends_in_whole_pages),
		cmocka_unit_test(what_is_absent_reads_as_zero),
		cmocka_unit_test(what_was_asked_for_is_granted_and_nothing_else),
		cmocka_unit_test(stages_are_complete_and_ascend),
		cmocka_unit_test(log_name_and_chance),
		cmocka_unit_test(ranges_that_are_one_are_one),
		cmocka_unit_test(the_firmware_s_map_is_all_there),
		cmocka_unit_test(what_drivers_had_is_not_usable),
		cmocka_unit_test(firmware_tables_are_kept_and_are_there),
		cmocka_unit_test(the_console_is_one),
		cmocka_unit_test(displays_are_as_large_as_their_modes),
		cmocka_unit_test(processors_are_told_apart),
		cmocka_unit_test(nobody_starts_processors_unasked),
		cmocka_unit_test(processors_that_were_asked_for_wait_or_are_silent),
		cmocka_unit_test(released_processors_come_as_they_should),
		cmocka_unit_test(psci_answers_and_no_interrupt_comes),
		cmocka_unit_test(the_score_counts_what_holds),
		cmocka_unit_test(a_record_that_is_wrong_is_not_followed),
		cmocka_unit_test(the_first_promise_that_a_processor_finds_broken_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
