#include "world.h"

#include <sanitizer/asan_interface.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unit/pe_builder.h"

static const char config_text[] =
	"[test]\n"
	"kernel = \\boot\\kernel.elf\n"
	"cmdline = hello world\n"
	"module = \\boot\\one.bin first\n"
	"module = boot/two.bin\n";

static const char efi_config_text[] =
	"[test]\n"
	"kernel = \\boot\\kernel.elf\n"
	"cmdline = hello world\n"
	"initrd = \\boot\\one.bin\n"
	"initrd = boot/two.bin\n"
	"devicetree = \\boot\\board.dtb\n";

struct elf_image world_elf;
static uint8_t one[3 * PAGE_BYTES + 5], two[17];

/* ---- Files --------------------------------------------------------------------------------------------- */

static void move_low(unsigned header, paddr to)
{
	put64(&world_elf, header + PH_VADDR, to);
	put64(&world_elf, header + PH_PADDR, to);
}

void world_kernel_at(paddr at)
{
	put64(&world_elf, EH_ENTRY, at + 0x10);
	move_low(PH_TEXT, at);
	move_low(PH_DATA, at + PAGE_BYTES + 0x10); /* not at the beginning of its page */
	put64(&world_elf, PH_DATA + PH_OFFSET, AT_DATA + 0x10);
	move_low(PH_NOTE, at + 0x80);
}

void world_ask(uint32_t request, uint64_t value)
{
	enum { NOTE_BYTES = 28 };
	uint64_t bytes = read_le64(world_elf.data + PH_NOTE + PH_FILESZ);

	put_note(&world_elf, AT_NOTE + bytes, request, value);
	put64(&world_elf, PH_NOTE + PH_FILESZ, bytes + NOTE_BYTES);
	put64(&world_elf, PH_NOTE + PH_MEMSZ, bytes + NOTE_BYTES);
}

static void build_kernel(enum machine machine, enum world_kernel kernel)
{
	bool off = kernel == KERNEL_MMU_OFF || kernel == KERNEL_MMU_OFF_STAGED;
	bool staged = kernel == KERNEL_STAGED || kernel == KERNEL_MMU_OFF_STAGED || kernel == KERNEL_MULTIBOOT2;
	bool within = kernel == KERNEL_MULTIBOOT2_WITHIN;
	paddr low = staged ? ARENA_BUSY + 8 * PAGE_BYTES : ARENA_FREE;

	if (kernel == KERNEL_EFI) {
		pe_build(world_elf.data, machine == FAKE_X86_64 ? 0x8664 : 0xaa64);
		world_elf.bytes = PE_BUILT_BYTES;
		fake.options.program = world_elf.data;
		fake.options.program_bytes = world_elf.bytes;
		return;
	}
	elf_build(&world_elf, machine == FAKE_X86_64 ? 62 : 183, kernel == KERNEL_PIE);
	world_ask(HOBNAIL_REQUEST_FRAMEBUFFER, 64 | 48ull << 32);
	if (off)
		world_ask(HOBNAIL_REQUEST_MMU_OFF, 1);
	for (unsigned i = 0x40; i < 0x80; i++) /* something to compare */
		put(&world_elf, AT_TEXT + i, 1, i);
	memset(world_elf.data + AT_TEXT + 0x100, 0xee, AT_DATA - AT_TEXT - 0x100); /* no segment's: never in memory */
	if (kernel == KERNEL_LIMINE)
		world_put_limine();
	if (!staged && !off && !within)
		return;
	memset(world_elf.data + AT_DATA, 0xee, 0x10);
	world_kernel_at(low);
	if (within || kernel == KERNEL_MULTIBOOT2)
		world_put_multiboot2(within);
}

struct fake_file *world_file(const char *path)
{
	for (unsigned i = 0; i < fake.file_count; i++)
		if (strcmp(fake.files[i].path, path) == 0)
			return &fake.files[i];
	abort();
}

void world_replace(struct fake_file *f, const void *data, uint64_t bytes)
{
	f->data = data;
	f->bytes = f->said = bytes;
	free(f->seen);
	f->seen = calloc(1, bytes + 1);
}

void world_config(const char *text)
{
	world_replace(world_file("\\hobnail.conf"), text, strlen(text));
}

/* \EFI\BOOT\BOOTX64.EFI as the device path of the loader's own file. */
static const void *own_path(void)
{
	static const CHAR16 name[] = u"\\EFI\\BOOT\\BOOTX64.EFI";
	static uint8_t path[4 + sizeof name + 4] = { EFI_PATH_MEDIA, EFI_PATH_FILE, 4 + sizeof name, 0 };

	memcpy(path + 4, name, sizeof name);
	memcpy(path + 4 + sizeof name, (uint8_t[]){ EFI_PATH_END, EFI_PATH_END_ENTIRE, 4, 0 }, 4);
	return path;
}

/* ---- Tables -------------------------------------------------------------------------------------------- */

static uint8_t *memory(paddr at)
{
	return (uint8_t *)(uintptr_t)at;
}

static void put_le(uint8_t *at, unsigned bytes, uint64_t value)
{
	for (unsigned i = 0; i < bytes; i++)
		at[i] = (uint8_t)(value >> 8 * i);
}

static void fix_sum(uint8_t *at, uint32_t bytes, unsigned where)
{
	uint8_t sum = 0;

	at[where] = 0;
	for (uint32_t i = 0; i < bytes; i++)
		sum = (uint8_t)(sum + at[i]);
	at[where] = (uint8_t)-sum;
}

static void acpi_table_at(paddr at, const char *signature, uint32_t bytes)
{
	memcpy(memory(at), signature, 4);
	put_le(memory(at) + 4, 4, bytes);
	fix_sum(memory(at), bytes, 9);
}

/* ACPI 6.5, "MADT": local APICs and one I/O APIC, or GICCs. The one in the middle is not there yet: online-capable. */
static void put_madt(paddr at)
{
	uint8_t *m = memory(at);
	static const uint8_t x86[] = { 0, 8, 0, 0, 1, 0, 0, 0, 0, 8, 1, 2, 1, 0, 0, 0, 0, 8, 2, 4, 2, 0, 0, 0, 0, 8, 3,
	                               6, 1, 0, 0, 0, 1, 12, 0, 0, 0, 0, 0xc0, 0xfe, 0, 0, 0, 0 };

	if (fake.options.machine == FAKE_X86_64) {
		memcpy(m + 44, x86, sizeof x86);
		acpi_table_at(at, "APIC", 44 + sizeof x86);
		return;
	}
	for (unsigned i = 0; i < 4; i++) {
		uint8_t *gicc = m + 44 + 80 * i;
		gicc[0] = 0xb, gicc[1] = 80;
		put_le(gicc + 8, 4, i);
		put_le(gicc + 12, 4, i == 2 ? 8 : 1);
		put_le(gicc + 68, 8, 2 * i);
	}
	acpi_table_at(at, "APIC", 44 + 320);
}

void world_acpi(void)
{
	paddr rsdp = ARENA_ACPI, xsdt = ARENA_ACPI + 0x100, madt = ARENA_ACPI + 0x200;

	memset(memory(ARENA_ACPI), 0, PAGE_BYTES);
	memcpy(memory(rsdp), "RSD PTR ", 8);
	memory(rsdp)[15] = 2;
	put_le(memory(rsdp) + 20, 4, 36);
	put_le(memory(rsdp) + 24, 8, xsdt);
	fix_sum(memory(rsdp), 20, 8);
	fix_sum(memory(rsdp), 36, 32);
	put_madt(madt);
	put_le(memory(xsdt) + 36, 8, madt);
	acpi_table_at(xsdt, "XSDT", 44);
	fake.options.rsdp = rsdp;
}

void world_scatter_tables(unsigned count)
{
	paddr rsdp = ARENA_ACPI, xsdt = ARENA_FREE, madt = ARENA_ACPI + 0x200;

	for (unsigned i = 0; i <= count; i++) {
		paddr at = ARENA_FREE + 2 * i * PAGE_BYTES;
		fake.kind[(at - ARENA) / PAGE_BYTES] = EfiReservedMemoryType;
		ASAN_UNPOISON_MEMORY_REGION(memory(at), PAGE_BYTES);
		memset(memory(at), 0, PAGE_BYTES);
		put_le(memory(xsdt) + 36 + 8 * i, 8, i < count ? at + 2 * PAGE_BYTES : madt);
		if (i)
			acpi_table_at(at, "SSDT", 36);
	}
	acpi_table_at(xsdt, "XSDT", 36 + 8 * (count + 1));
	put_le(memory(rsdp) + 24, 8, xsdt);
	fix_sum(memory(rsdp), 36, 32);
}

/* ACPI 6.5, "Processor Local x2APIC Structure": in place of the last local APIC, before the I/O APIC. */
void world_x2apic_id(uint32_t id)
{
	enum { OTHERS = 44 + 3 * 8, APIC = 8, X2APIC = 16, IOAPIC = 12 };
	paddr madt = ARENA_ACPI + 0x200;
	uint8_t *at = memory(madt) + OTHERS;

	memmove(at + X2APIC, at + APIC, IOAPIC);
	memcpy(at, (uint8_t[X2APIC]){ 9, X2APIC, [8] = 1, [12] = 3 }, X2APIC);
	put_le(at + 4, 4, id);
	acpi_table_at(madt, "APIC", OTHERS + X2APIC + IOAPIC);
}

/* ACPI 6.5, "FADT": the power-management timer's port, and the Arm boot flags. */
void world_fadt(uint16_t pm_timer, uint16_t arm_boot)
{
	enum { FADT_BYTES = 132 };
	paddr xsdt = ARENA_ACPI + 0x100, fadt = ARENA_ACPI + 0x600;
	uint8_t *t = memory(fadt);

	put_le(t + 76, 4, pm_timer);
	t[91] = 4;
	put_le(t + 129, 2, arm_boot);
	acpi_table_at(fadt, "FACP", FADT_BYTES);
	put_le(memory(xsdt) + 44, 8, fadt);
	acpi_table_at(xsdt, "XSDT", 52);
}

/* IA-PC HPET Specification 1.0a, "The ACPI 2.0 HPET Description Table": in place of the FADT. */
void world_hpet(paddr base)
{
	paddr xsdt = ARENA_ACPI + 0x100, hpet = ARENA_ACPI + 0x700;

	put_le(memory(hpet) + 44, 8, base);
	acpi_table_at(hpet, "HPET", 56);
	put_le(memory(xsdt) + 44, 8, hpet);
	acpi_table_at(xsdt, "XSDT", 52);
}

/* PCI Firmware Specification 3.3, "MCFG Table Description"; in place of the FADT. */
void world_mcfg(paddr base)
{
	paddr xsdt = ARENA_ACPI + 0x100, mcfg = ARENA_ACPI + 0x900;

	memset(memory(mcfg), 0, 60);
	put_le(memory(mcfg) + 44, 8, base);
	acpi_table_at(mcfg, "MCFG", 60);
	put_le(memory(xsdt) + 44, 8, mcfg);
	acpi_table_at(xsdt, "XSDT", 52);
}

/* ACPI 6.5, "GIC Distributor (GICD) Structure", "GIC Redistributor (GICR) Structure", and what the first GICC has;
 * 0: none. */
void world_gic(paddr distributor, paddr interface, paddr redistributors, uint32_t redistributor_bytes)
{
	paddr madt = ARENA_ACPI + 0x200;
	uint8_t *m = memory(madt), *at = m + 44 + 320;

	put_le(m + 44 + 32, 8, interface);
	memset(at, 0, 24 + 16);
	at[0] = 0xc, at[1] = 24;
	put_le(at + 8, 8, distributor);
	at += 24;
	if (redistributors) {
		at[0] = 0xe, at[1] = 16;
		put_le(at + 4, 8, redistributors);
		put_le(at + 12, 4, redistributor_bytes);
		at += 16;
	}
	acpi_table_at(madt, "APIC", (uint32_t)(at - m));
}

/* "Serial Port Console Redirection Table (SPCR)", Microsoft: a 16550 (0) in memory, byte by byte; in place of the
 * FADT. */
void world_spcr(paddr base)
{
	paddr xsdt = ARENA_ACPI + 0x100, spcr = ARENA_ACPI + 0x800;

	memset(memory(spcr), 0, 80);
	memory(spcr)[41] = 8; /* bits of a register */
	memory(spcr)[43] = 1; /* bytes of an access */
	put_le(memory(spcr) + 44, 8, base);
	acpi_table_at(spcr, "SPCR", 80);
	put_le(memory(xsdt) + 44, 8, spcr);
	acpi_table_at(xsdt, "XSDT", 52);
}

/* Devicetree Specification v0.4, "Flattened Devicetree (DTB) Format": big-endian. */
struct tree {
	uint8_t *blob;
	uint32_t used;
};

static void put_be(uint8_t *at, uint32_t value)
{
	for (unsigned i = 0; i < 4; i++)
		at[i] = (uint8_t)(value >> (24 - 8 * i));
}

static void token(struct tree *t, uint32_t value)
{
	put_be(t->blob + t->used, value);
	t->used += 4;
}

static void node(struct tree *t, const char *name)
{
	token(t, 1);
	memcpy(t->blob + t->used, name, strlen(name) + 1);
	t->used += (uint32_t)align_up(strlen(name) + 1, 4);
}

static void property(struct tree *t, uint32_t name, const void *value, uint32_t bytes)
{
	token(t, 3);
	token(t, bytes);
	token(t, name);
	memcpy(t->blob + t->used, value, bytes);
	t->used += (uint32_t)align_up(bytes, 4);
}

enum { NAME_ADDRESS = 0, NAME_SIZE = 15, NAME_DEVICE = 27, NAME_REG = 39, NAME_METHOD = 43, NAME_COMPATIBLE = 50,
       NAME_ENABLE = 61, NAME_RELEASE = 75 };
static const char tree_names[] =
	"#address-cells\0#size-cells\0device_type\0reg\0method\0compatible\0enable-method\0cpu-release-addr";

static void tree_cpu(struct tree *t, unsigned id, paddr release)
{
	uint8_t reg[4], at[8];

	put_be(reg, id);
	put_be(at, (uint32_t)(release >> 32));
	put_be(at + 4, (uint32_t)release);
	node(t, "cpu");
	property(t, NAME_DEVICE, "cpu", 4);
	property(t, NAME_REG, reg, 4);
	if (release) {
		property(t, NAME_ENABLE, "spin-table", 11);
		property(t, NAME_RELEASE, at, 8);
	}
	token(t, 2);
}

static struct tree tree_begin(uint8_t *at)
{
	struct tree t = { at, 56 };

	memset(t.blob, 0, PAGE_BYTES);
	node(&t, "");
	node(&t, "cpus");
	property(&t, NAME_ADDRESS, "\0\0\0\1", 4);
	property(&t, NAME_SIZE, "\0\0\0\0", 4);
	tree_cpu(&t, 0, 0);
	return t;
}

static void tree_end(struct tree *t)
{
	token(t, 2);
	token(t, 9);
	const uint32_t header[] = { 0xd00dfeed, t->used + sizeof tree_names, 56, t->used, 40, 17, 16, 0,
	                            sizeof tree_names, t->used - 56 };
	for (unsigned i = 0; i < COUNT_OF(header); i++)
		put_be(t->blob + 4 * i, header[i]);
	memcpy(t->blob + t->used, tree_names, sizeof tree_names);
}

static void put_tree(uint8_t *at)
{
	struct tree t = tree_begin(at);

	token(&t, 2);
	node(&t, "psci");
	property(&t, NAME_COMPATIBLE, "arm,psci-0.2", 13);
	property(&t, NAME_METHOD, "hvc", 4);
	token(&t, 2);
	tree_end(&t);
}

void world_device_tree(void)
{
	put_tree(memory(ARENA_TREE));
	fake.options.device_tree = ARENA_TREE;
}

void world_spin_tables(const paddr *release, unsigned count)
{
	struct tree t = tree_begin(memory(ARENA_TREE));

	for (unsigned i = 0; i < count; i++)
		tree_cpu(&t, 2 * (i + 1), release[i]);
	token(&t, 2);
	tree_end(&t);
	fake.options.device_tree = ARENA_TREE;
	fake.options.rsdp = 0;
}

/* Another device tree, in a file. */
static uint8_t board[PAGE_BYTES];

void world_make(enum machine machine, enum world_kernel kernel)
{
	fake_reset(machine);
	for (unsigned i = 0; i < sizeof one; i++)
		one[i] = (uint8_t)(i * 13 + i / 251);
	memset(two, 'x', sizeof two);
	build_kernel(machine, kernel);
	fake_add("\\hobnail.conf", config_text, sizeof config_text - 1);
	fake_add("\\boot\\kernel.elf", world_elf.data, world_elf.bytes);
	fake_add("\\boot\\one.bin", one, sizeof one);
	fake_add("\\boot\\two.bin", two, sizeof two);
	fake.options.file_path = own_path();
	world_acpi();
	if (machine == FAKE_AARCH64)
		world_device_tree();
	if (kernel != KERNEL_EFI)
		return;
	world_config(efi_config_text);
	put_tree(board);
	fake_add("\\boot\\board.dtb", board, sizeof board);
	fake.options.has_fixup = true;
	fake.options.fixup_wants = sizeof board + 1;
	fake.options.seed = ARENA_TREE + PAGE_BYTES;
	memcpy(memory(fake.options.seed), "\x10\0\0\0sixteen bytes...", 20);
}

void world_another_kernel(enum machine machine, enum world_kernel kernel)
{
	build_kernel(machine, kernel);
	world_file("\\boot\\kernel.elf")->bytes = world_file("\\boot\\kernel.elf")->said = world_elf.bytes;
}

/* ---- The judge: small things ---------------------------------------------------------------------------- */

static const char *wrong(const char *text, ...) __attribute__((format(printf, 1, 2)));
static const char *wrong(const char *text, ...)
{
	static char said[512];
	va_list arguments;

	va_start(arguments, text);
	vsnprintf(said, sizeof said, text, arguments);
	va_end(arguments);
	return said;
}

bool world_said(const char *text)
{
	return strstr(fake.console, text) || strstr(fake.serial, text);
}

const struct hobnail_boot *world_record(void)
{
	for (unsigned i = 0; i < handoff.touch_count; i++) {
		const struct hobnail_boot *r = (const void *)(uintptr_t)handoff.touch[i].base;
		if (handoff.touch[i].base >= ARENA && handoff.touch[i].base < ARENA + ARENA_BYTES &&
		    r->magic == HOBNAIL_MAGIC && r->phys == handoff.touch[i].base &&
		    r->phys + r->direct_map == handoff.argument)
			return r;
	}
	return NULL;
}

/* A file can be asked for more than once: the same module twice. */
const char *world_judge_read_once(void)
{
	for (unsigned i = 0; i < fake.file_count; i++) {
		const struct fake_file *f = &fake.files[i];
		bool all = fake.outcome == FAKE_ENTERED && f->opened && f->data != world_elf.data &&
		           f->said == f->bytes;
		for (uint64_t at = 0; at < f->bytes; at++)
			if (f->seen[at] > f->opened || (all && !f->seen[at]))
				return wrong("byte %llu of %s was read %u times", (unsigned long long)at, f->path,
				             f->seen[at]);
	}
	return NULL;
}

static const void *world_table(const EFI_GUID *guid)
{
	for (UINTN i = 0; i < *fake_table_count(); i++)
		if (memcmp(&fake_tables()[i].VendorGuid, guid, sizeof *guid) == 0)
			return fake_tables()[i].VendorTable;
	return NULL;
}

/* ---- The judge: a boot that returned -------------------------------------------------------------------- */

static const char *error_line(void)
{
	const char *line = strstr(fake.console, "hobnail: cannot ");

	return line ? line : strstr(fake.serial, "hobnail: cannot ");
}

const char *world_judge_blames(void)
{
	const struct fake_fault *f = &fake.faults[0];
	const char *line = error_line();
	const char *subject = f->call && f->call <= fake.calls ? fake.trace[f->call - 1].subject : NULL;
	const char *name = subject ? strrchr(subject, '\\') : NULL;

	if (fake.outcome == FAKE_RETURNED && !fake.faults[1].call && line && name && name[1] && !strstr(line, name + 1))
		return wrong("the error does not name %s: %s", subject, line);
	return fake.outcome == FAKE_RETURNED && line && strchr(line, '{') ? wrong("a number is missing: %s", line)
	                                                                  : NULL;
}

static const char *judge_text(void)
{
	const char *line = error_line();

	if (fake_hit(SERVICE_OUTPUT))
		return NULL;
	if (!line && fake.options.no_console_out)
		return NULL;
	if (!line)
		return wrong("no error was shown; the consoles have: %s|%s", fake.console, fake.serial);
	if (!strstr(line, ": ") || !strstr(line, "(ERR_") || line[16] == ':')
		return wrong("the error is not clear: %s", line);
	return NULL;
}

/* The device tree's pages were told apart by the fake's correction. */
static const char *judge_tree(void)
{
	const uint8_t *tree = world_table(&(EFI_GUID)EFI_DTB_TABLE_GUID);

	if (!tree || fake.kind[((uintptr_t)tree - ARENA) / PAGE_BYTES] != EfiACPIReclaimMemory)
		return wrong("the program finds no device tree in memory that stays");
	for (unsigned i = 0; i < sizeof board; i++)
		if (tree[i] != (i == 31 && fake.options.has_fixup ? 7 : board[i]))
			return fake_hit(SERVICE_FIXUP) || fake_hit(SERVICE_LOCATE_PROTOCOL)
			               ? NULL : wrong("byte %u of the device tree is %#x", i, tree[i]);
	return NULL;
}

/* 32 bytes, which are neither the generator's nor the earlier ones. */
static const char *judge_seed(void)
{
	const uint8_t *seed = world_table(&(EFI_GUID)EFI_RANDOM_SEED_TABLE_GUID);
	uint32_t same = 0;

	if ((paddr)(uintptr_t)seed == fake.options.seed)
		return fake.faults[0].call || fake.options.no_rng || fake.options.rng_fails
		               ? NULL : wrong("there is no seed");
	for (unsigned i = 4; i < 36; i++)
		same += seed[i] == 0xa5 || seed[i] == seed[4];
	return read_le32(seed) != 32 || same > 8 ? wrong("the seed is the generator's") : NULL;
}

/* Files begin at multiples of 4. */
static const char *judge_initrd(void)
{
	uint64_t second = align_up(sizeof one, 4);

	if (fake.program.initrd_bytes != second + sizeof two || memcmp(fake.program.initrd, one, sizeof one) != 0 ||
	    memcmp(fake.program.initrd + second, two, sizeof two) != 0)
		return wrong("the initial RAM disk is not that of the files: %llu bytes",
		             (unsigned long long)fake.program.initrd_bytes);
	for (uint64_t i = sizeof one; i < second; i++)
		if (fake.program.initrd[i])
			return wrong("the gap before the second file is not zero");
	return NULL;
}

const char *world_judge_program(void)
{
	if (!fake.options.program)
		return NULL; /* another file became one by chance */
	if (!fake.program.source_is_whole)
		return wrong("the program is not the file: %llu bytes", (unsigned long long)fake.program.bytes);
	if (strcmp(fake.program.path, "\\boot\\kernel.elf") != 0)
		return wrong("the program's path is %s", fake.program.path);
	if (fake_hit(SERVICE_OPEN) && !fake.program.options_bytes)
		return NULL; /* without a configuration */
	if (strcmp(fake.program.options, "hello world") != 0 || fake.program.options_bytes != 24)
		return wrong("the program's options are '%s', %u bytes", fake.program.options,
		             fake.program.options_bytes);
	if (fake.console_used || fake.serial_used)
		return wrong("something is printed on the way: %s", fake.console);
	const char *why = judge_initrd();
	if (!why) why = judge_tree();
	if (!why) why = judge_seed();
	return why;
}

/* No protocol or table of a program may stay. */
static const char *judge_taken_back(void)
{
	const void *tree = world_table(&(EFI_GUID)EFI_DTB_TABLE_GUID);
	const void *seed = world_table(&(EFI_GUID)EFI_RANDOM_SEED_TABLE_GUID);

	if (fake.images != fake.excused_images)
		return wrong("%u images were left behind", fake.images);
	if (!fake.served.excused && (fake.served.load_file || fake.served.path))
		return wrong("the initial RAM disk is still served");
	if (fake_hit(SERVICE_INSTALL_TABLE) || fake.excused_pages)
		return NULL;
	if ((paddr)(uintptr_t)tree != fake.options.device_tree || (paddr)(uintptr_t)seed != fake.options.seed)
		return wrong("the firmware's tables are not as they were");
	return NULL;
}

static bool has_ended_well(void)
{
	return fake.options.program_ends && fake.program.ended && !fake.options.program_status &&
	       !fake.program.initrd_status;
}

static const char *judge_returned(void)
{
	const char *why = judge_taken_back();

	if (why)
		return why;
	if (!EFI_ERROR(fake.status) && !has_ended_well())
		return wrong("the loader returned %#llx", (unsigned long long)fake.status);
	if (fake.exit_tries)
		return wrong("the loader returned after it had tried to exit");
	if (fake.pages != fake.excused_pages)
		return wrong("%u pages were left behind (%u could not be given back)", fake.pages, fake.excused_pages);
	if (fake.pools)
		return wrong("%u pools were left behind", fake.pools);
	if (fake.open_files)
		return wrong("%u files were left open", fake.open_files);
	if (fake.open_events != fake.excused_events)
		return wrong("%u events were left open", fake.open_events);
	return has_ended_well() && !EFI_ERROR(fake.status) ? NULL : judge_text();
}

static const char *judge_halted(void)
{
	const struct hobnail_boot *r = world_record();

	if (!fake.exit_tries)
		return wrong("the loader stopped the machine before it tried to exit");
	if (r && r->console.kind == HOBNAIL_CONSOLE_16550_PORT && r->console.phys == 0x3f8 &&
	    (!strstr(fake.serial, "hobnail: ") || !strstr(fake.serial, "stopped")))
		return wrong("the machine was stopped without a word; the serial port has: %s", fake.serial);
	return NULL;
}

const char *world_judge(void)
{
	const char *why = fake.outcome == FAKE_RETURNED ? judge_returned()
	                  : fake.outcome == FAKE_HALTED ? judge_halted()
	                  : fake.outcome == FAKE_STARTED ? world_judge_program()
	                  : fake.outcome == FAKE_HANGS  ? wrong("more than %u calls", fake.options.budget)
	                                                : world_judge_entered();

	return fake.forbidden[0] ? fake.forbidden : why;
}
