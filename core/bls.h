/* bls.h — boot entries as distributions write them (UAPI.1 Boot Loader Specification): type 1 is a text in
 * \loader\entries, type 2 a unified kernel image in \EFI\Linux. Pure.
 *
 *     title    Fedora 18 (Spherical Cow)
 *     linux    /6a9857a393724b7a981ebb5b8495b9ea/3.8.0-2.fc19.x86_64/linux
 *     initrd   /6a9857a393724b7a981ebb5b8495b9ea/3.8.0-2.fc19.x86_64/initrd
 *     options  root=UUID=6d3376e4-fc93-4509-95ec-a21d68011da2 quiet
 *
 *   Text     UTF-8, lines end in LF or CRLF; # begins a comment; the first word of a line is its key. Keys that are not
 *            known are counted and passed over. A key that is given twice holds as its last line says; initrd and
 *            options add to what is there
 *   Paths    absolute on the volume of the entry, with or without a first separator
 *   Memory   the caller owns the text and keeps it; texts point into it */
#ifndef CORE_BLS_H
#define CORE_BLS_H

#include "config.h"

enum {
	BLS_MAX_BYTES = 65536, BLS_MAX_INITRDS = 16, BLS_MAX_OPTIONS = 16,
	BLS_MAX_ENTRIES = 48,         /* that are listed                                */
	BLS_MAX_NAME = 255,           /* bytes of a file's name                         */
	BLS_MAX_TOLD_APART = 160,     /* bytes of a title with its version              */
	BLS_MAX_SECTION_BYTES = 16384 /* of an image's text; the rest of it is not read */
};

/* Keys with one value, and behind them those that may be repeated. */
enum bls_key {
	BLS_TITLE, BLS_VERSION, BLS_MACHINE_ID, BLS_SORT_KEY, BLS_LINUX, BLS_EFI, BLS_UKI, BLS_UKI_URL, BLS_DEVICE_TREE,
	BLS_OVERLAY, BLS_ARCHITECTURE, BLS_PROFILE, BLS_EXTRA,
	BLS_KEYS,
	BLS_INITRD = BLS_KEYS, BLS_OPTIONS, BLS_ALL_KEYS,
};

/* ---- Names of files, and boot counting (bls_count.c) ----------------------------------------------------------- */

/* "linux-6.1+3-1.conf" in its parts. */
struct bls_name {
	struct text whole;
	struct text stem;   /* "linux-6.1" */
	struct text suffix; /* ".conf"     */
	bool counted;
	uint32_t left, done;               /* tries */
	unsigned left_digits, done_digits; /* in the name; 0: it is not there */
};

/* `suffix` is ".conf" or ".efi"; capitals do not count.
 *   ERR_BLS_SUFFIX  another one, or none; or the name begins with a dot: other systems leave such files on volumes
 *   ERR_BLS_NAME    a character that no such name may have: value[0], from 1 */
enum err bls_name_read(struct text file, const char *suffix, struct bls_name *out, struct problem *p);

/* The entry is counted and has no tries left. */
bool bls_is_bad(const struct bls_name *n);

/* The name under which the entry is tried once more: one try less is left, one more is done, and numbers keep their
 * width if they fit. Returns its bytes; 0: nothing changes (not counted, or no tries left), or it does not fit. */
size_t bls_next_name(const struct bls_name *n, char *out, size_t capacity);

/* The id: the name without its counter. Returns its bytes; 0: it does not fit. */
size_t bls_id(const struct bls_name *n, char *out, size_t capacity);

/* Does an id match a pattern, in which * and ? stand for other characters? Capitals do not count: FAT knows none. */
bool bls_id_matches(struct text pattern, struct text id);

/* ---- Entries (bls.c) ------------------------------------------------------------------------------------------- */

struct bls_entry {
	struct bls_name name;
	bool is_image;              /* type 2: the file is the program */
	struct text values[BLS_KEYS];
	unsigned lines[BLS_KEYS];   /* from 1; 0: the key is not given */
	enum bls_key program;       /* the last key of linux, efi, uki and uki-url; BLS_KEYS: none is given */
	struct text initrds[BLS_MAX_INITRDS];
	unsigned initrd_count;
	struct text options[BLS_MAX_OPTIONS];
	unsigned option_count;
	unsigned unknown;           /* lines whose key is not known */
	struct text first_unknown;
};

/* A type 1 entry. On error value[0] is the line, value[1] the column, both from 1.
 *   ERR_BLS_BIG, ERR_BLS_TEXT, ERR_BLS_CONTROL, ERR_BLS_INITRDS, ERR_BLS_OPTIONS */
enum err bls_read(struct text text, const struct bls_name *name, struct bls_entry *out, struct problem *p);

/* Can this entry be booted here, as far as its text says? Its files have not been looked for. value[0] is the line.
 *   ERR_BLS_NO_PROGRAM, ERR_BLS_ARCHITECTURE, ERR_BLS_OVERLAY, ERR_BLS_URL, ERR_BLS_EXTRA, ERR_BLS_PROFILE,
 *   ERR_BLS_LONG; errors of path_check() with value[2] = the line */
enum err bls_check(const struct bls_entry *entry, const char *arch, struct problem *p);

/* A type 2 entry from the sections of its image; a text without bytes is a section that is not there.
 *   ERR_BLS_NO_OSREL */
enum err bls_read_image(struct text osrel, struct text uname, const struct bls_name *name, struct bls_entry *out,
                        struct problem *p);

/* The title for people. */
struct text bls_title(const struct bls_entry *entry);

/* The command line: the options with a blank between them, and before them a profile of an image as "@N". Returns its
 * bytes, at most CONFIG_MAX_CMDLINE of an entry that bls_check() accepts. */
size_t bls_cmdline(const struct bls_entry *entry, char *out, size_t capacity);

/* entries.srel: does \loader\entries beside it have entries of type 1? Without such a file it does. */
bool bls_is_type1(struct text srel);

/* ---- Order (bls_sort.c) ---------------------------------------------------------------------------------------- */

/* Below 0: a comes first. */
int bls_order(const struct bls_entry *a, const struct bls_entry *b);

/* The order of all entries, as indices. */
void bls_sort(const struct bls_entry *entries, unsigned count, uint8_t *order);

#endif
