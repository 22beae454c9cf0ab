#include "report.h"

#include "boot.h"
#include "format.h"
#include "image.h"
#include "log.h"
#include "after/screen.h"
#include "after/serial.h"

/* Both consoles, each once. */
void report_text(const struct boot *b, const char *text, size_t bytes)
{
	firmware_print(&b->fw, text, bytes);
	if (!firmware_console_is_serial(&b->fw))
		serial_write(text, bytes);
}

static void show(const void *boot, const char *text, size_t bytes)
{
	report_text(boot, text, bytes);
}

IMAGE_CODE_UNTIL_EXIT void report_follow(const struct boot *b)
{
	show(b, loader_log.text, loader_log.used);
	log_follow(show, b);
}

IMAGE_CODE_UNTIL_EXIT void report_follow_again(const struct boot *b)
{
	if (b->verbose)
		log_follow(show, b);
}

IMAGE_CODE_UNTIL_EXIT void report_catch_up(struct boot *b)
{
	if (b->verbose && !b->serial_has_log && !firmware_console_is_serial(&b->fw))
		serial_write(loader_log.text, loader_log.used);
	b->serial_has_log = true;
}

/* A boot without a configuration may be intended: the hint is shown only where it can explain the error. */
static IMAGE_CODE_UNTIL_EXIT bool hint_matters(const struct boot *b, const struct problem *p)
{
	return *b->hint && (p->code == ERR_FILE_NOT_FOUND || b->hint_names);
}

IMAGE_CODE_UNTIL_EXIT size_t report_sentence(const struct boot *b, const struct problem *p, char *out, size_t size)
{
	char sentence[512];
	const char *said = *b->verdict ? b->verdict : sentence;
	bool has_status = p->code == ERR_FIRMWARE || p->code == ERR_FILE_READ || p->code == ERR_IMAGE_REFUSED;
	const char *status = has_status ? firmware_status(p->value[0]) : "";
	const char *advice = err_advice(p->code);
	const struct step *s = &b->step;
	size_t used;

	err_sentence(p, sentence, sizeof sentence);
	used = format(out, size, "hobnail: cannot %s%s%.*s: %s%s%s.\n", s->doing, s->file.bytes ? " " : "",
	              (int)s->file.bytes, s->file.at, said, *status ? ": " : "", status);
	if (hint_matters(b, p))
		used += format(out + used, size - used, "         There is %s.\n", b->hint);
	if (p->offset && s->file.at == b->entry.kernel.at)
		used += format(out + used, size - used, "         At offset 0x%llx of the file.\n",
		               (unsigned long long)p->offset);
	if (*advice)
		used += format(out + used, size - used, "         Try: %s.\n", advice);
	return used;
}

IMAGE_CODE_UNTIL_EXIT void report_error(const struct boot *b, const struct problem *p)
{
	char text[2 * CONFIG_MAX_PATH + 1024 + sizeof b->hint]; /* a directory and a name */
	size_t used = format(text, sizeof text, "\n");

	used += report_sentence(b, p, text + used, sizeof text - used);
	used += format(text + used, sizeof text - used, "         (%s; back to the %s)\n", err_name(p->code),
	               b->choice.menu ? "menu" : "firmware");
	report_text(b, text, used);
}

void report_line(enum screen_style style, const char *text, ...)
{
	char line[640];
	va_list arguments;

	va_start(arguments, text);
	size_t used = format_v(line, sizeof line - 1, text, arguments);
	va_end(arguments);
	line[used++] = '\n';
	serial_write(line, used);
	serial_drain();
	screen_write(style, line, used);
}

void report_final(const char *sentence)
{
	serial_write("\n", 1); /* the last writer may not have ended its line */
	report_line(SCREEN_ACCENT, "hobnail: %s", sentence);
	report_line(SCREEN_FAINT, "hobnail: stopped.");
}

void report_final_problem(const struct problem *p)
{
	char sentence[512];

	err_sentence(p, sentence, sizeof sentence);
	report_final(sentence);
}
