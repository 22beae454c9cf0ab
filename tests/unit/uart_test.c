#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "uart.h"

/* A register file that plays one UART. Offsets, widths and bits are spelled out here a second time. */
struct fake {
	uint32_t kind;
	unsigned shift, width; /* as the driver must use them */
	bool absent, dead;
	unsigned busy;         /* status reads until a written byte has left; there is room again halfway */
	unsigned left;
	const char *input;
	char output[64];
	size_t count;
	unsigned long status_reads;
};

static uint64_t status_at(const struct fake *f)
{
	return f->kind == HOBNAIL_CONSOLE_PL011 ? 0x18 : f->kind == HOBNAIL_CONSOLE_BCM2835 ? 0x14 : 5u << f->shift;
}

static uint32_t status(struct fake *f)
{
	bool full = f->dead || f->left > f->busy / 2, busy = f->dead || f->left, input = f->input && *f->input;

	f->status_reads++;
	f->left -= f->left != 0;
	if (f->kind == HOBNAIL_CONSOLE_PL011)
		return (input ? 0 : 0x10) | (full ? 0x20 : 0) | (busy ? 0x08 : 0) | 0x100; /* RXFE, TXFF, BUSY; RI */
	return (input ? 0x01 : 0) | (full ? 0 : 0x20) | (busy ? 0 : 0x40);
}

static uint32_t fake_read(void *context, uint64_t offset, unsigned bytes)
{
	struct fake *f = context;

	assert_int_equal(bytes, f->width);
	if (f->absent) {
		f->status_reads++;
		return UINT32_MAX >> (32 - 8 * bytes);
	}
	if (offset == status_at(f))
		return status(f);
	assert_int_equal(offset, 0);
	assert_true(f->input && *f->input);
	return (uint8_t)*f->input++ | (f->width > 1 ? 0x100 : 0); /* PL011: a framing error above the byte */
}

static void fake_write(void *context, uint64_t offset, unsigned bytes, uint32_t value)
{
	struct fake *f = context;

	assert_int_equal(offset, 0);
	assert_int_equal(bytes, f->width);
	assert_true(value < 256);
	if (!f->dead && !f->absent)
		assert_true(f->left <= f->busy / 2);
	f->left = f->busy;
	if (f->count < sizeof f->output)
		f->output[f->count++] = (char)value;
}

struct pair {
	struct fake fake;
	struct uart uart;
};

/* kind, register_shift and access_bytes of the console; the shift and width that must be used */
static const struct { uint32_t kind, shift, access; unsigned width; } ports[] = {
	{ HOBNAIL_CONSOLE_16550_PORT, 0, 1, 1 },
	{ HOBNAIL_CONSOLE_16550_PORT, 0, 4, 1 },
	{ HOBNAIL_CONSOLE_16550_PORT, 0, 0, 1 },
	{ HOBNAIL_CONSOLE_16550_MMIO, 0, 1, 1 },
	{ HOBNAIL_CONSOLE_16550_MMIO, 2, 4, 4 },
	{ HOBNAIL_CONSOLE_16550_MMIO, 1, 2, 2 },
	{ HOBNAIL_CONSOLE_16550_MMIO, 2, 0, 1 },
	{ HOBNAIL_CONSOLE_16550_MMIO, 2, 3, 1 },
	{ HOBNAIL_CONSOLE_PL011, 0, 4, 4 },
	{ HOBNAIL_CONSOLE_PL011, 2, 2, 2 },
	{ HOBNAIL_CONSOLE_PL011, 2, 1, 4 },
	{ HOBNAIL_CONSOLE_BCM2835, 2, 4, 4 },
	{ HOBNAIL_CONSOLE_BCM2835, 0, 1, 4 },
};

static struct pair *plug(size_t i)
{
	static struct pair p;

	memset(&p, 0, sizeof p);
	p.fake.kind = ports[i].kind;
	p.fake.shift = ports[i].shift;
	p.fake.width = ports[i].width;
	p.uart = (struct uart){
		.kind = ports[i].kind,
		.register_shift = ports[i].shift,
		.access_bytes = ports[i].access,
		.read = fake_read,
		.write = fake_write,
		.context = &p.fake,
	};
	return &p;
}

static void uart_writes_each_byte_when_there_is_room(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(ports); i++) {
		struct pair *p = plug(i);
		p->fake.busy = 50;
		assert_true(uart_present(&p->uart));
		uart_write(&p->uart, "hob\xc3nail", 8);
		assert_int_equal(p->fake.count, 8);
		assert_memory_equal(p->fake.output, "hob\xc3nail", 8);
		assert_false(p->uart.stuck);
	}
}

static void uart_sends_a_line_feed_as_cr_lf(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(ports); i++) {
		struct pair *p = plug(i);
		uart_write(&p->uart, "a\nb\n", 4);
		assert_int_equal(p->fake.count, 6);
		assert_memory_equal(p->fake.output, "a\r\nb\r\n", 6);
	}
}

static void uart_drain_waits_until_the_last_byte_has_left(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(ports); i++) {
		struct pair *p = plug(i);
		p->fake.busy = 300;
		uart_put(&p->uart, 'x');
		uart_drain(&p->uart);
		assert_int_equal(p->fake.left, 0);
		assert_true(p->fake.status_reads > 300);
		assert_false(p->uart.stuck);
	}
}

static void uart_gives_up_on_a_dead_port_once(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(ports); i++) {
		struct pair *p = plug(i);
		p->fake.dead = true;
		uart_put(&p->uart, 'x');
		assert_int_equal(p->fake.status_reads, UART_PATIENCE);
		assert_true(p->uart.stuck);
		p->fake.status_reads = 0;
		uart_write(&p->uart, "yz\n", 3);
		uart_drain(&p->uart);
		assert_int_equal(p->fake.status_reads, 5);
		assert_memory_equal(p->fake.output, "xyz\r\n", 5);
	}
}

static void uart_drain_gives_up_on_a_dead_port(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(ports); i++) {
		struct pair *p = plug(i);
		p->fake.dead = true;
		uart_drain(&p->uart);
		assert_int_equal(p->fake.status_reads, UART_PATIENCE);
	}
}

static void uart_sees_that_nothing_is_there(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(ports); i++) {
		struct pair *p = plug(i);
		p->fake.absent = true;
		assert_false(uart_present(&p->uart));
		assert_int_equal(uart_get(&p->uart), -1);
		uart_write(&p->uart, "lost\n", 5);
		uart_drain(&p->uart);
		assert_true(p->fake.status_reads <= UART_PATIENCE + 10);
	}
}

static void uart_gets_what_was_received(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(ports); i++) {
		struct pair *p = plug(i);
		assert_int_equal(uart_get(&p->uart), -1);
		p->fake.input = "a\xff";
		assert_int_equal(uart_get(&p->uart), 'a');
		assert_int_equal(uart_get(&p->uart), 0xff);
		assert_int_equal(uart_get(&p->uart), -1);
	}
}

static uint32_t no_read(void *context, uint64_t offset, unsigned bytes)
{
	(void)context, (void)offset, (void)bytes;
	fail_msg("a port that is none was read");
	return 0;
}

static void no_write(void *context, uint64_t offset, unsigned bytes, uint32_t value)
{
	(void)context, (void)offset, (void)bytes, (void)value;
	fail_msg("a port that is none was written");
}

static void uart_of_no_kind_does_nothing(void **state)
{
	static const uint32_t none[] = { HOBNAIL_CONSOLE_NONE, 5, UINT32_MAX };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(none); i++) {
		struct uart u = { .kind = none[i], .access_bytes = 1, .read = no_read, .write = no_write };
		assert_false(uart_present(&u));
		uart_write(&u, "x\n", 2);
		uart_drain(&u);
		assert_int_equal(uart_get(&u), -1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(uart_writes_each_byte_when_there_is_room),
		cmocka_unit_test(uart_sends_a_line_feed_as_cr_lf),
		cmocka_unit_test(uart_drain_waits_until_the_last_byte_has_left),
		cmocka_unit_test(uart_gives_up_on_a_dead_port_once),
		cmocka_unit_test(uart_drain_gives_up_on_a_dead_port),
		cmocka_unit_test(uart_sees_that_nothing_is_there),
		cmocka_unit_test(uart_gets_what_was_received),
		cmocka_unit_test(uart_of_no_kind_does_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
