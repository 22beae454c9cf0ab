/* kernel.c — @NAME@, a kernel that Hobnail boots. It prints on the debug console and on the screen, and so does its
 * panic.
 *
 * The loader calls start() once, on one processor: paging is on, interrupts are off, and the stack has 64 KiB. Until
 * the kernel installs exception vectors of its own, the loader explains each fault. Everything that the kernel may rely
 * on stands in docs/protocol.md of Hobnail. */
#include <hobnail/boot.h>

HOBNAIL_REQUEST(protocol_request, HOBNAIL_REQUEST_PROTOCOL | HOBNAIL_REQUIRED, HOBNAIL_VERSION);

/* ---- The processor -------------------------------------------------------------------------------------------- */

#if defined(__x86_64__)

static void port_write(uint16_t port, uint8_t value)
{
	__asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static uint8_t port_read(uint16_t port)
{
	uint8_t value;

	__asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

_Noreturn static void halt(void)
{
	for (;;)
		__asm__ volatile("cli; hlt");
}

#elif defined(__aarch64__)

static void port_write(uint16_t port, uint8_t value) /* there are no ports */
{
	(void)port, (void)value;
}

static uint8_t port_read(uint16_t port)
{
	(void)port;
	return 0xff;
}

_Noreturn static void halt(void)
{
	for (;;)
		__asm__ volatile("msr daifset, #15; wfi");
}

#else
#error "this kernel runs on x86_64 and aarch64"
#endif

/* ---- The debug console: a UART that the firmware has set up --------------------------------------------------- */

enum {
	UART_PATIENCE = 1000000, /* reads of the status, in case that the UART is never ready */
	LINE_STATUS_EMPTY = 1 << 5, /* 16550 and BCM2835: there is room for a byte */
	PL011_FLAG = 0x18,          /* a register of the PL011, and its bit: */
	PL011_FLAG_FULL = 1 << 5,
	BCM2835_LINE_STATUS = 0x14,
};

static struct hobnail_console uart; /* kind HOBNAIL_CONSOLE_NONE: there is none */

static uint32_t uart_read(uint64_t offset)
{
	if (uart.kind == HOBNAIL_CONSOLE_16550_PORT)
		return port_read((uint16_t)(uart.phys + offset));
	if (uart.access_bytes == 1)
		return *(volatile uint8_t *)(uart.virt + offset);
	return *(volatile uint32_t *)(uart.virt + offset);
}

static void uart_write(uint64_t offset, uint8_t value)
{
	if (uart.kind == HOBNAIL_CONSOLE_16550_PORT)
		port_write((uint16_t)(uart.phys + offset), value);
	else if (uart.access_bytes == 1)
		*(volatile uint8_t *)(uart.virt + offset) = value;
	else
		*(volatile uint32_t *)(uart.virt + offset) = value;
}

static int uart_has_room(void)
{
	if (uart.kind == HOBNAIL_CONSOLE_PL011)
		return !(uart_read(PL011_FLAG) & PL011_FLAG_FULL);
	if (uart.kind == HOBNAIL_CONSOLE_BCM2835)
		return uart_read(BCM2835_LINE_STATUS) & LINE_STATUS_EMPTY;
	return uart_read(5ull << uart.register_shift) & LINE_STATUS_EMPTY;
}

static void uart_put(char c)
{
	if (uart.kind == HOBNAIL_CONSOLE_NONE)
		return;
	if (c == '\n')
		uart_put('\r');
	for (unsigned left = UART_PATIENCE; left && !uart_has_room(); left--)
		;
	uart_write(0, (uint8_t)c);
}

/* ---- The screen, if it has 32 bits in a pixel ----------------------------------------------------------------- */

enum { FONT_WIDTH = 6, FONT_HEIGHT = 10 };

/* The printable characters of ASCII, X11's "6x10" (public domain): each is ten rows of six pixels, the top left one in
 * bit 59. */
static const uint64_t font[] = {
@FONT@
};

static const struct hobnail_framebuffer *screen; /* 0: there is none */
static uint32_t cell_x, cell_y;                  /* of the next character */
static uint32_t scale, ink;

static void screen_fill(uint32_t x, uint32_t y, uint32_t width, uint32_t height, uint32_t colour)
{
	for (uint32_t row = y; row < y + height; row++)
		for (uint32_t column = x; column < x + width; column++)
			*(volatile uint32_t *)(screen->virt + (uint64_t)row * screen->pitch + column * 4ull) = colour;
}

/* The line below the last one is the first one. */
static void screen_newline(void)
{
	uint32_t height = FONT_HEIGHT * scale;

	cell_x = 0;
	cell_y = (cell_y + 1) % (screen->height / height);
	screen_fill(0, cell_y * height, screen->width, height, 0);
}

static void screen_put(char c)
{
	if (!screen)
		return;
	if (c == '\n' || (cell_x + 1) * FONT_WIDTH * scale > screen->width)
		screen_newline();
	if (c < ' ' || c > '~')
		return;
	for (uint32_t i = 0; i < FONT_WIDTH * FONT_HEIGHT; i++)
		if (font[c - ' '] >> (FONT_WIDTH * FONT_HEIGHT - 1 - i) & 1)
			screen_fill((cell_x * FONT_WIDTH + i % FONT_WIDTH) * scale,
			            (cell_y * FONT_HEIGHT + i / FONT_WIDTH) * scale, scale, scale, ink);
	cell_x++;
}

static void screen_open(const struct hobnail_framebuffer *f)
{
	if (!f || f->bits_per_pixel != 32 || f->height < FONT_HEIGHT || f->width < FONT_WIDTH)
		return;
	screen = f;
	scale = f->width < 1280 || f->height < 720 ? 1 : f->width / 640;
	ink = f->red_mask | f->green_mask | f->blue_mask;
	screen_fill(0, 0, f->width, f->height, 0);
}

/* ---- Printing ------------------------------------------------------------------------------------------------- */

static void print(const char *text)
{
	for (; *text; text++) {
		uart_put(*text);
		screen_put(*text);
	}
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

/* For what must not happen: says it in red, and stops. */
_Noreturn static void panic(const char *why)
{
	if (screen)
		ink = screen->red_mask;
	print("panic: ");
	print(why);
	print("\n");
	halt();
}

/* ---- The kernel ----------------------------------------------------------------------------------------------- */

static uint64_t usable_mebibytes(const struct hobnail_boot *boot)
{
	const struct hobnail_memory *m;
	uint64_t bytes = 0;

	for (uint32_t i = 0; (m = hobnail_entry(boot, &boot->memory_map, i)); i++)
		if (m->type == HOBNAIL_MEMORY_USABLE)
			bytes += m->bytes;
	return bytes >> 20;
}

static int is_same(const char *a, const char *b)
{
	while (*a && *a == *b)
		a++, b++;
	return *a == *b;
}

_Noreturn void start(const struct hobnail_boot *boot)
{
	if (boot->magic != HOBNAIL_MAGIC)
		halt();
	uart = boot->console;
	screen_open(hobnail_entry(boot, &boot->framebuffers, 0));

	print("Hello from @NAME@\n");
	print(hobnail_text(boot, boot->loader));
	print(" left ");
	print_number(usable_mebibytes(boot));
	print(" MiB of memory to this kernel.\n");
	if (is_same(hobnail_text(boot, boot->cmdline), "panic"))
		panic("the command line asks for it");
	halt();
}
