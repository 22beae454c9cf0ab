#include "config.h"

#include <string.h>

#include "utf16.h"

/* A key's second part: 0 is a key without one. */
static const char *const arches[] = { "", "x86_64", "aarch64", "riscv64" };

enum { ARCHES = COUNT_OF(arches) };

enum key { KEY_DEFAULT, KEY_VERBOSE, KEY_KERNEL, KEY_CMDLINE, KEY_MODULE, KEY_ALLOW_WX, KEY_PROTOCOL,
           KEY_FAULT_REPORTS, KEY_HHDM, KEY_TIMEOUT, KEY_EDITOR, KEY_REMEMBER, KEY_BOOT_ENTRIES, KEY_INITRD,
           KEY_DEVICE_TREE, KEYS };

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

/* Where something stands in the text: enough to name its line and column later. */
struct place {
	unsigned line;
	const char *line_at;
	const char *at;
};

struct reader {
	const char *text;
	struct problem *p;
	unsigned arch; /* ours, as an index of arches[] */

	unsigned line;          /* the current one, from 1 */
	const char *line_at;

	/* The section: general keys while list.count is 0. */
	unsigned seen[KEYS][ARCHES]; /* line where a key was given, or 0 */
	struct config_entry entry;
	struct place entry_place;

	struct config_list list; /* so far */
	bool boot_entries_said;
	bool verbose;
	struct { struct text name; struct place place; } defaults[ARCHES];

	bool asked;         /* the caller named an entry: `default` does not choose */
	struct text wanted; /* empty: the first */
	struct config_entry chosen;
	struct place chosen_place; /* line 0: not found yet */
};

bool text_same(struct text a, struct text b)
{
	return a.bytes == b.bytes && (a.bytes == 0 || memcmp(a.at, b.at, a.bytes) == 0);
}

bool text_is(struct text t, const char *literal)
{
	return text_same(t, (struct text){ literal, strlen(literal) });
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static struct text trim(const char *at, const char *end)
{
	while (at < end && is_blank(*at))
		at++;
	while (at < end && is_blank(end[-1]))
		end--;
	return (struct text){ at, (size_t)(end - at) };
}

unsigned text_column(const char *line, const char *at)
{
	unsigned column = 1;

	for (; line < at; line++)
		column += ((unsigned char)*line & 0xc0) != 0x80;
	return column;
}

static enum err refuse_at(const struct reader *r, enum err code, struct place place, uint64_t detail)
{
	unsigned column = text_column(place.line_at, place.at);

	return problem_at(r->p, code, (uint64_t)(place.at - r->text), place.line, column, detail);
}

static struct place place_of(const struct reader *r, const char *at)
{
	return (struct place){ r->line, r->line_at, at };
}

static enum err refuse(const struct reader *r, enum err code, const char *at, uint64_t detail)
{
	return refuse_at(r, code, place_of(r, at), detail);
}

/* ---- Values -------------------------------------------------------------------------------------------------- */

/* Quotation marks that word processors make of ": they quote nothing. */
static bool begins_with_curly_quote(struct text t)
{
	uint32_t code;

	return utf8_next(t.at, t.bytes, &code) && ((code >= 0x2018 && code <= 0x201f) || code == 0xab || code == 0xbb);
}

/* Check a text that is not quoted as a whole: a comment behind it, as other formats have, is an error. Quoted parts
 * of the text are passed over. */
static enum err check_plain(const struct reader *r, struct text t)
{
	if (begins_with_curly_quote(t))
		return refuse(r, ERR_CONFIG_CURLY, t.at, 0);
	for (size_t i = 0; i < t.bytes; i++) {
		const char *close = t.at[i] == '"' ? memchr(t.at + i + 1, '"', t.bytes - i - 1) : NULL;
		if (close)
			i = (size_t)(close - t.at);
		else if (t.at[i] == '#' && (i == 0 || is_blank(t.at[i - 1])))
			return refuse(r, ERR_CONFIG_COMMENT, t.at + i, 0);
	}
	return OK;
}

/* Are its first and last character quotation marks, and the only ones? */
static bool is_quoted(struct text value)
{
	return value.bytes >= 2 && value.at[0] == '"' && value.at[value.bytes - 1] == '"' &&
	       !memchr(value.at + 1, '"', value.bytes - 2);
}

/* The text without its quotation marks, if it has any. */
static struct text unquoted(struct text value)
{
	return is_quoted(value) ? (struct text){ value.at + 1, value.bytes - 2 } : value;
}

static enum err read_quotable(const struct reader *r, struct text value, struct text *out)
{
	*out = unquoted(value);
	return is_quoted(value) ? OK : check_plain(r, value);
}

/* Split "path rest", where the path may stand in quotation marks. */
static enum err read_path(const struct reader *r, struct text value, struct text *path, struct text *rest)
{
	const char *end = value.at + value.bytes, *stop;
	bool quoted = value.at[0] == '"';
	const char *from = value.at + quoted;

	for (stop = from; stop < end && (quoted ? *stop != '"' : !is_blank(*stop)); stop++)
		;
	const char *after = stop + quoted;
	if (quoted && (stop == end || (after < end && !is_blank(*after))))
		return refuse(r, ERR_CONFIG_QUOTE, value.at, 0);
	if (stop == from)
		return refuse(r, ERR_CONFIG_EMPTY, from, 0);
	if (stop - from > CONFIG_MAX_PATH)
		return refuse(r, ERR_CONFIG_LONG, from, CONFIG_MAX_PATH);
	struct text found = { from, (size_t)(stop - from) };
	enum err e = quoted ? OK : check_plain(r, found);
	if (e)
		return e;
	*path = found;
	*rest = trim(after, end);
	return OK;
}

/* A path and nothing else; `refusal`: of text behind it. */
static enum err read_lone_path(struct reader *r, struct text value, bool ours, enum err refusal, struct text *out)
{
	struct text path, rest;
	enum err e = read_path(r, value, &path, &rest);

	if (!e)
		e = check_plain(r, rest);
	if (e)
		return e;
	if (rest.bytes)
		return refuse(r, refusal, rest.at, 0);
	if (ours)
		*out = path;
	return OK;
}

static enum err read_initrd(struct reader *r, struct text value, bool ours)
{
	struct text path;
	enum err e = read_lone_path(r, value, true, ERR_CONFIG_PATH_TEXT, &path);

	if (e || !ours)
		return e;
	if (r->entry.initrd_count == CONFIG_MAX_INITRDS)
		return refuse(r, ERR_CONFIG_INITRDS, value.at, CONFIG_MAX_INITRDS);
	r->entry.initrds[r->entry.initrd_count++] = path;
	return OK;
}

static enum err check_cmdline(const struct reader *r, struct text value)
{
	return value.bytes > CONFIG_MAX_CMDLINE ? refuse(r, ERR_CONFIG_LONG, value.at, CONFIG_MAX_CMDLINE) : OK;
}

static enum err read_module(struct reader *r, struct text value, bool ours)
{
	struct config_module module;
	struct text rest;
	enum err e = read_path(r, value, &module.path, &rest);

	if (!e)
		e = read_quotable(r, rest, &module.cmdline);
	if (!e)
		e = check_cmdline(r, module.cmdline);
	if (e || !ours)
		return e;
	if (r->entry.module_count == CONFIG_MAX_MODULES)
		return refuse(r, ERR_CONFIG_MODULES, value.at, CONFIG_MAX_MODULES);
	r->entry.modules[r->entry.module_count++] = module;
	return OK;
}

static enum err read_yes_no(const struct reader *r, struct text value, bool ours, bool *out)
{
	bool yes = text_is(value, "yes");
	enum err e = check_plain(r, value);

	if (e)
		return e;
	if (!yes && !text_is(value, "no"))
		return refuse(r, ERR_CONFIG_YES_NO, value.at, 0);
	if (ours)
		*out = yes;
	return OK;
}

static enum err read_default(struct reader *r, unsigned arch, struct text value, bool ours)
{
	enum err e = read_quotable(r, value, &value);

	if (e)
		return e;
	if (!value.bytes)
		return refuse(r, ERR_CONFIG_EMPTY, value.at, 0);
	r->defaults[arch].name = value;
	r->defaults[arch].place = place_of(r, value.at);
	if (ours)
		r->list.preferred = value;
	if (ours && !r->asked)
		r->wanted = value;
	return OK;
}

static enum err read_cmdline(struct reader *r, struct text value, bool ours)
{
	enum err e = read_quotable(r, value, &value);

	if (!e)
		e = check_cmdline(r, value);
	if (!e && ours)
		r->entry.cmdline = value;
	return e;
}

static enum err read_protocol(struct reader *r, struct text value, bool ours)
{
	static const char *const names[CONFIG_PROTOCOLS] = {
		[CONFIG_ANY_PROTOCOL] = "", [CONFIG_HOBNAIL] = "hobnail", [CONFIG_LIMINE] = "limine",
		[CONFIG_EFI] = "efi", [CONFIG_MULTIBOOT2] = "multiboot2",
	};
	unsigned which = CONFIG_ANY_PROTOCOL + 1;
	enum err e = check_plain(r, value);

	if (e)
		return e;
	while (which < CONFIG_PROTOCOLS && !text_is(value, names[which]))
		which++;
	if (which == CONFIG_PROTOCOLS)
		return refuse(r, ERR_CONFIG_PROTOCOL, value.at, 0);
	if (ours)
		r->entry.protocol = (enum config_protocol)which;
	return OK;
}

static enum err read_fault_reports(struct reader *r, struct text value, bool ours)
{
	bool yes = true;
	enum err e = read_yes_no(r, value, ours, &yes);

	if (!e && ours)
		r->entry.no_fault_reports = !yes;
	return e;
}

static enum err read_hhdm(struct reader *r, struct text value, bool ours)
{
	bool no = text_is(value, "no-execute");
	enum err e = check_plain(r, value);

	if (e)
		return e;
	if (!no && !text_is(value, "execute"))
		return refuse(r, ERR_CONFIG_HHDM, value.at, 0);
	if (ours)
		r->entry.direct_map_no_execute = no;
	return OK;
}

static enum err read_timeout(struct reader *r, struct text value, bool ours)
{
	unsigned seconds = text_is(value, "no") ? CONFIG_WAITS : 0;
	enum err e = check_plain(r, value);

	if (e)
		return e;
	for (size_t i = 0; i < value.bytes && seconds < CONFIG_WAITS; i++) {
		if (value.at[i] < '0' || value.at[i] > '9')
			return refuse(r, ERR_CONFIG_TIMEOUT, value.at, CONFIG_MAX_TIMEOUT);
		seconds = seconds * 10 + (unsigned)(value.at[i] - '0');
		if (seconds > CONFIG_MAX_TIMEOUT)
			return refuse(r, ERR_CONFIG_TIMEOUT, value.at, CONFIG_MAX_TIMEOUT);
	}
	if (ours)
		r->list.timeout = seconds;
	return OK;
}

static enum err read_editor(struct reader *r, struct text value, bool ours)
{
	bool yes = true;
	enum err e = read_yes_no(r, value, ours, &yes);

	if (!e && ours)
		r->list.no_editor = !yes;
	return e;
}

/* `ours`: the value applies to this architecture (so far). It is checked in any case. */
static enum err read_value(struct reader *r, enum key key, unsigned arch, struct text value, bool ours)
{
	switch (key) {
	case KEY_DEFAULT:
		return read_default(r, arch, value, ours);
	case KEY_VERBOSE:
		return read_yes_no(r, value, ours, r->list.count ? &r->entry.verbose : &r->verbose);
	case KEY_KERNEL:
		return read_lone_path(r, value, ours, ERR_CONFIG_KERNEL_TEXT, &r->entry.kernel);
	case KEY_CMDLINE:
		return read_cmdline(r, value, ours);
	case KEY_MODULE:
		return read_module(r, value, ours);
	case KEY_ALLOW_WX:
		return read_yes_no(r, value, ours, &r->entry.allow_write_execute);
	case KEY_FAULT_REPORTS:
		return read_fault_reports(r, value, ours);
	case KEY_HHDM:
		return read_hhdm(r, value, ours);
	case KEY_TIMEOUT:
		return read_timeout(r, value, ours);
	case KEY_EDITOR:
		return read_editor(r, value, ours);
	case KEY_BOOT_ENTRIES:
		r->boot_entries_said |= ours;
		return read_yes_no(r, value, ours, &r->list.boot_entries);
	case KEY_REMEMBER:
		return read_yes_no(r, value, ours, &r->list.remember);
	case KEY_INITRD:
		return read_initrd(r, value, ours);
	case KEY_DEVICE_TREE:
		return read_lone_path(r, value, ours, ERR_CONFIG_PATH_TEXT, &r->entry.device_tree);
	default:
		return read_protocol(r, value, ours);
	}
}

/* ---- Lines --------------------------------------------------------------------------------------------------- */

/* "key" or "key.arch" */
static enum err find_key(const struct reader *r, struct text name, enum key *key, unsigned *arch)
{
	const char *dot = memchr(name.at, '.', name.bytes);
	struct text plain = { name.at, dot ? (size_t)(dot - name.at) : name.bytes };
	struct text suffix = { NULL, 0 };
	unsigned k = 0, a = 0;

	while (k < KEYS && !text_is(plain, keys[k].name))
		k++;
	if (k == KEYS)
		return refuse(r, ERR_CONFIG_KEY, name.at, 0);
	if (dot) {
		suffix = (struct text){ dot + 1, name.bytes - plain.bytes - 1 };
		for (a = 1; a < ARCHES && !text_is(suffix, arches[a]); a++)
			;
	}
	if (a == ARCHES)
		return refuse(r, ERR_CONFIG_ARCH, suffix.at, 0);
	*key = (enum key)k;
	*arch = a;
	return OK;
}

static enum err read_key(struct reader *r, struct text name, struct text value)
{
	enum key key;
	unsigned arch;
	enum err e = find_key(r, name, &key, &arch);

	if (e)
		return e;
	if (r->list.count && !keys[key].in_entry)
		return refuse(r, ERR_CONFIG_IN_ENTRY, name.at, 0);
	if (!r->list.count && !keys[key].general)
		return refuse(r, ERR_CONFIG_OUTSIDE, name.at, 0);
	if (r->seen[key][arch] && !keys[key].again)
		return refuse(r, ERR_CONFIG_TWICE, name.at, r->seen[key][arch]);
	if (!value.bytes && !keys[key].empty)
		return refuse(r, ERR_CONFIG_EMPTY, value.at, 0);
	bool plain_holds = arch == 0 && (keys[key].again || !r->seen[key][r->arch]);
	r->seen[key][arch] = r->line;
	return read_value(r, key, arch, value, arch == r->arch || plain_holds);
}

/* Check a whole section, which ends with the file or before the next [name]. */
static enum err finish_section(struct reader *r)
{
	unsigned kernels = 0;

	if (!r->list.count)
		return OK;
	for (unsigned a = 0; a < ARCHES; a++)
		kernels += r->seen[KEY_KERNEL][a] != 0;
	if (!kernels)
		return refuse_at(r, ERR_CONFIG_NO_KERNEL, r->entry_place, 0);
	if (!r->chosen_place.line && (!r->wanted.bytes || text_same(r->wanted, r->entry.name))) {
		r->chosen = r->entry;
		r->chosen_place = r->entry_place;
	}
	return OK;
}

static enum err start_section(struct reader *r, struct text line)
{
	const char *end = line.at + line.bytes;
	const char *close = memchr(line.at, ']', line.bytes);

	if (!close || close + 1 != end)
		return refuse(r, ERR_CONFIG_SECTION, close ? close + 1 : end, 0);
	struct text name = unquoted(trim(line.at + 1, close)); /* # is part of it: no comment can stand here */
	if (!name.bytes)
		return refuse(r, ERR_CONFIG_NAME, close, 0);
	for (unsigned i = 0; i < r->list.count; i++)
		if (text_same(r->list.names[i], name))
			return refuse(r, ERR_CONFIG_NAME_TWICE, name.at, 0);
	if (r->list.count == CONFIG_MAX_ENTRIES)
		return refuse(r, ERR_CONFIG_ENTRIES, name.at, CONFIG_MAX_ENTRIES);
	r->list.names[r->list.count++] = name;
	memset(r->seen, 0, sizeof r->seen);
	memset(&r->entry, 0, sizeof r->entry);
	r->entry.name = name;
	r->entry.verbose = r->verbose;
	r->entry.line = r->line;
	r->entry_place = place_of(r, name.at);
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
	struct text line = trim(at, end);

	return line.bytes && line.at[0] == '#';
}

/* Check every character of a line, comments too: a text that is not UTF-8 should be refused at its first bad
 * character. Invisible characters do no harm in comments, and within quotation marks they are intended. */
static enum err check_characters(const struct reader *r, const char *end)
{
	bool meant = is_comment(r->line_at, end), quoted = false;

	for (const char *at = r->line_at; at < end;) {
		uint32_t code;
		size_t bytes = utf8_next(at, (size_t)(end - at), &code);
		if (!bytes)
			return refuse(r, ERR_CONFIG_TEXT, at, 0);
		if ((code < ' ' && code != '\t') || code == 0x7f)
			return refuse(r, ERR_CONFIG_CONTROL, at, code);
		if (!meant && !quoted && is_invisible(code))
			return refuse(r, ERR_CONFIG_INVISIBLE, at, code);
		quoted ^= code == '"';
		at += bytes;
	}
	return OK;
}

static enum err read_line(struct reader *r, const char *end)
{
	struct text line = trim(r->line_at, end);
	enum err e = check_characters(r, end);

	if (e || !line.bytes || line.at[0] == '#')
		return e;
	if (line.at[0] == '[') {
		e = finish_section(r);
		return e ? e : start_section(r, line);
	}
	const char *equals = memchr(line.at, '=', line.bytes);
	if (!equals || equals == line.at)
		return refuse(r, ERR_CONFIG_LINE, line.at, 0);
	return read_key(r, trim(line.at, equals), trim(equals + 1, line.at + line.bytes));
}

static enum err read_lines(struct reader *r, const char *at, const char *end)
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
		return refuse_at(r, ERR_CONFIG_NO_ENTRIES, (struct place){ r->line, at, at }, 0);
	return finish_section(r);
}

static bool has_entry(const struct reader *r, struct text name)
{
	for (unsigned i = 0; i < r->list.count; i++)
		if (text_same(r->list.names[i], name))
			return true;
	return false;
}

/* Called at the end, when all names are known. */
static enum err check_defaults(const struct reader *r)
{
	for (unsigned a = 0; a < ARCHES; a++)
		if (r->defaults[a].place.line && !has_entry(r, r->defaults[a].name))
			return refuse_at(r, ERR_CONFIG_DEFAULT, r->defaults[a].place, 0);
	return OK;
}

static unsigned arch_index(const char *arch)
{
	for (unsigned a = 1; a < ARCHES; a++)
		if (strcmp(arches[a], arch) == 0)
			return a;
	return 0;
}

enum err config_read(const char *text, size_t bytes, const char *arch, struct text wanted, struct config_list *list,
                     struct config_entry *out, struct problem *p)
{
	struct reader r;

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
		return refuse_at(&r, ERR_CONFIG_KERNEL_ARCH, r.chosen_place, 0);
	*out = r.chosen;
	return OK;
}
