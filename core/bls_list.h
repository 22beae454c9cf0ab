/* bls_list.h — the boot entries of all volumes: which files are read, which of them make an entry, what they are
 * called, and their order. The loader and `hobnail check` list them by this code; files come from the caller. Pure.
 *
 *   for each volume, for each of bls_places[]:
 *       if bls_is_read(): bls_list_add() for every plain file of the directory
 *   bls_list_entries()
 *
 *   Memory    the list is the caller's, and its count is 0 at first. Texts lie in it, or in pages of the search: these
 *             are used as long as the list is, but for pages that were taken by a call which has failed */
#ifndef CORE_BLS_LIST_H
#define CORE_BLS_LIST_H

#include "bls.h"
#include "entries.h"
#include "pe.h"
#include "source.h"

/* A directory with entries of one type. */
struct bls_place {
	char directory[20]; /* ends in a separator */
	char suffix[6];     /* of a file's name    */
	bool is_image;      /* type 2              */
};

enum { BLS_PLACES = 2, BLS_MAX_PATH = 300 };
extern const struct bls_place bls_places[BLS_PLACES]; /* in the order in which they are read */

struct bls_list {
	struct bls_entry entries[BLS_MAX_ENTRIES];
	char names[BLS_MAX_ENTRIES][BLS_MAX_NAME]; /* of files: a counted one changes */
	char ids[BLS_MAX_ENTRIES][BLS_MAX_NAME];
	char titles[BLS_MAX_ENTRIES][BLS_MAX_TOLD_APART + 1];
	size_t id_bytes[BLS_MAX_ENTRIES];
	unsigned volumes[BLS_MAX_ENTRIES];
	unsigned count;
	struct text lost; /* the entry names it, and it is not there: why bls_list_add() has failed; else empty */
	char path[CONFIG_MAX_PATH + 2]; /* of the file that was opened last */
	uint8_t head[PE_HEAD_BYTES];
};

/* How, where and for which machine entries are looked for. */
struct bls_search {
	/* A file by its absolute path. It is closed before another one is opened. */
	enum err (*open)(void *context, struct text path, struct source **out, struct problem *p);
	void (*close)(void *context, struct source *source);
	void *context;
	const struct pages *pages;
	unsigned volume;              /* the caller's number of it, which an entry keeps */
	const char *arch_name;        /* as for bls_check() */
	uint32_t arch;                /* as for pe_open()   */
	const struct entries *others; /* their ids are taken */
};

/* Are the files of this place entries? \loader\entries.srel may say that those beside it are not of type 1. */
bool bls_is_read(const struct bls_search *search, const struct bls_place *place);

/* Read a file of a place, and list it if it can be booted here.
 *   ERR_BLS_SUFFIX   it does not look like an entry, and nobody thinks that it is one
 *   ERR_BLS_MANY, ERR_BLS_TWICE, ERR_FILE_TOO_BIG; errors of bls_name_read(), bls_read(), bls_check(), pe_open(),
 *   bls_read_image(), of opening and reading files */
enum err bls_list_add(struct bls_list *list, const struct bls_search *search, const struct bls_place *place,
                      struct text file, struct problem *p);

/* The entries in their order, behind those that are there. Titles that several have are told apart. An entry's number
 * is its index in the list. */
void bls_list_entries(struct bls_list *list, struct entries *out);

struct text bls_list_id(const struct bls_list *list, unsigned index);

/* The file of an entry on its volume, with a NUL. Returns the bytes before that. */
size_t bls_path(const struct bls_entry *entry, char out[BLS_MAX_PATH]);

/* The entry as one of a configuration in the root of its volume, without its command line (bls_cmdline()). `file`: its
 * own path, which is what an image boots. */
void bls_as_configured(const struct bls_entry *entry, struct text id, struct text file, struct config_entry *out);

#endif
