#include "config_internal.h"

#include <string.h>

#include "utf16.h"

/* A key's second part: 0 is a key without one. */
static const char *const arches[CONFIG_ARCHES] = { "", "x86_64", "aarch64", "riscv64" };

static const struct {
	const char *name;
	bool general;  /* may stand before the first entry   */
	bool in_entry; /* may stand in an entry              */
	bool again;    /* may be given more than once        */
	bool empty;    /* may have an empty value            */
} keys[KEYS] = {
	[KEY_DEFAULT] = { "default", .general = true },
	[KEY_VERBOSE] = { "verbose", .general = true, .in_entry = true },
	[KEY_KERNEL] = { "kernel", .in_entry = true },
	[KEY_CMDLINE] = { "cmdline", .in_entry = true, .empty = true },
	[KEY_MODULE] = { "module", .in_entry = true, .again = true },
	[KEY_ALLOW_WX] = { "allow_wx", .in_entry = true },
	[KEY_PROTOCOL] = { "protocol", .in_entry = true },
	[KEY_FAULT_REPORTS] = { "fault_reports", .in_entry = true },
	[KEY_HHDM] = { "hhdm", .in_entry = true },
	[KEY_TIMEOUT] = { "timeout", .general = true },
	[KEY_EDITOR] = { "editor", .general = true },
	[KEY_REMEMBER] = { "remember", .general = true },
	[KEY_BOOT_ENTRIES] = { "boot_entries", .general = true },
	[KEY_INITRD] = { "initrd", .in_entry = true, .again = true },
	[KEY_DEVICE_TREE] = { "devicetree", .in_entry = true },
};

enum err config_refuse_at(const struct config_reader *r, enum err code, struct place place, uint64_t detail)
{
	unsigned column = text_column(place.line_at, place.at);

	return problem_at(r->p, code, (uint64_t)(place.at - r->text), place.line, column, detail);
}

struct place config_place(const struct config_reader *r, const char *at)
{
	return (struct place){ r->line, r->line_at, at };
}

enum err config_refuse(const struct config_reader *r, enum err code, const char *at, uint64_t detail)
{
	return config_refuse_at(r, code, config_place(r, at), detail);
}

/* ---- Lines --------------------------------------------------------------------------------------------------- */

/* "key" or "key.arch" */
static enum err find_key(const struct config_reader *r, struct text name, enum key *key, unsigned *arch)
{
	const char *dot = memchr(name.at, '.', name.bytes);
	struct text plain = { name.at, dot ? (size_t)(dot - name.at) : name.bytes };
	struct text suffix = { NULL, 0 };
	unsigned k = 0, a = 0;

	while (k < KEYS && !text_is(plain, keys[k].name))
		k++;
	if (k == KEYS)
		return config_refuse(r, ERR_CONFIG_KEY, name.at, 0);
	if (dot) {
		suffix = (struct text){ dot + 1, name.bytes - plain.bytes - 1 };
		for (a = 1; a < CONFIG_ARCHES && !text_is(suffix, arches[a]); a++)
			;
	}
	if (a == CONFIG_ARCHES)
		return config_refuse(r, ERR_CONFIG_ARCH, suffix.at, 0);
	*key = (enum key)k;
	*arch = a;
	return OK;
}

static enum err read_key(struct config_reader *r, struct text name, struct text value)
{
	enum key key;
	unsigned arch;
	enum err e = find_key(r, name, &key, &arch);

	if (e)
		return e;
	if (r->list.count && !keys[key].in_entry)
		return config_refuse(r, ERR_CONFIG_IN_ENTRY, name.at, 0);
	if (!r->list.count && !keys[key].general)
		return config_refuse(r, ERR_CONFIG_OUTSIDE, name.at, 0);
	if (r->seen[key][arch] && !keys[key].again)
		return config_refuse(r, ERR_CONFIG_TWICE, name.at, r->seen[key][arch]);
	if (!value.bytes && !keys[key].empty)
		return config_refuse(r, ERR_CONFIG_EMPTY, value.at, 0);
	bool plain_holds = arch == 0 && (keys[key].again || !r->seen[key][r->arch]);
	r->seen[key][arch] = r->line;
	return config_value(r, key, arch, value, arch == r->arch || plain_holds);
}

/* Check a whole section, which ends with the file or before the next [name]. */
static enum err finish_section(struct config_reader *r)
{
	unsigned kernels = 0;

	if (!r->list.count)
		return OK;
	for (unsigned a = 0; a < CONFIG_ARCHES; a++)
		kernels += r->seen[KEY_KERNEL][a] != 0;
	if (!kernels)
		return config_refuse_at(r, ERR_CONFIG_NO_KERNEL, r->entry_place, 0);
	if (!r->chosen_place.line && (!r->wanted.bytes || text_same(r->wanted, r->entry.name))) {
		r->chosen = r->entry;
		r->chosen_place = r->entry_place;
	}
	return OK;
}

static enum err start_section(struct config_reader *r, struct text line)
{
	const char *end = line.at + line.bytes;
	const char *close = memchr(line.at, ']', line.bytes);

	if (!close || close + 1 != end)
		return config_refuse(r, ERR_CONFIG_SECTION, close ? close + 1 : end, 0);
	/* # is part of it: no comment can stand here. */
	struct text name = config_unquoted(text_trim(text_between(line.at + 1, close)));
	if (!name.bytes)
		return config_refuse(r, ERR_CONFIG_NAME, close, 0);
	for (unsigned i = 0; i < r->list.count; i++)
		if (text_same(r->list.names[i], name))
			return config_refuse(r, ERR_CONFIG_NAME_TWICE, name.at, 0);
	if (r->list.count == CONFIG_MAX_ENTRIES)
		return config_refuse(r, ERR_CONFIG_ENTRIES, name.at, CONFIG_MAX_ENTRIES);
	r->list.names[r->list.count++] = name;
	memset(r->seen, 0, sizeof r->seen);
	memset(&r->entry, 0, sizeof r->entry);
	r->entry.name = name;
	r->entry.verbose = r->verbose;
	r->entry.line = r->line;
	r->entry_place = config_place(r, name.at);
	return OK;
}

/* The Unicode Standard, "Special Areas and Format Characters" and "General Punctuation": characters that look like a
 * blank, and invisible ones. An editor, a web page or a keyboard inserts them unseen. */
static const struct { uint32_t first, last; } invisible[] = {
	{ 0x80, 0xa0 },       /* C1 controls; no-break space                                */
	{ 0xad, 0xad },       /* soft hyphen                                                */
	{ 0x34f, 0x34f },     /* combining grapheme joiner                                  */
	{ 0x61c, 0x61c },     /* Arabic letter mark                                         */
	{ 0x115f, 0x1160 },   /* Hangul fillers                                             */
	{ 0x1680, 0x1680 },   /* Ogham space mark                                           */
	{ 0x180e, 0x180e },   /* Mongolian vowel separator                                  */
	{ 0x2000, 0x200f },   /* spaces of other widths; zero-width ones; direction marks   */
	{ 0x2028, 0x202f },   /* line and paragraph separators; direction; narrow no-break  */
	{ 0x205f, 0x206f },   /* mathematical space; word joiner; more of direction         */
	{ 0x2800, 0x2800 },   /* Braille blank                                              */
	{ 0x3000, 0x3000 },   /* ideographic space                                          */
	{ 0x3164, 0x3164 },   /* Hangul filler                                              */
	{ 0xfe00, 0xfe0f },   /* variation selectors                                        */
	{ 0xfeff, 0xfeff },   /* byte-order mark, zero-width no-break space                 */
	{ 0xffa0, 0xffa0 },   /* halfwidth Hangul filler                                    */
	{ 0xfff9, 0xfffb },   /* interlinear annotation                                     */
	{ 0xe0000, 0xe0fff }, /* tags; more variation selectors                             */
};

static bool is_invisible(uint32_t code)
{
	for (size_t i = 0; i < COUNT_OF(invisible); i++)
		if (code >= invisible[i].first && code <= invisible[i].last)
			return true;
	return false;
}

static bool is_comment(const char *at, const char *end)
{
	struct text line = text_trim(text_between(at, end));

	return line.bytes && line.at[0] == '#';
}

/* Check every character of a line, comments too: a text that is not UTF-8 should be refused at its first bad
 * character. Invisible characters do no harm in comments, and within quotation marks they are intended. */
static enum err check_characters(const struct config_reader *r, const char *end)
{
	bool meant = is_comment(r->line_at, end), quoted = false;

	for (const char *at = r->line_at; at < end;) {
		uint32_t code;
		size_t bytes = utf8_next(at, (size_t)(end - at), &code);
		if (!bytes)
			return config_refuse(r, ERR_CONFIG_TEXT, at, 0);
		if ((code < ' ' && code != '\t') || code == 0x7f)
			return config_refuse(r, ERR_CONFIG_CONTROL, at, code);
		if (!meant && !quoted && is_invisible(code))
			return config_refuse(r, ERR_CONFIG_INVISIBLE, at, code);
		quoted ^= code == '"';
		at += bytes;
	}
	return OK;
}

static enum err read_line(struct config_reader *r, const char *end)
{
	struct text line = text_trim(text_between(r->line_at, end));
	enum err e = check_characters(r, end);

	if (e || !line.bytes || line.at[0] == '#')
		return e;
	if (line.at[0] == '[') {
		e = finish_section(r);
		return e ? e : start_section(r, line);
	}
	const char *equals = memchr(line.at, '=', line.bytes);
	if (!equals || equals == line.at)
		return config_refuse(r, ERR_CONFIG_LINE, line.at, 0);
	return read_key(r, text_trim(text_between(line.at, equals)),
	                text_trim(text_between(equals + 1, line.at + line.bytes)));
}

static enum err read_lines(struct config_reader *r, const char *at, const char *end)
{
	r->line_at = at;
	for (r->line = 1; at < end; r->line++) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		const char *stop = newline ? newline : end;
		r->line_at = at;
		enum err e = read_line(r, stop > at && stop[-1] == '\r' ? stop - 1 : stop);
		if (e)
			return e;
		at = newline ? newline + 1 : end;
	}
	if (!r->list.count)
		return config_refuse_at(r, ERR_CONFIG_NO_ENTRIES, (struct place){ r->line, at, at }, 0);
	return finish_section(r);
}

static bool has_entry(const struct config_reader *r, struct text name)
{
	for (unsigned i = 0; i < r->list.count; i++)
		if (text_same(r->list.names[i], name))
			return true;
	return false;
}

/* Called at the end, when all names are known. */
static enum err check_defaults(const struct config_reader *r)
{
	for (unsigned a = 0; a < CONFIG_ARCHES; a++)
		if (r->defaults[a].place.line && !has_entry(r, r->defaults[a].name))
			return config_refuse_at(r, ERR_CONFIG_DEFAULT, r->defaults[a].place, 0);
	return OK;
}

static unsigned arch_index(const char *arch)
{
	for (unsigned a = 1; a < CONFIG_ARCHES; a++)
		if (strcmp(arches[a], arch) == 0)
			return a;
	return 0;
}

enum err config_module_missing(const struct config_module *module, enum err refusal, struct problem *p)
{
	if (refusal == ERR_FILE_NOT_FOUND && module->cmdline.bytes)
		return problem(p, ERR_FILE_NOT_FOUND_TEXT);
	return refusal;
}

void config_none(struct config_list *out)
{
	*out = (struct config_list){ .timeout = CONFIG_TIMEOUT, .boot_entries = true };
}

enum err config_read(const char *text, size_t bytes, const char *arch, struct text wanted, struct config_list *list,
                     struct config_entry *out, struct problem *p)
{
	struct config_reader r;

	if (bytes > CONFIG_MAX_BYTES)
		return problem(p, ERR_CONFIG_BIG, 0, 0, bytes);
	text = bytes ? text : "";
	memset(&r, 0, sizeof r);
	r.text = text;
	r.p = p;
	r.arch = arch_index(arch);
	r.wanted = wanted;
	r.asked = wanted.bytes != 0;
	r.list.timeout = CONFIG_TIMEOUT;
	bool mark = bytes >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0;
	enum err e = read_lines(&r, mark ? text + 3 : text, text + bytes);
	if (!e)
		e = check_defaults(&r);
	if (e)
		return e;
	if (!r.boot_entries_said)
		r.list.boot_entries = r.list.count > 1;
	if (list)
		*list = r.list;
	if (!r.chosen_place.line)
		return problem(p, ERR_CONFIG_NO_ENTRY, 0, 0, r.list.count);
	if (!r.chosen.kernel.bytes)
		return config_refuse_at(&r, ERR_CONFIG_KERNEL_ARCH, r.chosen_place, 0);
	*out = r.chosen;
	return OK;
}
