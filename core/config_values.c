/* config_values.c — the value of each key. */
#include "config_internal.h"

#include <string.h>

#include "utf16.h"

/* Quotation marks that word processors make of ": they quote nothing. */
static bool begins_with_curly_quote(struct text t)
{
	uint32_t code;

	return utf8_next(t.at, t.bytes, &code) && ((code >= 0x2018 && code <= 0x201f) || code == 0xab || code == 0xbb);
}

/* Check a text that is not quoted as a whole: a comment behind it, as other formats have, is an error. Quoted parts
 * of the text are passed over. */
static enum err check_plain(const struct config_reader *r, struct text t)
{
	if (begins_with_curly_quote(t))
		return config_refuse(r, ERR_CONFIG_CURLY, t.at, 0);
	for (size_t i = 0; i < t.bytes; i++) {
		const char *close = t.at[i] == '"' ? memchr(t.at + i + 1, '"', t.bytes - i - 1) : NULL;
		if (close)
			i = (size_t)(close - t.at);
		else if (t.at[i] == '#' && (i == 0 || text_is_blank(t.at[i - 1])))
			return config_refuse(r, ERR_CONFIG_COMMENT, t.at + i, 0);
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
struct text config_unquoted(struct text value)
{
	return is_quoted(value) ? (struct text){ value.at + 1, value.bytes - 2 } : value;
}

static enum err read_quotable(const struct config_reader *r, struct text value, struct text *out)
{
	*out = config_unquoted(value);
	return is_quoted(value) ? OK : check_plain(r, value);
}

/* Split "path rest", where the path may stand in quotation marks. */
static enum err read_path(const struct config_reader *r, struct text value, struct text *path, struct text *rest)
{
	const char *end = value.at + value.bytes, *stop;
	bool quoted = value.at[0] == '"';
	const char *from = value.at + quoted;

	for (stop = from; stop < end && (quoted ? *stop != '"' : !text_is_blank(*stop)); stop++)
		;
	const char *after = stop + quoted;
	if (quoted && (stop == end || (after < end && !text_is_blank(*after))))
		return config_refuse(r, ERR_CONFIG_QUOTE, value.at, 0);
	if (stop == from)
		return config_refuse(r, ERR_CONFIG_EMPTY, from, 0);
	if (stop - from > CONFIG_MAX_PATH)
		return config_refuse(r, ERR_CONFIG_LONG, from, CONFIG_MAX_PATH);
	struct text found = text_between(from, stop);
	enum err e = quoted ? OK : check_plain(r, found);
	if (e)
		return e;
	*path = found;
	*rest = text_trim(text_between(after, end));
	return OK;
}

/* A path and nothing else; `refusal`: of text behind it. */
static enum err read_lone_path(struct config_reader *r, struct text value, bool ours, enum err refusal,
                               struct text *out)
{
	struct text path, rest;
	enum err e = read_path(r, value, &path, &rest);

	if (!e)
		e = check_plain(r, rest);
	if (e)
		return e;
	if (rest.bytes)
		return config_refuse(r, refusal, rest.at, 0);
	if (ours)
		*out = path;
	return OK;
}

static enum err read_initrd(struct config_reader *r, struct text value, bool ours)
{
	struct text path;
	enum err e = read_lone_path(r, value, true, ERR_CONFIG_PATH_TEXT, &path);

	if (e || !ours)
		return e;
	if (r->entry.initrd_count == CONFIG_MAX_INITRDS)
		return config_refuse(r, ERR_CONFIG_INITRDS, value.at, CONFIG_MAX_INITRDS);
	r->entry.initrds[r->entry.initrd_count++] = path;
	return OK;
}

static enum err check_cmdline(const struct config_reader *r, struct text value)
{
	return value.bytes > CONFIG_MAX_CMDLINE ? config_refuse(r, ERR_CONFIG_LONG, value.at, CONFIG_MAX_CMDLINE) : OK;
}

static enum err read_module(struct config_reader *r, struct text value, bool ours)
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
		return config_refuse(r, ERR_CONFIG_MODULES, value.at, CONFIG_MAX_MODULES);
	r->entry.modules[r->entry.module_count++] = module;
	return OK;
}

static enum err read_yes_no(const struct config_reader *r, struct text value, bool ours, bool *out)
{
	bool yes = text_is(value, "yes");
	enum err e = check_plain(r, value);

	if (e)
		return e;
	if (!yes && !text_is(value, "no"))
		return config_refuse(r, ERR_CONFIG_YES_NO, value.at, 0);
	if (ours)
		*out = yes;
	return OK;
}

/* "no" sets it. */
static enum err read_no(const struct config_reader *r, struct text value, bool ours, bool *out)
{
	bool yes = true;
	enum err e = read_yes_no(r, value, ours, &yes);

	if (!e && ours)
		*out = !yes;
	return e;
}

static enum err read_default(struct config_reader *r, unsigned arch, struct text value, bool ours)
{
	enum err e = read_quotable(r, value, &value);

	if (e)
		return e;
	if (!value.bytes)
		return config_refuse(r, ERR_CONFIG_EMPTY, value.at, 0);
	r->defaults[arch].name = value;
	r->defaults[arch].place = config_place(r, value.at);
	if (ours)
		r->list.preferred = value;
	if (ours && !r->asked)
		r->wanted = value;
	return OK;
}

static enum err read_cmdline(struct config_reader *r, struct text value, bool ours)
{
	enum err e = read_quotable(r, value, &value);

	if (!e)
		e = check_cmdline(r, value);
	if (!e && ours)
		r->entry.cmdline = value;
	return e;
}

static enum err read_protocol(struct config_reader *r, struct text value, bool ours)
{
	enum boot_protocol which = PROTOCOL_ANY + 1;
	enum err e = check_plain(r, value);

	if (e)
		return e;
	while (which < PROTOCOLS && !text_is(value, boot_protocol_name(which)))
		which++;
	if (which == PROTOCOLS)
		return config_refuse(r, ERR_CONFIG_PROTOCOL, value.at, 0);
	if (ours)
		r->entry.protocol = which;
	return OK;
}

static enum err read_hhdm(struct config_reader *r, struct text value, bool ours)
{
	bool no = text_is(value, "no-execute");
	enum err e = check_plain(r, value);

	if (e)
		return e;
	if (!no && !text_is(value, "execute"))
		return config_refuse(r, ERR_CONFIG_HHDM, value.at, 0);
	if (ours)
		r->entry.direct_map_no_execute = no;
	return OK;
}

static enum err read_timeout(struct config_reader *r, struct text value, bool ours)
{
	unsigned seconds = text_is(value, "no") ? CONFIG_WAITS : 0;
	enum err e = check_plain(r, value);

	if (e)
		return e;
	for (size_t i = 0; i < value.bytes && seconds < CONFIG_WAITS; i++) {
		if (value.at[i] < '0' || value.at[i] > '9')
			return config_refuse(r, ERR_CONFIG_TIMEOUT, value.at, CONFIG_MAX_TIMEOUT);
		seconds = seconds * 10 + (unsigned)(value.at[i] - '0');
		if (seconds > CONFIG_MAX_TIMEOUT)
			return config_refuse(r, ERR_CONFIG_TIMEOUT, value.at, CONFIG_MAX_TIMEOUT);
	}
	if (ours)
		r->list.timeout = seconds;
	return OK;
}

enum err config_value(struct config_reader *r, enum key key, unsigned arch, struct text value, bool ours)
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
		return read_no(r, value, ours, &r->entry.no_fault_reports);
	case KEY_HHDM:
		return read_hhdm(r, value, ours);
	case KEY_TIMEOUT:
		return read_timeout(r, value, ours);
	case KEY_EDITOR:
		return read_no(r, value, ours, &r->list.no_editor);
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
