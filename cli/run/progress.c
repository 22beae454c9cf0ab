#include "progress.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "words.h"

static bool begins(const struct progress *p, const char *prefix)
{
	return strncmp(p->line, prefix, strlen(prefix)) == 0;
}

static bool ends(const struct progress *p, const char *suffix)
{
	size_t line = strlen(p->line), bytes = strlen(suffix);

	return line >= bytes && strcmp(p->line + line - bytes, suffix) == 0;
}

static bool is(const struct progress *p, const char *line)
{
	return strcmp(p->line, line) == 0;
}

static bool is_blank(const struct progress *p)
{
	return p->line[strspn(p->line, " \t")] == '\0';
}

/* ---- Lines ----------------------------------------------------------------------------------------------------- */

static bool is_start(const struct progress *p)
{
	return begins(p, "BdsDxe: starting Boot") || begins(p, "Booting /") || begins(p, "Booting: ") ||
	       begins(p, "** Booting bootflow ") || is(p, WARM_SHELL);
}

/* The firmware starts something: an earlier program is over, unless it was started by hand in the shell. */
static void take_start(struct progress *p)
{
	bool returned = p->end == PROGRESS_RETURNED;

	p->in_shell = strstr(p->line, "\"EFI Internal Shell\"") || is(p, WARM_SHELL);
	p->started = !p->in_shell;
	p->speaks = p->loads = p->loads_last = false;
	p->end = returned && p->in_shell ? PROGRESS_RETURNED : PROGRESS_GOES_ON;
}

/* "         (ERR_NAME; back to the firmware)", with an existing code? */
static bool take_return(struct progress *p)
{
	static const char before[] = "         (", after[] = "; back to the firmware)";

	if (!p->reporting || !begins(p, before) || !ends(p, after))
		return false;
	size_t bytes = strlen(p->line) - strlen(before) - strlen(after);
	for (enum err e = OK + 1; e < ERR_COUNT; e++) {
		const char *name = err_name(e);
		if (strlen(name) == bytes && bytes < sizeof p->error &&
		    memcmp(p->line + strlen(before), name, bytes) == 0) {
			memcpy(p->error, name, bytes + 1);
			return true;
		}
	}
	return false;
}

/* May the line begin with this prefix, as far as it has been printed? */
static bool may_begin(const struct progress *p, const char *prefix)
{
	size_t known = strlen(p->line) < strlen(prefix) ? strlen(p->line) : strlen(prefix);

	return strncmp(p->line, prefix, known) == 0;
}

/* Is it a line of the firmware itself, not of a program that it has started? */
static bool is_firmware(const struct progress *p)
{
	return may_begin(p, "BdsDxe: ");
}

/* Is it a line of the loader's log (`verbose = yes`) or of its error report? */
static bool is_loader(const struct progress *p)
{
	return p->loads || may_begin(p, "loader: image at ") || may_begin(p, "hobnail: ") ||
	       (p->reporting && begins(p, "         "));
}

/* Is it a line of the kernel? */
static bool is_guest(const struct progress *p)
{
	return p->started && !is_blank(p) && !is_firmware(p) && !is_loader(p);
}

/* The address after these words; 0: the line does not begin with them. */
static uint64_t place(const struct progress *p, const char *words)
{
	return begins(p, words) ? strtoull(p->line + strlen(words), NULL, 16) : 0;
}

static void take_places(struct progress *p)
{
	uint64_t image = place(p, "loader: image at "), net = place(p, "loader: its copy, the net, at ");

	if (image)
		p->image_at = image;
	if (net)
		p->net_at = net;
}

/* The log's last line may be wider than a terminal, so its end is its closing parenthesis. */
static void take_log(struct progress *p)
{
	if (begins(p, "loader: image at "))
		p->loads = true;
	p->loads_last |= p->loads && begins(p, "loader: its copy, the net, at ");
	if (begins(p, "hobnail: ") || (p->loads_last && ends(p, ")")))
		p->loads = p->loads_last = false;
}

static void take_speaker(struct progress *p)
{
	if (is_guest(p))
		p->speaks = true;
	else if (begins(p, "BdsDxe: ") || begins(p, "loader: image at ") || begins(p, "hobnail: cannot "))
		p->speaks = false;
	take_log(p);
	take_places(p);
}

static void take_end(struct progress *p, enum progress_end end)
{
	p->end = end;
	p->runs_on = p->says_others;
	p->reporting = p->says_others = false;
}

/* Any other line: the machine has not stopped after all. After PROGRESS_RETURNED it may be the firmware that goes
 * on. */
static void take_other(struct progress *p)
{
	if (begins(p, "hobnail: cannot ")) {
		p->reporting = true;
		p->end = PROGRESS_GOES_ON;
	}
	if (begins(p, "Processors that run the kernel, and may run on: "))
		p->says_others = true;
	if (p->end != PROGRESS_RETURNED && !is_blank(p))
		p->end = PROGRESS_GOES_ON;
}

static void take_line(struct progress *p)
{
	if (is_start(p))
		take_start(p);
	else if (take_return(p))
		take_end(p, PROGRESS_RETURNED);
	else if (is(p, "hobnail: stopped."))
		take_end(p, PROGRESS_STOPPED);
	else if (is(p, "pith: stopped"))
		take_end(p, PROGRESS_PITH_STOPPED);
	else if (begins(p, "pith: cannot switch off: ") && ends(p, "; waiting for ever"))
		take_end(p, p->end == PROGRESS_PITH_STOPPED ? PROGRESS_PITH_STOPPED : PROGRESS_PITH_WAITS);
	else if (is(p, "BdsDxe: No bootable option or device was found.") || is(p, WARM_NOTHING))
		take_end(p, PROGRESS_NOTHING);
	else if (p->end != PROGRESS_NOTHING || !is_firmware(p))
		take_other(p);
}

/* An unfinished line may be a prompt. */
static void take_part(struct progress *p)
{
	if (is_blank(p))
		return;
	p->speaks |= is_guest(p);
	if (p->in_shell && is(p, "Shell> ") && p->end == PROGRESS_GOES_ON)
		p->end = PROGRESS_NOTHING;
	else if (p->end != PROGRESS_RETURNED && !may_begin(p, "pith: ") && !is_firmware(p))
		p->end = PROGRESS_GOES_ON;
}

void progress_start(struct progress *p)
{
	p->started = true;
}

/* ---- Bytes ----------------------------------------------------------------------------------------------------- */

void progress_feed(struct progress *p, const char *bytes, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (bytes[i] != '\n') {
			if (p->line_bytes < PROGRESS_LINE_BYTES - 1)
				p->line[p->line_bytes] = bytes[i];
			p->line_bytes++;
			continue;
		}
		p->line[p->line_bytes < PROGRESS_LINE_BYTES - 1 ? p->line_bytes : PROGRESS_LINE_BYTES - 1] = '\0';
		take_speaker(p);
		take_line(p);
		p->line_bytes = 0;
		memset(p->line, 0, sizeof(p->line));
	}
	take_part(p);
}
