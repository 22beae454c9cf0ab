/* config.h — hobnail.conf: `key = value` lines in [entry] sections.
 *
 *     # before the first section: for all entries
 *     default = pith
 *
 *     [pith]
 *     kernel = \boot\pith.elf
 *     kernel.aarch64 = \boot\pith-aarch64.elf
 *     cmdline = quiet
 *     module = \boot\initrd.cpio any text: the module's command line
 *     module = "\boot\two words.bin"
 *
 *   Text      UTF-8, lines end in LF or CRLF; # begins a comment at the start of a line (after blanks) only; a
 *             byte-order mark at the start is passed over; blanks (spaces and tabs) around keys, values and names
 *             do not count. Other characters that look like a blank or like nothing are errors outside comments and
 *             quotation marks
 *   Quoting   a PATH, a TEXT or a NAME may stand between quotation marks ("), which are no part of it. It has to if
 *             it is a PATH with blanks, or if it begins with # or has a # behind a blank: without the marks such a
 *             # is an error, because a comment cannot stand behind a value. A TEXT counts as quoted only if its
 *             first and last character are its only quotation marks: `"a b" c`, `"a" "b"` and `x="a #b"` are texts
 *             as they are. A TEXT with quotation marks in it and, outside of them, a # behind a blank cannot be
 *             written
 *   Before    default = NAME       the entry to boot when nothing else chooses; without it the first one
 *   entries   timeout = N | no     seconds, up to 3600, that a menu waits before it boots that one; no: for ever
 *             editor = yes | no    no: the menu lets nobody edit a command line
 *             remember = yes | no  yes: the entry that was chosen in the menu is the next default
 *             boot_entries = yes | no  show the machine's other entries, too (bls.h); without this line they are shown
 *                                  beside two or more [entries]
 *             verbose = yes | no   for all entries that do not say otherwise
 *   In an     kernel = PATH
 *   entry     cmdline = TEXT       the rest of the line as it is, or what is in quotation marks; may be empty
 *             module = PATH TEXT   may be given again; in the order of the file
 *             verbose = yes | no   print the log
 *             allow_wx = yes | no  accept segments that are both writable and executable
 *             protocol = hobnail | limine | efi | multiboot2    without it the kernel file says which
 *             initrd = PATH        for an EFI program; may be given again: one behind the other
 *             devicetree = PATH    for an EFI program
 *             fault_reports = yes | no       no: a kernel of another protocol finds no fault handlers installed
 *             hhdm = no-execute | execute    Limine's direct map; it can be executed unless this says otherwise
 *   Keys      `key` or `key.<arch>` (x86_64, aarch64, riscv64): the latter holds on that architecture only and wins
 *             over the plain key, wherever it stands; `module.<arch>` adds a module on that architecture only, and
 *             `initrd.<arch>` an initrd. Unknown keys, keys
 *             given twice, empty names are errors with line and column
 *   Paths     / and \ both separate; one that does not begin with either is relative to the configuration file.
 *             A path impossible on FAT is refused before any file is opened (path.h)
 *   Memory    the caller owns the text and keeps it; strings point into it (not NUL-terminated) */
#ifndef CORE_CONFIG_H
#define CORE_CONFIG_H

#include "boot_protocol.h"
#include "err.h"
#include "text.h"

enum {
	CONFIG_MAX_BYTES = 65536,
	CONFIG_MAX_ENTRIES = 64,
	CONFIG_MAX_MODULES = 64,   /* of one entry, on one architecture */
	CONFIG_MAX_INITRDS = 16,   /* likewise */
	CONFIG_MAX_PATH = 1024,    /* bytes */
	CONFIG_MAX_CMDLINE = 4096, /* bytes */
	CONFIG_MAX_TIMEOUT = 3600, /* seconds */
	CONFIG_TIMEOUT = 5,        /* ... of a configuration that does not say */
	CONFIG_WAITS = CONFIG_MAX_TIMEOUT + 1, /* timeout = no */
};

struct config_module {
	struct text path;
	struct text cmdline; /* may be empty */
};

/* One entry, with the general keys applied. */
struct config_entry {
	struct text name;
	struct text kernel;
	struct text cmdline;
	struct config_module modules[CONFIG_MAX_MODULES];
	unsigned module_count;
	struct text initrds[CONFIG_MAX_INITRDS]; /* paths */
	unsigned initrd_count;
	struct text device_tree;  /* path; empty: none                                 */
	bool verbose;             /* verbose = yes: print the log                      */
	bool allow_write_execute; /* allow_wx = yes: accept segments with W and X      */
	enum boot_protocol protocol;
	bool no_fault_reports;    /* fault_reports = no                                */
	bool direct_map_no_execute; /* hhdm = no-execute                               */
	unsigned line;            /* of its [name], 1-based                            */
};

/* The names of all entries, in the order of the file, and what the keys before them say. */
struct config_list {
	struct text names[CONFIG_MAX_ENTRIES];
	unsigned count;
	struct text preferred; /* the name that `default` gives; empty: none */
	unsigned timeout;      /* seconds, or CONFIG_WAITS                   */
	bool no_editor;        /* editor = no                                */
	bool remember;         /* remember = yes                             */
	bool boot_entries;     /* look for entries of the Boot Loader Specification */
};

/* The refusal of a module's file that could not be opened, for *p. If it is not there, and a text follows its path:
 * ERR_FILE_NOT_FOUND_TEXT. That may be a path with a blank, as in: module = \boot\two words.bin */
enum err config_module_missing(const struct config_module *module, enum err refusal, struct problem *p);

/* The settings that hold without a configuration. */
void config_none(struct config_list *out);

/* Read the whole text, check all of it, and return the entry called `wanted` (empty: the `default`, or else the
 * first). *list (NULL: not wanted) is written if the text is sound, even if the entry cannot be returned:
 * ERR_CONFIG_NO_ENTRY, ERR_CONFIG_KERNEL_ARCH. `arch` is "x86_64", "aarch64" or "riscv64"; for any other only keys
 * without an architecture hold. On error p->value[0] is the line and p->value[1] the column (both from 1; columns
 * count characters), p->offset the byte offset; value[2] is the third number of the sentence. Two errors have no place
 * in the text, and their line is 0: ERR_CONFIG_BIG, and ERR_CONFIG_NO_ENTRY (`wanted` is not there).
 * ERR_CONFIG_KERNEL_ARCH is reported only for the entry that is chosen. */
enum err config_read(const char *text, size_t bytes, const char *arch, struct text wanted, struct config_list *list,
                     struct config_entry *out, struct problem *p);

#endif
