/* verb.h — a command of `hobnail` as data: its options, and the text that explains it. From the text come --help, the
 * manual page and the completions of shells; tests/unit/help_test.c holds it against the options. */
#ifndef CLI_VERB_H
#define CLI_VERB_H

#include <getopt.h>

/* The text has three forms (cli/help/text.h reads them):
 *
 *   Paragraph   lines that begin in the first column; an empty line ends it
 *   Item        two spaces, a term, and its explanation after at least two more spaces; further lines of it begin with
 *               four spaces or more. An option's term is all of its names, then its value: "-o, --output FILE"
 *   Literal     a line with four spaces after an empty line: a command to type
 *
 * The value of an option says how shells complete it: FILE and FOLDER are names of those, a|b is one of these words;
 * anything else is free text. */
struct help_section {
	const char *title; /* NULL: goes on with the section before it */
	const char *text;
};

struct verb {
	const char *name;
	const char *summary; /* one line, without a full stop */
	const char *usage;   /* "KERNEL [options]"; KERNEL and FILE are completed as names of files */
	int (*run)(int argc, char **argv); /* argv[0] is "hobnail NAME"; the exit status */
	const char *letters; /* options as getopt_long() takes them */
	const struct option *options;
	struct help_section sections[16]; /* the first has no heading in --help; the last is empty */
};

/* The next option, as getopt_long() returns it; -1: there is none. --help and -h print the help and end the program. */
int verb_option(const struct verb *v, int argc, char **argv);

extern const struct verb check_verb, explain_verb, image_verb, map_verb, new_verb, run_verb;

/* All of them, in the order in which they are listed; NULL ends the list. */
extern const struct verb *const verbs[];

/* The command as a whole: what it does without a verb. */
extern const struct verb hobnail_verb;

/* For numbers in a text. */
#define VERB_TEXT(number) VERB_TEXT_(number)
#define VERB_TEXT_(number) #number

#endif
