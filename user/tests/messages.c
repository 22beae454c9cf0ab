/* messages.c — messages arrive exactly once, in order, with their pages. */
#include "tests.h"

enum { PAGE = PITH_PAGE_BYTES };

static void role_send_for_ever(const uint64_t number[4])
{
	struct pith_message m = { .word = { 1, 2, 3, 4 } };

	while (sys_send(number[0], &m) != PITH_NOT_FOUND)
		;
}

static void role_receive_for_ever(const uint64_t number[4])
{
	struct pith_message m;

	(void)number;
	for (;;) {
		m.page = 0;
		if (sys_receive(0, &m) > 0 && m.page)
			sys_unmap(m.page, PAGE);
	}
}

/* ---- One message ----------------------------------------------------------------------------------------------- */

/* Adds one to each word and each byte of a page, and sends all that back. */
static void role_echo(const uint64_t number[4])
{
	struct pith_message m;

	for (uint64_t i = 0; i < number[0]; i++) {
		uint64_t from = GOOD(sys_receive(0, &m));
		for (unsigned k = 0; k < 4; k++)
			m.word[k]++;
		for (unsigned k = 0; m.page && k < PAGE; k++)
			((uint8_t *)m.page)[k]++;
		EXPECT(sys_send(from, &m), 0);
	}
}

/* A sent page leaves the sender; the page that comes back has the receiver's changes, and is writable. */
static void pages(const uint64_t number[4])
{
	uint64_t other = child("echo", 1, 0, 0), at = GOOD(sys_map(0, PAGE, PITH_MAP_WRITE));
	struct pith_message m = { .word = { 1, 2, 3, ~0ull }, .page = at };

	(void)number;
	memset((void *)at, 0x42, PAGE);
	EXPECT(sys_send(other, &m), 0);
	EXPECT(sys_map(at, PAGE, PITH_MAP_WRITE), at); /* there is room where it was */
	CHECK(*(volatile uint8_t *)at == 0);
	EXPECT(sys_receive(other, &m), other);
	CHECK(m.word[0] == 2 && m.word[1] == 3 && m.word[2] == 4 && m.word[3] == 0);
	CHECK(m.page && m.page != at && m.page % PAGE == 0);
	for (unsigned i = 0; i < PAGE; i++)
		CHECK(((uint8_t *)m.page)[i] == 0x43);
	memset((void *)m.page, 0, PAGE);
	join(other);
}

/* A page that cannot be sent stays, and so does the page of a message that is not received. */
static void page_errors(const uint64_t number[4])
{
	uint64_t other = child("receive for ever", 0, 0, 0), at = GOOD(sys_map(0, PAGE, PITH_MAP_WRITE));
	struct pith_message m = { .page = GOOD(sys_map(0, PAGE, 0)) };

	(void)number;
	EXPECT(sys_send(other, &m), PITH_BAD_ADDRESS); /* it cannot be written to */
	m.page = at + 8;
	CHECK(sys_send(other, &m) < 0);
	m.page = at;
	*(volatile uint64_t *)at = 1234;
	EXPECT(sys_send(other + 1000000, &m), PITH_NOT_FOUND);
	EXPECT(sys_send((uint64_t)sys_getpid(), &m), PITH_DEADLOCK);
	CHECK(*(volatile uint64_t *)at == 1234);
	end(other);
	CHECK(sys_send(other, &m) == PITH_NOT_FOUND);
	CHECK(*(volatile uint64_t *)at == 1234);
}

/* Sends a page that it has just written to, then touches it once more, in the way of number[1]. */
static void role_send_and_touch(const uint64_t number[4])
{
	uint64_t at = GOOD(sys_map(0, PAGE, PITH_MAP_WRITE));
	struct pith_message m = { .page = at };

	*(volatile uint64_t *)at = 1; /* so that the translation is in the TLB */
	EXPECT(sys_send(number[0], &m), 0);
	if (number[1] == 0)
		*(volatile uint64_t *)at = 2;
	else if (number[1] == 1)
		(void)*(volatile uint64_t *)at;
	else
		sys_exit(sys_write((const void *)at, 8) == PITH_BAD_ADDRESS ? 77 : 0);
}

/* A sent page is the receiver's alone. The receiver waits already, so that the sender goes on at once, with its TLB
 * unchanged. */
static void pages_leave(const uint64_t number[4])
{
	(void)number;
	for (uint64_t i = 0; i < (quick ? 6 : 60); i++) {
		uint64_t other = child("receive for ever", 0, 0, 0);
		await_state(other, PITH_RECEIVING);
		uint64_t pid = child("send and touch", other, i % 3, 0);
		EXPECT(status_of(pid), i % 3 == 2 ? 77 : PITH_FAULTED);
		end(other);
	}
}

static void role_send_once(const uint64_t number[4])
{
	struct pith_message m = { .word = { 7 } };

	sys_exit(sys_send(number[0], &m) == (int64_t)number[1] ? 0 : 1);
}

static void role_receive_once(const uint64_t number[4])
{
	struct pith_message m;

	sys_exit(sys_receive(number[0], &m) == (int64_t)number[1] ? 0 : 1);
}

/* Calls that could wait for ever return an error. */
static void message_errors(const uint64_t number[4])
{
	uint64_t self = (uint64_t)sys_getpid();
	struct pith_message m = { 0 };

	(void)number;
	EXPECT(sys_send(self, &m), PITH_DEADLOCK);
	EXPECT(sys_receive(self, &m), PITH_NOT_FOUND);
	EXPECT(sys_send(0, &m), PITH_NOT_FOUND);
	EXPECT(sys_receive(~0ull, &m), PITH_NOT_FOUND);

	uint64_t other = child("send once", self, 0, 0); /* it waits to send to us */
	await_state(other, PITH_SENDING);
	EXPECT(sys_send(other, &m), PITH_DEADLOCK);
	EXPECT(sys_receive(other, &m), other);
	join(other);

	uint64_t target = child("spin", 0, 0, 0);        /* and these for one that goes */
	uint64_t sender = child("send once", target, (uint64_t)PITH_NOT_FOUND, 0);
	uint64_t receiver = child("receive once", target, (uint64_t)PITH_NOT_FOUND, 0);
	await_state(sender, PITH_SENDING);
	await_state(receiver, PITH_RECEIVING);
	end(target);
	join(sender);
	join(receiver);
}

/* If the receiver's address cannot be written to, the message and its page stay with the sender. */
static void message_kept(const uint64_t number[4])
{
	static const uint64_t constant[8] = { 1 };
	uint64_t self = (uint64_t)sys_getpid(), page = GOOD(sys_map(0, 2 * PAGE, PITH_MAP_WRITE));
	const uint64_t bad[] = { 0, 8, (uint64_t)constant, page + PAGE - 8, page + PAGE, 0x800000000000, ~0ull - 7 };
	struct pith_message m;

	(void)number;
	EXPECT(sys_unmap(page + PAGE, PAGE), 0);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		uint64_t other = child("send page once", self, i, 0);
		if (i % 2)
			await_state(other, PITH_SENDING);
		EXPECT(sys_receive(i % 3 ? other : 0, (void *)bad[i]), PITH_BAD_ADDRESS);
		await_state(other, PITH_SENDING);
		m = (struct pith_message){ 0 };
		EXPECT(sys_receive(other, &m), other);
		CHECK(m.word[0] == i && m.page && *(volatile uint64_t *)m.page == ~i);
		EXPECT(sys_unmap(m.page, PAGE), 0);
		join(other);
	}
}

static void role_send_page_once(const uint64_t number[4])
{
	struct pith_message m = { .word = { number[1] }, .page = GOOD(sys_map(0, PAGE, PITH_MAP_WRITE)) };

	*(volatile uint64_t *)m.page = ~number[1];
	EXPECT(sys_send(number[0], &m), 0);
}

/* Three processes in a cycle of sends: the last one gets an error. */
static void deadlock(const uint64_t number[4])
{
	uint64_t self = (uint64_t)sys_getpid();
	struct pith_message m = { 0 };

	(void)number;
	uint64_t first = child("send once", self, 0, 0);
	uint64_t second = child("send once", first, (uint64_t)PITH_NOT_FOUND, 0);
	await_state(first, PITH_SENDING);
	await_state(second, PITH_SENDING);
	EXPECT(sys_send(second, &m), PITH_DEADLOCK);
	EXPECT(sys_receive(0, &m), first);
	join(first);
	join(second); /* its send fails, because the first has ended */
}

/* ---- Storm ----------------------------------------------------------------------------------------------------- */

static uint64_t processor_of(uint64_t i)
{
	return i % processors();
}

/* Exchanges this many messages with the echo, every other one with a page. */
static void role_storm(const uint64_t number[4])
{
	uint64_t other = number[0], state = number[2] + 1;

	for (uint64_t i = 0; i < number[1]; i++) {
		struct pith_message m = { .page = i % 2 ? GOOD(sys_map(0, PAGE, PITH_MAP_WRITE)) : 0 };
		uint64_t base = random_next(&state);
		for (unsigned k = 0; k < 4; k++)
			m.word[k] = base * k;
		if (m.page)
			memset((void *)m.page, (int)(base & 0xff), PAGE);
		EXPECT(sys_send(other, &m), 0);
		EXPECT(sys_receive(other, &m), other);
		for (unsigned k = 0; k < 4; k++)
			CHECK(m.word[k] == base * k + 1);
		CHECK((m.page != 0) == (i % 2));
		for (unsigned k = 0; m.page && k < PAGE; k++)
			CHECK(((uint8_t *)m.page)[k] == (uint8_t)(base + 1));
		if (m.page)
			EXPECT(sys_unmap(m.page, PAGE), 0);
	}
}

static void storm(const uint64_t number[4])
{
	uint64_t pairs = 2 * processors(), rounds = quick ? 200 : 2000, pid[64];

	(void)number;
	pairs = pairs < 32 ? pairs : 32;
	for (uint64_t i = 0; i < pairs; i++) {
		pid[2 * i] = child_on((int64_t)processor_of(i), "echo", rounds, 0, 0);
		pid[2 * i + 1] = child_on((int64_t)processor_of(i + 1 + i / 2), "storm pair", pid[2 * i], rounds, i);
	}
	for (uint64_t i = 0; i < 2 * pairs; i++)
		join(pid[i]);
}

/* Many senders, one receiver: no message is lost or received twice, and each sender's messages stay in order. */
static void role_count_up(const uint64_t number[4])
{
	for (uint64_t i = 0; i < number[1]; i++) {
		struct pith_message m = { .word = { number[2], i } };
		EXPECT(sys_send(number[0], &m), 0);
	}
}

static void many_to_one(const uint64_t number[4])
{
	uint64_t next[16] = { 0 }, pid[16], rounds = quick ? 100 : 1000;
	struct pith_message m;

	(void)number;
	for (uint64_t i = 0; i < 16; i++)
		pid[i] = child_on((int64_t)processor_of(i), "count up", (uint64_t)sys_getpid(), rounds, i);
	for (uint64_t i = 0; i < 16 * rounds; i++) {
		uint64_t from = GOOD(sys_receive(0, &m));
		CHECK(m.word[0] < 16 && pid[m.word[0]] == from);
		CHECK(m.word[1] == next[m.word[0]]++);
	}
	for (uint64_t i = 0; i < 16; i++)
		join(pid[i]);
}

const struct test message_tests[] = {
	{ "pages", pages, TEST },
	{ "page-errors", page_errors, TEST },
	{ "pages-leave", pages_leave, TEST },
	{ "message-errors", message_errors, TEST },
	{ "message-kept", message_kept, TEST },
	{ "deadlock", deadlock, TEST },
	{ "storm", storm, TEST },
	{ "many-to-one", many_to_one, TEST },
	{ "send for ever", role_send_for_ever, ROLE },
	{ "receive for ever", role_receive_for_ever, ROLE },
	{ "echo", role_echo, ROLE },
	{ "send and touch", role_send_and_touch, ROLE },
	{ "send once", role_send_once, ROLE },
	{ "send page once", role_send_page_once, ROLE },
	{ "receive once", role_receive_once, ROLE },
	{ "storm pair", role_storm, ROLE },
	{ "count up", role_count_up, ROLE },
	{ NULL, NULL, ROLE },
};
