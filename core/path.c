#include "path.h"

#include <string.h>

#include "utf16.h"

static bool is_separator(uint32_t code)
{
	return code == '\\' || code == '/';
}

bool path_is_absolute(struct text path)
{
	return path.bytes && is_separator((uint8_t)path.at[0]);
}

struct text path_directory(struct text path)
{
	while (path.bytes && !is_separator((uint8_t)path.at[path.bytes - 1]))
		path.bytes--;
	return path.bytes ? path : text_of("\\");
}

/* Microsoft FAT specification, "Long Directory Entries": forbidden characters and greatest length of a long name. */
static bool is_forbidden(uint32_t code)
{
	static const char forbidden[] = { '"', '*', ':', '<', '>', '?', '|' };

	return code < ' ' || code == 0x7f || (code < 0x7f && memchr(forbidden, (int)code, sizeof forbidden));
}

enum { NAME_UNITS = 255 };

/* The name whose characters have been read; `last` is the one before `at`. */
struct name {
	unsigned first; /* its first character, counted from 1 */
	unsigned units;
	bool dots;      /* it is "." or ".." so far */
	uint32_t last;
};

/* The name ends before character `at`. */
static enum err check_end(const struct name *n, unsigned at, struct problem *p)
{
	if (n->units > NAME_UNITS)
		return problem(p, ERR_PATH_NAME, n->first);
	if (n->units && (n->last == ' ' || (n->last == '.' && !(n->dots && n->units <= 2))))
		return problem(p, ERR_PATH_END, at - 1);
	return OK;
}

enum err path_check(struct text path, struct problem *p)
{
	struct name n = { 1, 0, true, 0 };
	unsigned character = 1;
	enum err e = OK;

	if (!path.bytes || path.bytes > CONFIG_MAX_PATH)
		return problem(p, ERR_PATH, CONFIG_MAX_PATH);
	for (size_t at = 0, bytes; !e && at < path.bytes; at += bytes, character++) {
		uint32_t code;
		bytes = utf8_next(path.at + at, path.bytes - at, &code);
		if (!bytes)
			return problem(p, ERR_PATH, CONFIG_MAX_PATH);
		if (is_separator(code)) {
			e = check_end(&n, character, p);
			n = (struct name){ character + 1, 0, true, 0 };
			continue;
		}
		if (is_forbidden(code))
			return problem(p, ERR_PATH_CHARACTER, character, code);
		n.units += code >= 0x10000 ? 2 : 1;
		n.dots &= code == '.';
		n.last = code;
	}
	return e ? e : check_end(&n, character, p);
}
