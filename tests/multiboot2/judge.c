/* judge.c — a conformance kernel for Multiboot2 loaders on machines with UEFI: each promise of docs/multiboot2.md that
 * can be seen from inside. It depends on nothing of any loader.
 *
 * The same source is the 32-bit kernel of the i386 entry and the 64-bit kernel of the EFI amd64 entry (JUDGE_WITHIN).
 * Addresses are physical everywhere. There are no pointers in data: the image runs wherever it is loaded. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#pragma GCC visibility push(hidden)

#ifdef JUDGE_WITHIN
enum { WITHIN = 1 };
#else
enum { WITHIN = 0 };
#endif
#ifdef JUDGE_RELOCATABLE
enum { RELOCATABLE = 1 };
#else
enum { RELOCATABLE = 0 };
#endif
#ifdef JUDGE_FLAT
enum { FLAT = 1 };
#else
enum { FLAT = 0 };
#endif

void judge_main(void);

/* Saved by the entry code, before anything else. */
uintptr_t entry_stack_pointer, entry_flags, entry_b, entry_cr0, entry_cr4;
uint32_t entry_a;

uint32_t segments_are_flat(void); /* i386 */

extern const char image_start[], image_end[];
static uint32_t zeros[2048];
static uint32_t initialized[2] = { 0x13579bdf, 0x2468ace0 };

/* ---- The console and the end ------------------------------------------------------------------------------------ */

enum { COM1 = 0x3f8, LINE_STATUS = 5, READY_TO_SEND = 0x20, DEBUG_EXIT = 0xf4, PIC_1_MASK = 0x21, PIC_2_MASK = 0xa1 };

static uint8_t port_read(uint16_t port)
{
	uint8_t value;

	__asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

static void say_byte(char c)
{
	for (unsigned i = 0; i < 1000000 && !(port_read(COM1 + LINE_STATUS) & READY_TO_SEND); i++)
		;
	__asm__ volatile("outb %0, %1" : : "a"(c), "Nd"((uint16_t)COM1));
}

static void say(const char *text)
{
	for (; *text; text++) {
		if (*text == '\n')
			say_byte('\r');
		say_byte(*text);
	}
}

static void say_number(unsigned n)
{
	if (n > 9)
		say_number(n / 10);
	say_byte((char)('0' + n % 10));
}

/* QEMU's isa-debug-exit at the port where `-device isa-debug-exit,iobase=0xf4` has it. */
static void end_machine(uint32_t status)
{
	__asm__ volatile("outl %0, %1" : : "a"(status), "Nd"((uint16_t)DEBUG_EXIT));
}

/* ---- Promises --------------------------------------------------------------------------------------------------- */

enum { MOST_PROMISES = 64 };

static unsigned applicable, held;
static bool judged[MOST_PROMISES];

static void judge(unsigned number, bool holds, const char *what)
{
	judged[number] = true;
	applicable++;
	held += holds;
	if (holds)
		return;
	say("M");
	say_number(number);
	say(" broken: ");
	say(what);
	say("\n");
}

#define PROMISE(number, holds) judge(number, holds, #holds)

/* ---- Information ------------------------------------------------------------------------------------------------ */

enum { END, COMMAND_LINE, LOADER, MODULE, BASIC_MEMORY, BIOS_DEVICE, MEMORY_MAP, VBE, FRAMEBUFFER, SECTIONS, APM,
       EFI32, EFI64, SMBIOS, RSDP_OLD, RSDP_NEW, NETWORK, EFI_MAP, SERVICES, HANDLE32, HANDLE64, LOAD_BASE };

static uint32_t word(const uint8_t *at)
{
	uint32_t value;

	__builtin_memcpy(&value, at, sizeof value);
	return value;
}

static uint64_t long_word(const uint8_t *at)
{
	return word(at) | (uint64_t)word(at + 4) << 32;
}

static const uint8_t *information(void)
{
	return (const uint8_t *)entry_b;
}

static const uint8_t *next(const uint8_t *tag)
{
	return tag + ((word(tag + 4) + 7) & ~7u);
}

/* The n-th tag of a kind, from 0. */
static const uint8_t *tag(uint32_t kind, unsigned n)
{
	for (const uint8_t *t = information() + 8; word(t) != END && word(t + 4) >= 8; t = next(t))
		if (word(t) == kind && n-- == 0)
			return t;
	return NULL;
}

/* Tags follow one another at multiples of 8, up to an end tag at the end. */
static bool tags_are_sound(void)
{
	const uint8_t *t = information() + 8, *end = information() + word(information());

	while (t + 8 <= end && word(t) != END && word(t + 4) >= 8)
		t = next(t);
	return t + 8 == end && word(t) == END && word(t + 4) == 8;
}

/* A text that ends where its tag does. */
static bool is_text(const uint8_t *t, unsigned at)
{
	uint32_t i = at;

	if (!t)
		return false;
	while (i < word(t + 4) && t[i])
		i++;
	return i + 1 == word(t + 4);
}

static bool begins(const uint8_t *at, const char *text)
{
	for (; *text; text++, at++)
		if (*at != (uint8_t)*text)
			return false;
	return true;
}

/* "name=5" in the command line, one digit; 0 if it is not there. */
static unsigned told(const char *name)
{
	const uint8_t *t = tag(COMMAND_LINE, 0);

	for (const uint8_t *c = t + 8; t && *c; c++)
		if (begins(c, name)) {
			while (*c != '=')
				c++;
			return c[1] - '0';
		}
	return 0;
}

static const uint8_t *skip(const uint8_t *at, const char *text)
{
	while (*text)
		text++, at++;
	return at;
}

/* No byte of it is free, so that it cannot be cut or changed unseen: "judge modules=N[ display=1][ return=1] end". */
static bool command_line_is_whole(const uint8_t *t)
{
	static const char first[] = "judge modules=", last[] = " end";

	if (!is_text(t, 8) || !begins(t + 8, first))
		return false;
	const uint8_t *c = skip(t + 8, first) + 1;
	if (begins(c, " display=1"))
		c = skip(c, " display=1");
	if (begins(c, " return=1"))
		c = skip(c, " return=1");
	return begins(c, last) && !*skip(c, last);
}

static bool sums_to_zero(const uint8_t *at, uint32_t bytes)
{
	uint8_t sum = 0;

	for (uint32_t i = 0; i < bytes; i++)
		sum = (uint8_t)(sum + at[i]);
	return !sum;
}

static void judge_information(void)
{
	PROMISE(8, word(information() + 4) == 0 && tags_are_sound());
	PROMISE(9, command_line_is_whole(tag(COMMAND_LINE, 0)));
	PROMISE(10, is_text(tag(LOADER, 0), 8) && tag(LOADER, 0)[8]);
}

/* ---- Modules: byte i is i * 131 + (i >> 12), and the text is the module's number from 0 and its bytes ------------ */

static const uint8_t *read_number(const uint8_t *text, uint32_t *n)
{
	for (*n = 0; *text >= '0' && *text <= '9'; text++)
		*n = *n * 10 + (*text - '0');
	return text;
}

static bool says(const uint8_t *text, uint32_t number, uint32_t bytes)
{
	uint32_t first, second;

	text = read_number(text, &first);
	if (*text++ != ' ')
		return false;
	text = read_number(text, &second);
	return !*text && first == number && second == bytes;
}

static bool content_is_right(const uint8_t *from, uint32_t bytes)
{
	for (uint32_t i = 0; i < bytes; i++)
		if (from[i] != (uint8_t)(i * 131 + (i >> 12)))
			return false;
	return true;
}

static bool meets(uint64_t a, uint64_t a_end, uint64_t b, uint64_t b_end)
{
	return a < b_end && b < a_end;
}

/* From the information, the kernel, and the modules behind it. */
static bool lies_apart(const uint8_t *module, unsigned number)
{
	uint64_t from = word(module + 8), to = word(module + 12), info = entry_b;

	for (const uint8_t *m; (m = tag(MODULE, ++number));)
		if (meets(from, to, word(m + 8), word(m + 12)))
			return false;
	return !meets(from, to, info, info + word(information())) &&
	       !meets(from, to, (uintptr_t)image_start, (uintptr_t)image_end);
}

static void judge_modules(void)
{
	bool in_order = true, at_pages = true, right = true, apart = true;
	unsigned count = 0;
	const uint8_t *m;

	for (; (m = tag(MODULE, count)); count++) {
		uint32_t from = word(m + 8), bytes = word(m + 12) - from;
		in_order &= is_text(m, 16) && says(m + 16, count, bytes);
		at_pages &= !(from & 4095);
		right &= content_is_right((const uint8_t *)(uintptr_t)from, bytes);
		apart &= lies_apart(m, count);
	}
	PROMISE(11, count == told("modules=") && in_order);
	PROMISE(12, at_pages);
	PROMISE(13, right);
	PROMISE(14, apart && !meets(entry_b, entry_b + word(information()), (uintptr_t)image_start,
	                            (uintptr_t)image_end));
}

/* ---- Memory ------------------------------------------------------------------------------------------------------ */

static bool map_is_in_order(const uint8_t *map)
{
	uint64_t last = 0;

	for (const uint8_t *e = map + 16; e < map + word(map + 4); e += word(map + 8)) {
		if (long_word(e) < last || !long_word(e + 8))
			return false;
		last = long_word(e) + long_word(e + 8);
	}
	return true;
}

enum { AVAILABLE = 1 << 1, RESERVED = 1 << 2, RECLAIMABLE = 1 << 3 };

/* Where the memory from `at` on that is of these types ends: `at` if there is none. */
static uint64_t end_of(const uint8_t *map, uint64_t at, unsigned types)
{
	for (const uint8_t *e = map + 16; e < map + word(map + 4); e += word(map + 8))
		if (long_word(e) <= at && at < long_word(e) + long_word(e + 8) && types >> (word(e + 16) & 31) & 1)
			at = long_word(e) + long_word(e + 8);
	return at;
}

static bool is_available(const uint8_t *map, uint64_t from, uint64_t to)
{
	return end_of(map, from, AVAILABLE) >= to;
}

static bool has_available(const uint8_t *map, uint64_t from, uint64_t to)
{
	for (const uint8_t *e = map + 16; e < map + word(map + 4); e += word(map + 8))
		if (word(e + 16) == 1 && meets(from, to, long_word(e), long_word(e) + long_word(e + 8)))
			return true;
	return false;
}

/* Memory that the firmware leaves is in the map, and nothing else is available. UEFI 2.10, "Memory Type Usage after
 * ExitBootServices()". */
static bool maps_agree(const uint8_t *map, const uint8_t *efi)
{
	for (const uint8_t *d = efi + 16; d < efi + word(efi + 4); d += word(efi + 8)) {
		uint32_t type = word(d);
		uint64_t from = long_word(d + 8), to = from + long_word(d + 24) * 4096;
		bool left = (type >= 1 && type <= 4) || type == 7;
		if (left && from < 4096)
			from = 4096;
		if (left ? from < to && end_of(map, from, AVAILABLE | RESERVED | RECLAIMABLE) < to
		         : has_available(map, from, to))
			return false;
	}
	return true;
}

/* Lower memory is counted from 0 on, although page 0 is not in the map. */
static bool basic_is_right(const uint8_t *map, const uint8_t *basic)
{
	uint64_t lower = end_of(map, 4096, AVAILABLE) >> 10, upper = (end_of(map, 0x100000, AVAILABLE) >> 10) - 1024;

	return word(basic + 8) == (lower < 640 ? lower : 640) && word(basic + 12) == upper;
}

static bool modules_are_available(const uint8_t *map)
{
	const uint8_t *m;

	for (unsigned i = 0; (m = tag(MODULE, i)); i++)
		if (!is_available(map, word(m + 8), word(m + 12)))
			return false;
	return true;
}

static void judge_maps(void)
{
	const uint8_t *map = tag(MEMORY_MAP, 0), *basic = tag(BASIC_MEMORY, 0), *efi = tag(EFI_MAP, 0);
	uint64_t info = entry_b;

	if (WITHIN) {
		PROMISE(20, !map && !basic && !efi);
		return;
	}
	PROMISE(15, map && word(map + 8) == 24 && word(map + 12) == 0 && map_is_in_order(map));
	PROMISE(16, map && is_available(map, (uintptr_t)image_start, (uintptr_t)image_end) &&
	            is_available(map, info, info + word(information())) && modules_are_available(map));
	PROMISE(17, map && basic && basic_is_right(map, basic));
	PROMISE(18, efi && word(efi + 8) >= 40 && word(efi + 12) == 1);
	PROMISE(19, efi && map && maps_agree(map, efi));
}

static bool bss_is_zero(void)
{
	for (unsigned i = 0; i < sizeof zeros / sizeof *zeros; i++)
		if (((volatile uint32_t *)zeros)[i])
			return false;
	return true;
}

static void judge_image(void)
{
	uintptr_t base = (uintptr_t)image_start;

	PROMISE(21, ((volatile uint32_t *)initialized)[0] == 0x13579bdf &&
	            ((volatile uint32_t *)initialized)[1] == 0x2468ace0);
	PROMISE(22, bss_is_zero());
	if (WITHIN)
		PROMISE(23, (uint64_t)(uintptr_t)image_end <= 0x100000000 && (uint64_t)entry_b < 0x100000000);
	PROMISE(24, !tag(LOAD_BASE, 0) == !RELOCATABLE);
	if (RELOCATABLE)
		PROMISE(25, tag(LOAD_BASE, 0) && word(tag(LOAD_BASE, 0) + 8) == base && !(base & 0x1fffff) &&
		            base >= 0x1000000 && (uintptr_t)image_end <= 0x80000000);
}

/* ---- Firmware ---------------------------------------------------------------------------------------------------- */

/* A pixel can be written and read back, in memory that 32-bit code reaches. */
static bool can_draw(const uint8_t *t)
{
	uint64_t at = long_word(t + 8);
	volatile uint32_t *pixel = (volatile uint32_t *)(uintptr_t)at;

	if (at >> 32 || t[28] != 32)
		return true;
	uint32_t before = *pixel;
	*pixel = before ^ 0xffffff;
	bool changed = ((*pixel ^ before) & 0xffffff) == 0xffffff;
	*pixel = before;
	return changed;
}

static void judge_framebuffer(void)
{
	const uint8_t *t = tag(FRAMEBUFFER, 0);

	PROMISE(26, !t == !told("display="));
	if (!t)
		return;
	PROMISE(27, word(t + 4) == 38 && t[29] == 1 && word(t + 16) >= word(t + 20) * (t[28] / 8u) && can_draw(t));
	PROMISE(28, word(t + 20) == 1024 && word(t + 24) == 768);
}

static bool smbios_is_sound(const uint8_t *t)
{
	const uint8_t *entry = t + 16;

	if (begins(entry, "_SM3_"))
		return sums_to_zero(entry, entry[6]) && t[8] == entry[7] && t[9] == entry[8];
	return begins(entry, "_SM_") && sums_to_zero(entry, entry[5]) && t[8] == entry[6] && t[9] == entry[7];
}

static void judge_firmware(void)
{
	const uint8_t *old = tag(RSDP_OLD, 0), *rsdp = tag(RSDP_NEW, 0), *table = tag(EFI64, 0);

	PROMISE(29, (old || rsdp) && (!old || (begins(old + 8, "RSD PTR ") && sums_to_zero(old + 8, 20))) &&
	            (!rsdp || (begins(rsdp + 8, "RSD PTR ") && sums_to_zero(rsdp + 8, 20) &&
	                       sums_to_zero(rsdp + 8, word(rsdp + 4) - 8))));
	PROMISE(30, tag(SMBIOS, 0) && smbios_is_sound(tag(SMBIOS, 0)));
	PROMISE(31, table && long_word(table + 8) >> 32 == 0 &&
	            begins((const uint8_t *)(uintptr_t)long_word(table + 8), "IBI SYST"));
	PROMISE(32, !tag(SERVICES, 0) == !WITHIN && !tag(HANDLE64, 0) == !WITHIN);
	PROMISE(33, !tag(BIOS_DEVICE, 0) && !tag(VBE, 0) && !tag(APM, 0) && !tag(EFI32, 0) && !tag(HANDLE32, 0));
}

/* System V gABI, "Section Header": the names are in memory, .text among them. */
static bool section_names_are_there(const uint8_t *t)
{
	uint32_t bytes = word(t + 12), index = word(t + 16), at = bytes == 64 ? 16 : 12;
	const uint8_t *table = t + 20, *names = (const uint8_t *)(uintptr_t)word(table + index * bytes + at);

	for (uint32_t i = 0; names && i < word(t + 8); i++)
		if (begins(names + word(table + i * bytes), ".text"))
			return word(table + i * bytes + at) != 0;
	return false;
}

static void judge_sections(void)
{
	const uint8_t *t = tag(SECTIONS, 0);

	PROMISE(34, FLAT ? !t : t && section_names_are_there(t));
}

/* ---- The processor ----------------------------------------------------------------------------------------------- */

#ifdef JUDGE_WITHIN
/* NULL: tag 12 is not the system table. */
static const uint8_t *boot_services(void)
{
	const uint8_t *table = tag(EFI64, 0) ? (const uint8_t *)(uintptr_t)long_word(tag(EFI64, 0) + 8) : NULL;

	return table && begins(table, "IBI SYST") ? (const uint8_t *)(uintptr_t)long_word(table + 96) : NULL;
}

/* UEFI 2.10, "EFI_BOOT_SERVICES.GetMemoryMap()". The firmware's stack is in memory of boot services, a loader's is not.
 * Without boot services nobody knows: that is another promise. */
static bool stack_is_of_firmware(void)
{
	enum { GET_MEMORY_MAP = 56, SERVICES_CODE = 3, SERVICES_DATA = 4 };
	static uint8_t map[32768];
	const uint8_t *services = boot_services();
	uint64_t bytes = sizeof map, key, descriptor;
	uint32_t version;

	if (!services)
		return true;
	uint64_t (__attribute__((ms_abi)) *get)(uint64_t *, void *, uint64_t *, uint64_t *, uint32_t *) =
		(void *)(uintptr_t)long_word(services + GET_MEMORY_MAP);
	if (get(&bytes, map, &key, &descriptor, &version))
		return false;
	for (const uint8_t *d = map; d < map + bytes; d += descriptor)
		if (entry_stack_pointer - long_word(d + 8) < long_word(d + 24) * 4096)
			return word(d) == SERVICES_CODE || word(d) == SERVICES_DATA;
	return false;
}

/* UEFI 2.10, "EFI_BOOT_SERVICES": RaiseTPL and RestoreTPL behind the header of 24 bytes. */
static bool services_answer(void)
{
	const uint8_t *services = boot_services();

	if (!services)
		return false;
	uint64_t (__attribute__((ms_abi)) *raise)(uint64_t) = (void *)(uintptr_t)long_word(services + 24);
	void (__attribute__((ms_abi)) *restore)(uint64_t) = (void *)(uintptr_t)long_word(services + 32);
	uint64_t level = raise(16);

	restore(level);
	return begins(services, "BOOTSERV") && level == 4;
}

static void judge_state(void)
{
	PROMISE(1, entry_a == 0x36d76289 && !(entry_b & 7));
	PROMISE(5, (entry_cr0 & 0x80000001) == 0x80000001 && entry_cr4 & 0x20);
	PROMISE(6, (entry_stack_pointer & 15) == 8 && !(entry_flags & 0x400) && stack_is_of_firmware());
	PROMISE(7, services_answer());
}
#else
static bool a20_is_on(void)
{
	volatile uint32_t *high = (volatile uint32_t *)&zeros[0];
	volatile uint32_t *low = (volatile uint32_t *)((uintptr_t)high ^ 0x100000);
	uint32_t before = *low;

	*high = ~before;
	bool differs = *low == before;
	*high = 0;
	return differs;
}

static uint64_t msr(uint32_t number)
{
	uint32_t low, high;

	__asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(number));
	return low | (uint64_t)high << 32;
}

enum { MASKED = 1 << 16, DELIVERY = 0x700, TO_SMM = 0x200, FROM_8259 = 0x700 };

/* Intel SDM vol. 4, "IA32_APIC_BASE"; vol. 3A, "Local Vector Table", in the order in which the version counts. LINT0
 * may be the way of the 8259s. */
static bool local_apic_is_masked(void)
{
	enum { ENABLED = 1 << 11, X2APIC = 1 << 10, VERSION = 0x30, LINT0 = 0x350 };
	static const uint16_t vectors[] = { 0x320, LINT0, 0x360, 0x370, 0x340, 0x330, 0x2f0 };
	uint64_t base = msr(0x1b);
	volatile const uint32_t *registers = (volatile const uint32_t *)((uintptr_t)base & ~4095u);
	bool by_msr = base & X2APIC;

	if (!(base & ENABLED))
		return true;
	uint32_t last = (by_msr ? (uint32_t)msr(0x800 + VERSION / 16) : registers[VERSION / 4]) >> 16 & 0xff;
	for (unsigned i = 0; i <= last && i < sizeof vectors / sizeof *vectors; i++) {
		uint32_t value = by_msr ? (uint32_t)msr(0x800 + vectors[i] / 16) : registers[vectors[i] / 4];
		if (!(value & MASKED) && !(vectors[i] == LINT0 && (value & DELIVERY) == FROM_8259))
			return false;
	}
	return true;
}

/* ACPI Specification, "Multiple APIC Description Table (MADT)", found by the RSDT, or else by the XSDT. NULL: there is
 * none. */
static const uint8_t *madt(void)
{
	const uint8_t *new = tag(RSDP_NEW, 0), *rsdp = new ? new : tag(RSDP_OLD, 0);
	uint32_t rsdt = rsdp ? word(rsdp + 8 + 16) : 0;
	const uint8_t *root = (const uint8_t *)(uintptr_t)(rsdt ? rsdt : new ? word(new + 8 + 24) : 0);

	for (uint32_t at = 36; root && at < word(root + 4); at += rsdt ? 4 : 8) {
		const uint8_t *table = (const uint8_t *)(uintptr_t)word(root + at);
		if (begins(table, "APIC"))
			return table;
	}
	return NULL;
}

/* Intel 82093AA data sheet, "Register Description". Interrupts to System Management Mode are the firmware's. */
static bool io_apic_is_masked(uint32_t base)
{
	volatile uint32_t *registers = (volatile uint32_t *)base;

	registers[0] = 1;
	for (uint32_t i = 0, last = registers[4] >> 16 & 0xff; i <= last; i++) {
		registers[0] = 0x10 + 2 * i;
		uint32_t entry = registers[4];
		if (!(entry & MASKED) && (entry & DELIVERY) != TO_SMM)
			return false;
	}
	return true;
}

static bool io_apics_are_masked(void)
{
	enum { IO_APIC = 1 };
	const uint8_t *table = madt();

	for (const uint8_t *e = table + 44; table && e < table + word(table + 4) && e[1]; e += e[1])
		if (e[0] == IO_APIC && !io_apic_is_masked(word(e + 4)))
			return false;
	return true;
}

static void judge_state(void)
{
	PROMISE(1, entry_a == 0x36d76289 && !(entry_b & 7));
	PROMISE(2, segments_are_flat());
	PROMISE(3, (entry_cr0 & 0x80000001) == 1 && !(entry_flags & 0x20200));
	PROMISE(4, a20_is_on() && port_read(PIC_1_MASK) == 0xff && port_read(PIC_2_MASK) == 0xff);
	PROMISE(35, local_apic_is_masked() && io_apics_are_masked());
}
#endif

/* tests/multiboot2-check and tests/multiboot2-broken-check read these lines. */
static void say_result(void)
{
	say("mb2: judged");
	for (unsigned i = 0; i < MOST_PROMISES; i++)
		if (judged[i]) {
			say(" M");
			say_number(i);
		}
	say("\nmb2: ");
	say_number(held);
	say("/");
	say_number(applicable);
	say("\n");
}

/* A kernel of the EFI amd64 entry returns if it is told to. */
void judge_main(void)
{
	judge_state();
	if (entry_a == 0x36d76289) {
		judge_image();
		judge_information();
		judge_modules();
		judge_maps();
		judge_framebuffer();
		judge_firmware();
		judge_sections();
	}
	say_result();
	if (!WITHIN || !told("return="))
		end_machine(held == applicable ? 0 : 1);
}
