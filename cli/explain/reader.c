#include "reader.h"

#include <stdio.h>
#include <string.h>

#include "from_qemu.h"

/* ---- Lines ---------------------------------------------------------------------------------------------------- */

/* "2026-11-28", "12:34:56.789", "2026-11-28T12:34:56+01:00": a word of a date or a time, with the blank behind it. */
static size_t stamp_word(const char *at)
{
	size_t length = strspn(at, "0123456789-:.,TZ+"), colons = 0, dashes = 0;

	for (size_t i = 0; i < length; i++) {
		colons += at[i] == ':';
		dashes += at[i] == '-';
	}
	return (colons >= 2 || dashes == 2) && length >= 8 && at[length] == ' ' ? length + 1 : 0;
}

/* "[    1.234567] ", with further brackets behind it ("[ T1]"): the time stamp of Linux and of terminal programs. */
static const char *skip_stamp(const char *line)
{
	const char *at = line;

	at += stamp_word(at);
	at += stamp_word(at);
	while (*at == '[') {
		size_t inside = strspn(at + 1, " 0123456789.:-TC");
		if (at[1 + inside] != ']' || inside < 2)
			break;
		at += inside + 2;
		at += *at == ' ';
	}
	return at;
}

/* QEMU's log goes on after a triple fault if the machine may reboot. The exceptions that led to it are taken here: the
 * next boot has its own. */
static void take_exceptions(struct reader *r, const char *line)
{
	exceptions_feed(&r->qemu, line, strlen(line));
	exceptions_feed(&r->qemu, "\n", 1);
	if (!r->qemu.triple_fault)
		return;
	r->triple_faults++;
	if (!from_qemu_found(&r->qemu, &r->fatal))
		r->fatal.kind = NULL;
	exceptions_free(&r->qemu);
}

static void take_line(struct reader *r)
{
	r->line[r->bytes] = '\0';
	r->bytes = 0;
	r->lines++;
	const char *line = skip_stamp(r->line);
	take_exceptions(r, line);
	from_net_line(&r->net, line);
	from_linux_line(&r->linux_oops, line);
	from_edk2_line(&r->edk2, line);
	from_uboot_line(&r->uboot, line);
	if (!exceptions_count(&r->qemu) && !r->triple_faults) /* registers of such a log are not typed ones */
		from_text_line(&r->text, line);
}

/* Control characters, which a terminal would obey, are not repeated when the text is quoted. */
static char harmless(char byte)
{
	return (unsigned char)byte < ' ' || byte == '\177' ? ' ' : byte;
}

/* ECMA-48, "Control sequences" (§5.4): ESC [ parameters final; ESC and one more byte otherwise. true: the byte is part
 * of one. */
static bool is_escape(struct reader *r, char byte)
{
	enum { NONE, ESCAPE, CONTROL };

	if (byte == '\n') { /* it was none, or it is damaged */
		r->escape = NONE;
		return false;
	}
	switch (r->escape) {
	case NONE:
		r->escape = byte == '\033' ? ESCAPE : NONE;
		return byte == '\033';
	case ESCAPE:
		r->escape = byte == '[' ? CONTROL : NONE;
		return true;
	default:
		r->escape = byte >= 0x40 && byte <= 0x7e ? NONE : CONTROL;
		return true;
	}
}

void reader_feed(struct reader *r, const char *bytes, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (is_escape(r, bytes[i]))
			continue;
		if (bytes[i] == '\n')
			take_line(r);
		else if (bytes[i] != '\r' && bytes[i] != '\0' && r->bytes < READER_LINE - 1)
			r->line[r->bytes++] = harmless(bytes[i]);
	}
}

/* ---- The failure ----------------------------------------------------------------------------------------------- */

/* A triple fault is the failure, unless the next boot has ended in a loop. */
static bool found_by_qemu(struct reader *r, struct failure *out)
{
	if (!r->fatal.kind || exceptions_loop(&r->qemu))
		return from_qemu_found(&r->qemu, out);
	*out = r->fatal;
	if (r->triple_faults > 1)
		failure_note(out, "The log has %llu triple faults: this is the last one.",
		             (unsigned long long)r->triple_faults);
	return true;
}

bool reader_found(struct reader *r, struct failure *out)
{
	if (r->bytes)
		take_line(r);
	exceptions_cut(&r->qemu);
	return from_net_found(&r->net, out) || found_by_qemu(r, out) ||
	       from_linux_found(&r->linux_oops, out) || from_edk2_found(&r->edk2, out) ||
	       from_uboot_found(&r->uboot, out) ||
	       (!exceptions_count(&r->qemu) && !r->triple_faults && from_text_found(&r->text, out));
}

void reader_why(const struct reader *r, char *out, size_t size)
{
	size_t interrupts = exceptions_count(&r->qemu);

	if (!r->lines)
		snprintf(out, size, "it is empty");
	else if (interrupts)
		snprintf(out, size, "the log of QEMU has interrupts and calls alone, and no fault: they are harmless");
	else if (r->text.r.arch)
		snprintf(out, size,
		         "it has registers, but says of no exception: say ESR, or an error code and CR2, or a name "
		         "such as #GP");
	else
		snprintf(out, size, "it tells of no exception, in any form that hobnail explain --help lists");
}

void reader_free(struct reader *r)
{
	exceptions_free(&r->qemu);
}
