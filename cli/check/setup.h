/* setup.h — a boot volume on paper: a folder with what it will hold, the configuration in it, and the menu that the
 * loader would make of both on each architecture, with a verdict on every entry.
 *
 *   Judge     core/config*.c for the configuration, core/bls*.c for boot entries, core/entries.c for the list of both,
 *             check.h for kernels
 *   Memory    a setup owns all of its texts; setup_free() is for every setup */
#ifndef CLI_SETUP_H
#define CLI_SETUP_H

#include "bls.h"
#include "check.h"
#include "entries.h"
#include "strlist.h"

enum setup_verdict {
	SETUP_BOOTS,
	SETUP_REFUSED,
	SETUP_ELSEWHERE, /* it is made for another architecture only */
};

struct setup_entry {
	enum entry_source source;
	char *id, *title;
	char *file;           /* of a boot entry: its path on the volume; else NULL */
	bool on_xbootldr;     /* ... which is the XBOOTLDR partition */
	char *kernel;         /* its path on the volume; NULL: there is none */
	const char *protocol; /* NULL: it did not come to that */
	enum arch made_for;   /* the kernel's own word; ARCH_NONE: none */
	enum setup_verdict verdict;
	struct findings findings;
};

struct setup_list {
	struct setup_entry **at;
	unsigned count;
};

/* On one architecture. */
struct setup_menu {
	enum arch arch;
	struct config_list list;   /* of the configuration, or config_none() */
	struct setup_list entries; /* in the order in which the loader's menu shows them */
	struct setup_list hidden;  /* boot entries that it leaves out */
	struct findings findings;  /* about boot entries as a whole */
	unsigned preferred;        /* index of the one that is booted if nobody chooses */
};

struct setup {
	const struct check *machine; /* the options; each kernel gets its own copy */
	char *root;                  /* the folder */
	const char *xbootldr;        /* the one for the XBOOTLDR partition; NULL: there is none */
	char *config;                /* file of the host; NULL: there is none */
	char *config_path;           /* ... and its path on the volume */
	char *text;                  /* of the configuration, without lines that are wrong */
	size_t bytes;
	bool has_entries;            /* the text can be read */
	struct setup_menu menus[ARCH_COUNT];
	unsigned menu_count;
	struct findings findings;    /* about the configuration */
	int trouble;                 /* a status: something could not be read */
};

/* Files of the host that are judged. */
struct setup_places {
	const char *config;   /* NULL: the one that the loader would find in the folder  */
	const char *root;     /* the folder; NULL: the configuration's own               */
	const char *xbootldr; /* that of the XBOOTLDR partition; NULL: there is none     */
};

/* 0 or a status. */
int setup_judge(struct setup *s, const struct check *machine, const struct setup_places *places);
void setup_free(struct setup *s);

/* Would the loader boot every entry that it shows? `strict`: and nothing is doubtful. */
bool setup_is_sound(const struct setup *s, bool strict);

void setup_print(const struct setup *s, bool strict);
void setup_print_json(const struct setup *s, bool strict);

/* ---- Parts ------------------------------------------------------------------------------------------------------ */

/* All errors of the configuration's text. s->text becomes one without them, if that can be (s->has_entries); its lines
 * have the same numbers. */
void setup_judge_lines(struct setup *s);

/* The kernel of an entry that had none: it stands in s->text, and the finding is there. */
extern const char setup_no_kernel[];

/* The boot entries of the volume, as the loader lists them: those that it shows are added to the menu, sorted, and the
 * others to menu->hidden, with the reason. */
void setup_add_boot_entries(struct setup *s, struct setup_menu *menu, const struct entries *configured);

/* A new entry at the end of a list. The texts are copied. */
struct setup_entry *setup_add(struct setup_list *list, enum entry_source source, struct text id, struct text title);

/* Judge what `from` says: kernel and files. Paths are relative to `directory` on the volume. */
void setup_judge_entry(struct setup *s, const struct setup_menu *menu, struct setup_entry *e,
                       const struct config_entry *from, struct text directory);

/* A refusal of the loader, about this file of the entry ("": about the entry itself). */
void setup_refuse(struct setup_entry *e, struct text file, const struct problem *p);

/* "[pith], \boot\pith.elf: ", without a file if that is "". The caller frees. */
char *setup_subject(const struct setup_entry *e, struct text file);

/* A file of the host that the entry names, on its partition. NULL: *p says why, as folder_find(). The caller frees. */
char *setup_find(const struct setup *s, bool on_xbootldr, struct text path, struct problem *p);

/* The plain files of a directory, as folder_list(); one that cannot be read is trouble. */
void setup_list(struct setup *s, bool on_xbootldr, struct text directory, struct strings *names);

/* `path`, which is relative to `directory` or begins with a separator, from the volume's root on. The caller frees. */
char *setup_absolute(struct text directory, struct text path);

/* The modules that the entry's kernel names itself. It is one of the Limine protocol, and boots. */
void setup_judge_internal(struct setup *s, struct setup_entry *e, const struct check *c);

/* The size of a file of the host; 0, too, if nobody can tell. */
uint64_t setup_file_bytes(const char *path);

/* The architecture that a kernel file is made for; ARCH_NONE: it does not say, or is none. */
enum arch setup_arch_of(const char *path);

#endif
