/* The load options: what comes out lies inside the line, an error names a character of it, and names that are quoted
 * come back as they were. */
#include <stdio.h>

#include "fuzz.h"
#include "load_options.h"

static void require_inside(struct text t, const char *line, size_t bytes)
{
	require(t.bytes == 0 || (t.at >= line && t.at + t.bytes <= line + bytes));
}

static void any_line(const char *line, size_t bytes)
{
	struct load_options options;
	struct problem p = { .code = OK };
	char sentence[256];
	enum err e = load_options_read(line, bytes, bytes & 1, &options, &p);

	if (!e) {
		require_inside(options.program, line, bytes);
		require(!options.foreign ||
		        (bytes & 1 && !options.entry.bytes && !options.config.bytes && !options.program.bytes));
		require_inside(options.entry, line, bytes);
		require_inside(options.config, line, bytes);
	} else {
		require(p.code == e && p.offset <= bytes && p.value[0] >= 1 && p.value[0] <= bytes + 1);
		require(err_sentence(&p, sentence, sizeof sentence) > 0);
	}
}

/* The first half as the entry's name, the second as the configuration's path. */
static void quoted(const char *text, size_t bytes)
{
	int entry = (int)(bytes / 2), config = (int)(bytes - bytes / 2);
	struct load_options options;
	char line[600];

	if (bytes < 2 || bytes > 512 || memchr(text, '"', bytes) || memchr(text, 0, bytes))
		return;
	int length = snprintf(line, sizeof line, "\\boot.efi entry=\"%.*s\" config=\"%.*s\"", entry, text, config,
	                      text + entry);
	if (load_options_read(line, (size_t)length, true, &options, NULL) != OK)
		return; /* a path or a name has rules of its own */
	require(options.entry.bytes == (size_t)entry && memcmp(options.entry.at, text, options.entry.bytes) == 0);
	require(options.config.bytes == (size_t)config &&
	        memcmp(options.config.at, text + entry, options.config.bytes) == 0);
}

/* What the firmware gives: text lies inside it, and has no 0. */
static void any_data(const uint8_t *data, size_t bytes)
{
	const void *text = NULL;
	size_t units = 0;

	if (!load_options_text(data, bytes, &text, &units)) {
		require(!text && !units && bytes);
		return;
	}
	const uint8_t *at = text;
	require(at >= data && at + 2 * units <= data + bytes);
	for (size_t i = 0; i < units; i++)
		require(read_le16(at + 2 * i) >= ' ' || read_le16(at + 2 * i) == '\t');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	uint8_t *line = copy_of(data, bytes);

	any_line((const char *)line, bytes);
	any_data(line, bytes);
	quoted((const char *)line, bytes);
	free(line);
	return 0;
}
