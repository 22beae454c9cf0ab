/* pingpong.c — `pingpong [SECONDS]`: two processes exchange messages, then messages with a page each. */
#include "user.h"

/* Sends each message back, until the first word is 0. */
static int pong(void)
{
	struct pith_message m;
	int64_t from;

	do {
		from = must("pong: receive", sys_receive(0, &m));
		m.word[1]++;
		must("pong: send", sys_send((uint64_t)from, &m));
	} while (m.word[0]);
	return 0;
}

/* Exchanges messages for `ns`; returns messages per second. */
static uint64_t play(uint64_t other, uint64_t page, uint64_t ns)
{
	struct pith_message m = { .page = page };
	uint64_t start = sys_clock(), rounds = 0;

	for (uint64_t now = start; now - start < ns; now = sys_clock()) {
		m.word[0] = 1;
		must("send", sys_send(other, &m));
		must("receive", sys_receive(other, &m));
		if (m.word[1] != ++rounds)
			must("count", PITH_BAD_ARGUMENT);
	}
	m.word[0] = 0;
	must("send", sys_send(other, &m));
	must("receive", sys_receive(other, &m));
	return 2 * rounds * SECONDS / (sys_clock() - start);
}

static int match(const char *what, uint64_t page, uint64_t ns)
{
	uint64_t other = (uint64_t)must("spawn", spawn(-1, "pingpong", "pong"));

	print("pingpong: %lu messages a second%s\n", play(other, page, ns), what);
	return (int)must("wait", status_of(other));
}

int main(int count, const char *const *words)
{
	if (count > 1 && strcmp(words[1], "pong") == 0)
		return pong();
	uint64_t ns = number_word(count, words, 1, 1) * SECONDS;
	uint64_t page = (uint64_t)must("map", sys_map(0, PITH_PAGE_BYTES, PITH_MAP_WRITE));
	return match("", 0, ns) | match(" with a page each", page, ns);
}
