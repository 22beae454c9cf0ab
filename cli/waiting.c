#include "waiting.h"

#include <stddef.h>
#include <stdio.h>
#include <time.h>

#include "colour.h"

static const char *waited_for; /* NULL: nothing */
static time_t since;
static long shown; /* seconds; 0: nothing is shown */

static time_t seconds_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec;
}

void waiting_begin(const char *what)
{
	waiting_end();
	waited_for = terminal_understands(stderr) ? what : NULL;
	since = seconds_now();
}

/* ECMA-48, "EL - Erase in Line" (§8.3.41). */
void waiting_goes_on(void)
{
	long seconds = (long)(seconds_now() - since);

	if (!waited_for || seconds == shown || seconds < 1)
		return;
	fprintf(stderr, "\r\033[Khobnail: %s, %ld s", waited_for, seconds);
	fflush(stderr);
	shown = seconds;
}

void waiting_end(void)
{
	if (shown) {
		fputs("\r\033[K", stderr);
		fflush(stderr);
	}
	waited_for = NULL;
	shown = 0;
}
