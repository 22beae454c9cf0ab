#include "load_options.h"

#include <string.h>

/* ---- Text, or not -------------------------------------------------------------------------------------- */

/* Boot managers also leave binary data here: those are no options. Half a surrogate pair is none, either. */
static bool is_text(const uint8_t *at, size_t units)
{
	for (size_t i = 0; i < units; i++) {
		unsigned c = read_le16(at + 2 * i);
		if ((c < ' ' && c != '\t') || c == 0x7f || (c >= 0xd800 && c < 0xe000))
			return false;
	}
	return true;
}

static size_t units_before_nul(const uint8_t *at, size_t units)
{
	size_t n = 0;

	while (n < units && read_le16(at + 2 * n))
		n++;
	return n;
}

/* UEFI 2.10, "EFI Device Path Protocol", "Generic Device Path Structures": type 0, subtype 1, length 2. Are these
 * whole nodes, the last of which ends a path? */
static bool is_path_list(const uint8_t *at, size_t bytes)
{
	enum { NODE_BYTES = 4, END = 0x7f, END_ENTIRE = 0xff };
	bool ended = false;

	while (bytes) {
		size_t length = bytes >= NODE_BYTES ? read_le16(at + 2) : 0;
		if (length < NODE_BYTES || length > bytes)
			return false;
		ended = at[0] == END && at[1] == END_ENTIRE;
		at += length;
		bytes -= length;
	}
	return ended;
}

/* UEFI 2.10, "Load Options", "EFI_LOAD_OPTION": attributes 0 (4 bytes), length of the file paths 4 (2 bytes),
 * description from 6 on, which ends with a 0; the file paths; the rest is optional data. Returns where those begin;
 * 0: this is none. */
static size_t optional_data(const uint8_t *at, size_t bytes)
{
	enum { DESCRIPTION = 6, DEFINED = 0x1f0b /* LOAD_OPTION_ACTIVE, _FORCE_RECONNECT, _HIDDEN, _CATEGORY */ };

	if (bytes < DESCRIPTION || read_le32(at) & ~(uint32_t)DEFINED)
		return 0;
	size_t units = (bytes - DESCRIPTION) / 2, description = units_before_nul(at + DESCRIPTION, units);
	size_t paths = DESCRIPTION + 2 * (description + 1), paths_bytes = read_le16(at + 4);
	if (description == units || !range_within(paths, paths_bytes, bytes) || !is_path_list(at + paths, paths_bytes))
		return 0;
	return paths + paths_bytes;
}

/* The mark that EDK2 leaves in boot options that it made by itself (MdeModulePkg, "UefiBootManagerLib/BmBoot.c": a
 * GUID). As UTF-16 it would be text, of a kind. */
static bool is_mark_of_edk2(const uint8_t *at, size_t bytes)
{
	static const uint8_t mark[] = { 0x4e, 0xac, 0x08, 0x81, 0x11, 0x9f, 0x59, 0x4d,
	                                0x85, 0x0e, 0xe2, 0x1a, 0x52, 0x2c, 0x59, 0xb2 };

	return bytes == sizeof mark && memcmp(at, mark, bytes) == 0;
}

bool load_options_text(const void *data, size_t bytes, const void **text, size_t *units)
{
	enum { MOST = 1 << 17 }; /* twice the longest path: more is no size */
	const uint8_t *at = data;

	if (bytes > MOST)
		return false;
	size_t skip = bytes ? optional_data(at, bytes) : 0;
	if ((bytes - skip) % 2)
		return false;
	size_t found = bytes ? units_before_nul(at + skip, (bytes - skip) / 2) : 0;
	if (is_mark_of_edk2(at + skip, bytes - skip))
		found = 0;
	if (!is_text(at + skip, found))
		return false;
	*text = at + skip;
	*units = found;
	return true;
}

static bool is_word(const uint8_t *at, size_t units, const char *with)
{
	size_t i = 0;

	while (i < units && with[i] && read_le16(at + 2 * i) == (unsigned char)with[i])
		i++;
	return !with[i];
}

bool load_options_concern_us(const void *text, size_t units)
{
	const uint8_t *at = text;
	unsigned before = ' ';

	for (size_t i = 0; i < units; before = read_le16(at + 2 * i++))
		if ((before == ' ' || before == '\t') &&
		    (is_word(at + 2 * i, units - i, "entry=") || is_word(at + 2 * i, units - i, "config=")))
			return true;
	return false;
}

/* ---- Options ------------------------------------------------------------------------------------------- */

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

struct option_reader {
	const char *line, *at, *end;
	struct problem *p;
};

static enum err option_refuse(const struct option_reader *r, enum err code, const char *at)
{
	return problem_at(r->p, code, (uint64_t)(at - r->line), text_column(r->line, at));
}

/* Take a value or word: up to a blank, or in quotation marks. */
static enum err take_word(struct option_reader *r, struct text *out)
{
	const char *from = r->at;
	bool quoted = from < r->end && *from == '"';
	const char *stop = from + quoted;

	while (stop < r->end && (quoted ? *stop != '"' : !is_blank(*stop)))
		stop++;
	r->at = stop + (quoted && stop < r->end);
	if (quoted && (stop == r->end || (r->at < r->end && !is_blank(*r->at))))
		return option_refuse(r, ERR_OPTION_QUOTE, from);
	*out = (struct text){ from + quoted, (size_t)(stop - from) - quoted };
	return OK;
}

static bool begins_with(const char *at, const char *end, const char *with)
{
	size_t bytes = strlen(with);

	return (size_t)(end - at) >= bytes && memcmp(at, with, bytes) == 0;
}

/* Take NAME= and its value if they come next. */
static enum err take_option(struct option_reader *r, const char *name, struct text *value, bool *found)
{
	const char *from = r->at;
	size_t bytes = strlen(name);

	if (!begins_with(from, r->end, name))
		return OK;
	*found = true;
	if (value->bytes)
		return option_refuse(r, ERR_OPTION_TWICE, from);
	r->at += bytes;
	enum err e = take_word(r, value);
	if (!e && !value->bytes)
		e = option_refuse(r, ERR_OPTION_EMPTY, from);
	return e;
}

static enum err take_program_name(struct option_reader *r, struct text *word)
{
	const char *from = r->at;
	enum err e = take_word(r, word);

	if (!e && word->bytes && memchr(word->at, '=', word->bytes))
		e = option_refuse(r, ERR_OPTION_UNKNOWN, from);
	return e;
}

/* Does a word begin like one of our options? */
static bool concerns_us(const struct option_reader *r)
{
	for (const char *at = r->line; at < r->end; at++)
		if ((at == r->line || is_blank(at[-1])) &&
		    (begins_with(at, r->end, "entry=") || begins_with(at, r->end, "config=")))
			return true;
	return false;
}

enum err load_options_read(const char *line, size_t bytes, bool may_be_foreign, struct load_options *out,
                           struct problem *p)
{
	line = bytes ? line : "";
	const char *nul = memchr(line, 0, bytes);
	struct option_reader r = { line, line, nul ? nul : line + bytes, p };
	struct load_options options = { .foreign = may_be_foreign && !concerns_us(&r) };

	for (bool first = true; !options.foreign; first = false) {
		bool found = false;
		while (r.at < r.end && is_blank(*r.at))
			r.at++;
		if (r.at == r.end)
			break;
		enum err e = take_option(&r, "entry=", &options.entry, &found);
		if (!e && !found)
			e = take_option(&r, "config=", &options.config, &found);
		if (!e && !found)
			e = first ? take_program_name(&r, &options.program)
			          : option_refuse(&r, ERR_OPTION_UNKNOWN, r.at);
		if (e)
			return e;
	}
	*out = options;
	return OK;
}
