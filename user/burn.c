/* burn.c — `burn [SECONDS]`: keeps each processor busy with one process, and prints each process's share of its
 * time. */
#include "user.h"

/* Computes for that long; then sends to the parent: processor, rounds, processor time, time. */
static int burn(uint64_t parent, uint64_t processor, uint64_t seconds)
{
	uint64_t start = sys_clock(), now = start, rounds = 0;
	volatile uint64_t work = 0;
	struct pith_process self = { 0 };

	for (; now - start < seconds * SECONDS; now = sys_clock(), rounds++)
		for (unsigned i = 0; i < 100000; i++)
			work = work * 5 + i;
	must("process", sys_process((uint64_t)sys_getpid(), &self));
	struct pith_message m = { .word = { processor, rounds, self.run_ns, now - start } };
	must("send", sys_send(parent, &m));
	return 0;
}

int main(int count, const char *const *words)
{
	char seconds[24], parent[24], processor[24];
	uint64_t all = processors();
	struct pith_message m;

	if (count == 5 && strcmp(words[1], "one") == 0)
		return burn(number_word(count, words, 2, 0), number_word(count, words, 3, 0),
		            number_word(count, words, 4, 0));
	format(seconds, sizeof seconds, "%lu", number_word(count, words, 1, 3));
	format(parent, sizeof parent, "%ld", sys_getpid());
	print("burn: %lu processors for %s seconds\n", all, seconds);
	for (uint64_t i = 0; i < all; i++) {
		format(processor, sizeof processor, "%lu", i);
		must("spawn", spawn((int64_t)i, "burn", "one", parent, processor, seconds));
	}
	for (uint64_t i = 0; i < all; i++) {
		must("receive", sys_receive(0, &m));
		print("burn: processor %lu: %lu rounds, %lu %% of its time\n", m.word[0], m.word[1],
		      m.word[3] ? m.word[2] * 100 / m.word[3] : 0);
	}
	for (uint64_t i = 0; i < all; i++)
		must("wait", sys_wait(0, NULL));
	return 0;
}
