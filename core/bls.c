#include "bls.h"

#include <string.h>

#include "path.h"
#include "utf16.h"

/* UAPI.1 Boot Loader Specification, "Type #1 Boot Loader Entry Keys" */
static const char *const keys[BLS_ALL_KEYS] = {
	[BLS_TITLE] = "title",
	[BLS_VERSION] = "version",
	[BLS_MACHINE_ID] = "machine-id",
	[BLS_SORT_KEY] = "sort-key",
	[BLS_LINUX] = "linux",
	[BLS_EFI] = "efi",
	[BLS_UKI] = "uki",
	[BLS_UKI_URL] = "uki-url",
	[BLS_DEVICE_TREE] = "devicetree",
	[BLS_OVERLAY] = "devicetree-overlay",
	[BLS_ARCHITECTURE] = "architecture",
	[BLS_PROFILE] = "profile",
	[BLS_EXTRA] = "extra",
	[BLS_INITRD] = "initrd",
	[BLS_OPTIONS] = "options",
};

/* UEFI 2.10, "Removable Media Boot Behavior" (§3.5.1), has these names. */
static const struct { const char *ours, *name; } arches[] = {
	{ "x86_64", "x64" },
	{ "aarch64", "aa64" },
	{ "riscv64", "riscv64" },
};

static bool is_blank_or_end(char c)
{
	return text_is_blank(c) || c == '\r' || c == '\n';
}

static struct text trim(struct text t)
{
	while (t.bytes && is_blank_or_end(t.at[t.bytes - 1]))
		t.bytes--;
	return text_trim(t);
}

/* Take the next line off *rest, without its end. */
static struct text next_line(struct text *rest)
{
	const char *newline = memchr(rest->at, '\n', rest->bytes);
	struct text line = { rest->at, newline ? (size_t)(newline - rest->at) : rest->bytes };
	size_t taken = line.bytes + (newline != NULL);

	rest->at += taken;
	rest->bytes -= taken;
	return line;
}

/* ---- Type 1 ---------------------------------------------------------------------------------------------------- */

static enum err check_characters(struct text line, unsigned number, struct problem *p)
{
	size_t bytes;

	if (line.bytes && line.at[line.bytes - 1] == '\r')
		line.bytes--;
	for (size_t at = 0; at < line.bytes; at += bytes) {
		uint32_t code;
		bytes = utf8_next(line.at + at, line.bytes - at, &code);
		if (!bytes)
			return problem(p, ERR_BLS_TEXT, number, text_column(line.at, line.at + at));
		if ((code < ' ' && code != '\t') || code == 0x7f)
			return problem(p, ERR_BLS_CONTROL, number, text_column(line.at, line.at + at), code);
	}
	return OK;
}

static enum err add(struct text value, struct text *list, unsigned *count, unsigned most, enum err full, unsigned line,
                    unsigned column, struct problem *p)
{
	if (*count == most)
		return problem(p, full, line, column, most);
	list[(*count)++] = value;
	return OK;
}

static bool names_program(unsigned key)
{
	return key >= BLS_LINUX && key <= BLS_UKI_URL;
}

static enum err read_line(struct bls_entry *e, struct text line, unsigned number, struct problem *p)
{
	struct text word = trim(line), value;
	unsigned key = 0;

	if (!word.bytes || word.at[0] == '#')
		return OK;
	value = word;
	for (word.bytes = 0; word.bytes < value.bytes && !text_is_blank(value.at[word.bytes]); word.bytes++)
		;
	value = trim((struct text){ value.at + word.bytes, value.bytes - word.bytes });
	while (key < BLS_ALL_KEYS && !text_is(word, keys[key]))
		key++;
	if (key == BLS_ALL_KEYS) {
		e->first_unknown = e->unknown++ ? e->first_unknown : word;
		return OK;
	}
	unsigned column = text_column(line.at, value.at);
	if (!value.bytes)
		return OK;
	if (key == BLS_INITRD)
		return add(value, e->initrds, &e->initrd_count, BLS_MAX_INITRDS, ERR_BLS_INITRDS, number, column, p);
	if (key == BLS_OPTIONS)
		return add(value, e->options, &e->option_count, BLS_MAX_OPTIONS, ERR_BLS_OPTIONS, number, column, p);
	e->values[key] = value;
	e->lines[key] = number;
	if (names_program(key))
		e->program = (enum bls_key)key;
	return OK;
}

enum err bls_read(struct text text, const struct bls_name *name, struct bls_entry *out, struct problem *p)
{
	struct bls_entry entry = { .name = *name, .program = BLS_KEYS };
	enum err e = OK;

	if (text.bytes > BLS_MAX_BYTES)
		return problem(p, ERR_BLS_BIG, 1, 1, text.bytes);
	if (text.bytes >= 3 && memcmp(text.at, "\xef\xbb\xbf", 3) == 0)
		text = (struct text){ text.at + 3, text.bytes - 3 };
	for (unsigned number = 1; !e && text.bytes; number++) {
		struct text line = next_line(&text);
		e = check_characters(line, number, p);
		if (!e)
			e = read_line(&entry, line, number, p);
	}
	if (!e)
		*out = entry;
	return e;
}

/* ---- Can it be booted here? ------------------------------------------------------------------------------------ */

static bool same_but_for_capitals(struct text t, const char *lower)
{
	for (size_t i = 0; i < t.bytes; i++) {
		char c = t.at[i] >= 'A' && t.at[i] <= 'Z' ? (char)(t.at[i] + ('a' - 'A')) : t.at[i];
		if (!lower[i] || c != lower[i])
			return false;
	}
	return !lower[t.bytes];
}

static bool is_for(struct text architecture, const char *arch)
{
	for (size_t i = 0; i < COUNT_OF(arches); i++)
		if (strcmp(arches[i].ours, arch) == 0)
			return same_but_for_capitals(architecture, arches[i].name);
	return false;
}

static bool is_profile(const struct bls_entry *entry)
{
	struct text t = entry->values[BLS_PROFILE];

	for (size_t i = 0; i < t.bytes; i++)
		if (t.at[i] < '0' || t.at[i] > '9')
			return false;
	return t.bytes <= 3 && entry->program == BLS_UKI;
}

static enum err check_path(struct text path, unsigned line, struct problem *p)
{
	enum err e = path.bytes ? path_check(path, p) : OK;

	if (e && p)
		p->value[2] = line;
	return e;
}

/* Without the blank before the first option. */
static size_t options_bytes(const struct bls_entry *entry)
{
	size_t bytes = entry->lines[BLS_PROFILE] ? 1 + entry->values[BLS_PROFILE].bytes : 0;

	for (unsigned i = 0; i < entry->option_count; i++)
		bytes += (bytes != 0) + entry->options[i].bytes;
	return bytes;
}

static enum err check_paths(const struct bls_entry *entry, struct problem *p)
{
	enum err e = check_path(entry->values[entry->program], entry->lines[entry->program], p);

	if (!e)
		e = check_path(entry->values[BLS_DEVICE_TREE], entry->lines[BLS_DEVICE_TREE], p);
	for (unsigned i = 0; !e && i < entry->initrd_count; i++)
		e = check_path(entry->initrds[i], 0, p);
	return e;
}

enum err bls_check(const struct bls_entry *entry, const char *arch, struct problem *p)
{
	const unsigned *lines = entry->lines;

	if (entry->is_image)
		return OK;
	if (lines[BLS_ARCHITECTURE] && !is_for(entry->values[BLS_ARCHITECTURE], arch))
		return problem(p, ERR_BLS_ARCHITECTURE, lines[BLS_ARCHITECTURE]);
	if (entry->program == BLS_KEYS)
		return problem(p, ERR_BLS_NO_PROGRAM);
	if (entry->program == BLS_UKI_URL)
		return problem(p, ERR_BLS_URL, lines[BLS_UKI_URL]);
	if (lines[BLS_OVERLAY])
		return problem(p, ERR_BLS_OVERLAY, lines[BLS_OVERLAY]);
	if (lines[BLS_EXTRA])
		return problem(p, ERR_BLS_EXTRA, lines[BLS_EXTRA]);
	if (lines[BLS_PROFILE] && !is_profile(entry))
		return problem(p, ERR_BLS_PROFILE, lines[BLS_PROFILE]);
	if (options_bytes(entry) > CONFIG_MAX_CMDLINE)
		return problem(p, ERR_BLS_LONG, options_bytes(entry), CONFIG_MAX_CMDLINE);
	return check_paths(entry, p);
}

/* ---- Type 2 ---------------------------------------------------------------------------------------------------- */

/* os-release(5): values may stand between quotation marks. */
static struct text unquoted(struct text t)
{
	bool quoted = t.bytes >= 2 && (t.at[0] == '"' || t.at[0] == '\'') && t.at[t.bytes - 1] == t.at[0];

	return quoted ? (struct text){ t.at + 1, t.bytes - 2 } : t;
}

/* The value of KEY=VALUE; empty: there is no such line. */
static struct text os_release(struct text osrel, const char *key)
{
	size_t key_bytes = strlen(key);
	struct text found = { NULL, 0 };

	while (osrel.bytes) {
		struct text line = trim(next_line(&osrel));
		if (line.bytes > key_bytes && memcmp(line.at, key, key_bytes) == 0 && line.at[key_bytes] == '=')
			found = unquoted((struct text){ line.at + key_bytes + 1, line.bytes - key_bytes - 1 });
	}
	return found;
}

/* The first of these keys that has a value. */
static struct text os_release_of(struct text osrel, const char *const *any, unsigned count)
{
	struct text found = { NULL, 0 };

	for (unsigned i = 0; i < count && !found.bytes; i++)
		found = os_release(osrel, any[i]);
	return found;
}

/* A section ends with zeros where it is longer than its text. */
static struct text without_zeros(struct text t)
{
	const char *zero = t.bytes ? memchr(t.at, '\0', t.bytes) : NULL;

	return zero ? (struct text){ t.at, (size_t)(zero - t.at) } : t;
}

/* The keys of os-release, and their order, are those of `bootctl list`. */
enum err bls_read_image(struct text osrel, struct text uname, const struct bls_name *name, struct bls_entry *out,
                        struct problem *p)
{
	static const char *const titles[] = { "PRETTY_NAME", "IMAGE_ID", "NAME", "ID" };
	static const char *const versions[] = { "IMAGE_VERSION", "VERSION", "VERSION_ID", "BUILD_ID" };
	static const char *const sort_keys[] = { "IMAGE_ID", "ID" };
	struct bls_entry entry = { .name = *name, .program = BLS_UKI, .is_image = true };

	osrel = without_zeros(osrel);
	if (!osrel.bytes)
		return problem(p, ERR_BLS_NO_OSREL);
	entry.values[BLS_TITLE] = os_release_of(osrel, titles, COUNT_OF(titles));
	entry.values[BLS_VERSION] = os_release_of(osrel, versions, COUNT_OF(versions));
	entry.values[BLS_SORT_KEY] = os_release_of(osrel, sort_keys, COUNT_OF(sort_keys));
	if (!entry.values[BLS_VERSION].bytes)
		entry.values[BLS_VERSION] = trim(without_zeros(uname));
	*out = entry;
	return OK;
}

/* ---- What is made of entries ----------------------------------------------------------------------------------- */

struct text bls_title(const struct bls_entry *entry)
{
	return entry->values[BLS_TITLE].bytes ? entry->values[BLS_TITLE] : entry->name.stem;
}

/* UAPI.5 Unified Kernel Image, "Multi-Profile UKIs": "@N" before the options chooses a profile. */
size_t bls_cmdline(const struct bls_entry *entry, char *out, size_t capacity)
{
	size_t used = 0;

	if (options_bytes(entry) > capacity)
		return 0;
	if (entry->lines[BLS_PROFILE]) {
		out[used++] = '@';
		memcpy(out + used, entry->values[BLS_PROFILE].at, entry->values[BLS_PROFILE].bytes);
		used += entry->values[BLS_PROFILE].bytes;
	}
	for (unsigned i = 0; i < entry->option_count; i++) {
		if (used)
			out[used++] = ' ';
		memcpy(out + used, entry->options[i].at, entry->options[i].bytes);
		used += entry->options[i].bytes;
	}
	return used;
}

/* UAPI.1, "Standard-conformance Marker File" */
bool bls_is_type1(struct text srel)
{
	return srel.bytes && text_is(trim(next_line(&srel)), "type1");
}
