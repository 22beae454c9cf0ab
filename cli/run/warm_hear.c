#include "warm_hear.h"

#include <stdlib.h>
#include <string.h>

#include "words.h"

/* EDK II, BdsEntry.c, "BootBootOptions": it goes on to the disk without having started the waiting program. */
static const char own_option[] = "BdsDxe: loading Boot";

static void drop(struct warm_hearing *h, size_t count)
{
	if (count)
		memmove(h->held.at, h->held.at + count, h->held.bytes - count);
	h->held.bytes -= count;
}

static void pass_on(struct warm_hearing *h, size_t count)
{
	if (count)
		h->to.output(h->to.context, h->held.at, count);
	drop(h, count);
}

/* Where the words begin in the held bytes, as far as these go. */
static size_t beginning(const struct warm_hearing *h, const char *words)
{
	size_t at = 0, length = strlen(words);

	for (; at < h->held.bytes; at++) {
		size_t rest = h->held.bytes - at;
		if (memcmp(h->held.at + at, words, rest < length ? rest : length) == 0)
			break;
	}
	return at;
}

static bool begins(const struct warm_hearing *h, const char *words)
{
	return h->held.bytes >= strlen(words) && memcmp(h->held.at, words, strlen(words)) == 0;
}

static void hear_firmware(struct warm_hearing *h)
{
	size_t ready = beginning(h, WARM_READY), own = beginning(h, own_option);

	pass_on(h, ready < own ? ready : own);
	if (begins(h, own_option)) {
		h->stage = WARM_NEVER;
	} else if (begins(h, WARM_READY)) {
		drop(h, strlen(WARM_READY));
		h->stage = WARM_READY_SAID;
	}
}

static void hear_program(struct warm_hearing *h)
{
	drop(h, beginning(h, WARM_STARTS));
	if (!begins(h, WARM_STARTS))
		return;
	drop(h, strlen(WARM_STARTS));
	h->stage = WARM_STARTED;
}

static void take_output(void *context, const char *bytes, size_t count)
{
	struct warm_hearing *h = context;

	buffer_add(&h->held, bytes, count);
	if (h->stage == WARM_BOOTS)
		hear_firmware(h);
	if (h->stage == WARM_READY_SAID)
		hear_program(h);
	if (h->stage >= WARM_STARTED)
		pass_on(h, h->held.bytes);
}

static void take_answer(void *context, const char *text)
{
	struct warm_hearing *h = context;

	h->to.answer(h->to.context, text);
}

struct guest_ears warm_ears(struct warm_hearing *h)
{
	return (struct guest_ears){ take_output, take_answer, NULL, h };
}

void warm_hear_end(struct warm_hearing *h)
{
	pass_on(h, h->held.bytes);
	free(h->held.at);
	h->held = (struct buffer){ NULL, 0, 0 };
}
