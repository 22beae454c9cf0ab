/* kernel.c — @NAME@, a kernel of the Limine boot protocol. It says hello on the first serial port, tells what it was
 * given, and colours the screen if there is one.
 *
 * The loader calls start() once, on one processor: paging is on, interrupts are off, and the stack has 64 KiB. A
 * response that a machine cannot give stays NULL: `hobnail check` says which may be missing. */
#include "limine.h"

#define REQUEST __attribute__((used, section(".limine_requests"))) static volatile

/* Limine's own loader wants 6 on aarch64 from its version 11 on. */
#if defined(__aarch64__)
enum { BASE_REVISION = 6 };
#else
enum { BASE_REVISION = 3 };
#endif

__attribute__((used, section(".limine_requests_start"))) static volatile uint64_t start_marker[] =
	LIMINE_REQUESTS_START_MARKER;
__attribute__((used, section(".limine_requests_end"))) static volatile uint64_t end_marker[] =
	LIMINE_REQUESTS_END_MARKER;
REQUEST uint64_t base_revision[] = LIMINE_BASE_REVISION(BASE_REVISION);
REQUEST struct limine_executable_cmdline_request cmdline_request = { .id = LIMINE_EXECUTABLE_CMDLINE_REQUEST_ID };
REQUEST struct limine_executable_address_request address_request = { .id = LIMINE_EXECUTABLE_ADDRESS_REQUEST_ID };
REQUEST struct limine_memmap_request memmap_request = { .id = LIMINE_MEMMAP_REQUEST_ID };
REQUEST struct limine_framebuffer_request framebuffer_request = { .id = LIMINE_FRAMEBUFFER_REQUEST_ID };

/* ---- The processor, and the first serial port ----------------------------------------------------------------- */

enum { UART_PATIENCE = 1000000 }; /* reads of the status, in case that the UART is never ready */

#if defined(__x86_64__)

/* COM1: a 16550, which the firmware has set up. */
enum { COM1 = 0x3f8, LINE_STATUS = 5, LINE_STATUS_EMPTY = 1 << 5 };

static void uart_open(void)
{
}

static int uart_has_room(void)
{
	uint8_t status;

	__asm__ volatile("inb %1, %0" : "=a"(status) : "Nd"((uint16_t)(COM1 + LINE_STATUS)));
	return status & LINE_STATUS_EMPTY;
}

static void uart_write(char c)
{
	__asm__ volatile("outb %0, %1" : : "a"(c), "Nd"((uint16_t)COM1));
}

_Noreturn static void halt(void)
{
	for (;;)
		__asm__ volatile("cli; hlt");
}

#elif defined(__aarch64__)

/* The PL011 of QEMU's machine "virt". Other boards have another one, elsewhere: their device trees say so. */
#define UART ((volatile uint32_t *)0x09000000)
enum { UART_DATA = 0, UART_FLAGS = 0x18 / 4, UART_FLAGS_FULL = 1 << 5 };
enum { VALID = 1, TABLE = 2, ACCESSED = 1 << 10, NO_EXECUTE_BITS = 53, DEVICE_INDEX = 7, GIB = 1 << 30 };

static uint64_t top_table[512] __attribute__((aligned(4096))), gib_table[512] __attribute__((aligned(4096)));

/* The protocol maps no device registers, and leaves TTBR0 to the kernel: its first GiB becomes device memory. */
static void uart_open(void)
{
	const struct limine_executable_address_response *here = address_request.response;
	uint64_t mair;

	if (!here)
		return;
	uint64_t to_physical = here->physical_base - here->virtual_base;
	gib_table[0] = VALID | ACCESSED | DEVICE_INDEX << 2 | 3ull << NO_EXECUTE_BITS;
	top_table[0] = ((uint64_t)gib_table + to_physical) | VALID | TABLE;
	__asm__ volatile("mrs %0, mair_el1" : "=r"(mair));
	mair &= ~(0xffull << 8 * DEVICE_INDEX); /* nobody uses the last attribute; 0 is device memory */
	__asm__ volatile("dsb ishst; msr mair_el1, %0; msr ttbr0_el1, %1; isb; tlbi vmalle1; dsb ish; isb"
	                 : : "r"(mair), "r"((uint64_t)top_table + to_physical) : "memory");
}

static int uart_has_room(void)
{
	return !(UART[UART_FLAGS] & UART_FLAGS_FULL);
}

static void uart_write(char c)
{
	UART[UART_DATA] = (uint8_t)c;
}

_Noreturn static void halt(void)
{
	for (;;)
		__asm__ volatile("msr daifset, #15; wfi");
}

#else
#error "this kernel runs on x86_64 and aarch64"
#endif

/* ---- Printing ------------------------------------------------------------------------------------------------- */

static void put(char c)
{
	if (c == '\n')
		put('\r');
	for (unsigned left = UART_PATIENCE; left && !uart_has_room(); left--)
		;
	uart_write(c);
}

static void print(const char *text)
{
	while (*text)
		put(*text++);
}

static void print_number(uint64_t n)
{
	char digits[21], *at = digits + sizeof digits - 1;

	*at = '\0';
	do
		*--at = (char)('0' + n % 10);
	while (n /= 10);
	print(at);
}

/* For what must not happen: says it, and stops. */
_Noreturn static void panic(const char *why)
{
	print("panic: ");
	print(why);
	print("\n");
	halt();
}

/* ---- The kernel ----------------------------------------------------------------------------------------------- */

static uint64_t usable_mebibytes(void)
{
	const struct limine_memmap_response *map = memmap_request.response;
	uint64_t bytes = 0;

	if (!map)
		panic("there is no memory map");
	for (uint64_t i = 0; i < map->entry_count; i++)
		if (map->entries[i]->type == LIMINE_MEMMAP_USABLE)
			bytes += map->entries[i]->length;
	return bytes >> 20;
}

static void colour_screen(void)
{
	const struct limine_framebuffer_response *screens = framebuffer_request.response;

	if (!screens || screens->framebuffer_count == 0 || screens->framebuffers[0]->bpp != 32) {
		print("There is no screen of 32 bits a pixel.\n");
		return;
	}
	const struct limine_framebuffer *f = screens->framebuffers[0];
	for (uint64_t y = 0; y < f->height; y++) {
		volatile uint32_t *row = (uint32_t *)((uint64_t)f->address + y * f->pitch);
		for (uint64_t x = 0; x < f->width; x++)
			row[x] = 0xffu << f->blue_mask_shift;
	}
	print("The screen has ");
	print_number(f->width);
	print(" x ");
	print_number(f->height);
	print(" pixels, and is blue now.\n");
}

static int is_same(const char *a, const char *b)
{
	while (*a && *a == *b)
		a++, b++;
	return *a == *b;
}

_Noreturn void start(void)
{
	uart_open();
	if (base_revision[2] != 0)
		panic("the loader does not know this base revision");
	print("Hello from @NAME@\n");
	print_number(usable_mebibytes());
	print(" MiB of memory are usable.\n");
	colour_screen();
	if (cmdline_request.response && is_same(cmdline_request.response->cmdline, "panic"))
		panic("the command line asks for it");
	halt();
}
