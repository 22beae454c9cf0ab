/* contract_world.c — the machine and the record of contract_world.h; and what the checks ask of the rest of pith. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "console.h"
#include "contract/entry.h"
#include "contract_world.h"
#include "image.h"

uint8_t ram[PAGES * PAGE_BYTES] __attribute__((aligned(4096)));
struct contract_world world;
enum verdict verdict_of[3];

const uint32_t arch_number = HOBNAIL_ARCH_X86_64;

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
const struct chapter arch_chapter = { others, 3 }, image_chapter = { others, 0 }, space_chapter = { others, 0 },
                     net_chapter = { others, 0 };

/* ---- A record that is right ------------------------------------------------------------------------------- */

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

	*m = (struct hobnail_memory){ page * PAGE_BYTES, pages * PAGE_BYTES, type, 0,
	                              type == HOBNAIL_MEMORY_MMIO ? 1 : 8 };
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
			*g = (struct hobnail_grant){ all[i].type & ~HOBNAIL_REQUIRED, all[i].type & HOBNAIL_REQUIRED,
			                             all[i].granted };
		}
	}
}

static void add_leaf(vaddr va, uint64_t bytes, paddr phys, enum walk_memory memory)
{
	world.leaf[world.leaves++] = (struct live_leaf){ va, bytes,
	                                                 { .phys = phys, .memory = memory, .writable = true } };
}

static void make_devices(void)
{
	struct hobnail_framebuffer *fb = add(&boot->framebuffers, sizeof *fb);

	*fb = (struct hobnail_framebuffer){
		.phys = 0x100000, .virt = NET + 0x10000, .width = 100, .height = 20, .pitch = 512,
		.bits_per_pixel = 32, .red_mask = 0xff0000, .green_mask = 0xff00, .blue_mask = 0xff,
	};
	fb->bytes = 512 * 19 + 400;
	boot->console = (struct hobnail_console){ 0x9000100, NET + 0x8100, HOBNAIL_CONSOLE_PL011,
	                                          HOBNAIL_CONSOLE_BY_SPCR, 4, 2 };
	add_leaf(NET + 0x8000, 0x1000, 0x9000000, WALK_DEVICE);
	add_leaf(NET + 0x10000, 0x2000, 0x100000, WALK_WRITE_COMBINING);
	add_leaf(NET + 0x12000, 0x1000, 0x102000, WALK_WRITE_COMBINING);
}

void make(void)
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
		.direct_map = (uintptr_t)ram, .net_base = NET, .net_bytes = NET_SLOT / 2, .net_entry = 1,
		.net_index = 511,
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

void make_parked(void)
{
	make();
	*grant(1) = (struct hobnail_grant){ HOBNAIL_REQUEST_PROCESSORS, 0, 1 };
	world.note[1].type = HOBNAIL_REQUEST_PROCESSORS;
	world.note[1].value_low = 1;
	cpu(0)->flags |= HOBNAIL_CPU_PARKED;
	cpu(0)->mailbox.state = HOBNAIL_MAILBOX_WAITING;
	cpu(2)->flags |= HOBNAIL_CPU_SILENT;
}

void make_released(void)
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

void judged(unsigned number, enum verdict want, const char *what)
{
	struct finding f = { "" };
	enum verdict got = promise(number)->check(boot, &f);

	if (got != want)
		fail_msg("P%u of { %s }: got %u, want %u (%s)", number, what, got, want, f.text);
}

void says(unsigned number, const char *want)
{
	struct finding f = { "" };

	promise(number)->check(boot, &f);
	assert_string_equal(f.text, want);
}
