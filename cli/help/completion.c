/* completion.c — completion for shells: verbs, options, values that are one of a few words, and names of files. All of
 * it is read from the text of the verbs. */
#include "help.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "strlist.h"
#include "text.h"

enum { SHORT_BYTES = 60 }; /* of an explanation */

/* ---- Values ----------------------------------------------------------------------------------------------------- */

/* The words of "a|b|FILE" in lower case, each after a space. The caller frees. */
static char *value_words(const char *value)
{
	char *words = string_copy(""), *copy = string_copy(value), *rest = copy;

	for (char *word = strsep(&rest, "|"); word && strchr(value, '|'); word = strsep(&rest, "|")) {
		if (isupper((unsigned char)*word))
			continue;
		char *more = string_format("%s%s%s", words, *words ? " " : "", word);
		free(words);
		words = more;
	}
	free(copy);
	return words;
}

static bool wants_file(const char *text)
{
	return strstr(text, "FILE") || strstr(text, "KERNEL") || strstr(text, "FOLDER");
}

/* The beginning of the explanation: a clause, if that is not too long, within quotation marks of a shell. `quote` is an
 * apostrophe there. Square brackets would mean something to zsh. */
static void put_short(FILE *out, const char *text, const char *quote)
{
	size_t n = 0, end = 0;

	for (; text[n] && n < SHORT_BYTES; n++) {
		bool ends = !text[n + 1] || text[n + 1] == ' ';
		if (ends)
			end = n + 1;
		if (ends && strchr(".;", text[n]))
			break;
	}
	while (end && strchr(" .;,:", text[end - 1]))
		end--;
	for (size_t i = 0; i < end; i++)
		if (text[i] == '\'')
			fputs(quote, out);
		else
			fputc(strchr("[]:\\", text[i]) ? ' ' : text[i], out);
}

/* ---- bash ------------------------------------------------------------------------------------------------------- */

/* While one verb is written. */
struct writer {
	FILE *out;
	const char *verb;
	bool values; /* bash: the cases of options with a value; else the names of all options */
};

static void bash_option(void *context, const struct help_option *o, const char *text)
{
	const struct writer *w = context;
	char *words = value_words(o->value);

	(void)text;
	if (!w->values) {
		if (*o->name)
			fprintf(w->out, " --%s", o->name);
		if (o->letter)
			fprintf(w->out, " -%c", o->letter);
	} else if (*o->value) {
		fprintf(w->out, "\t\t%s:--%s", w->verb, o->name);
		if (o->letter)
			fprintf(w->out, " | %s:-%c", w->verb, o->letter);
		fprintf(w->out, ") words='%s' files=%s ;;\n", words, wants_file(o->value) ? "yes" : "");
	}
	free(words);
}

static void bash_verb(const struct verb *v, FILE *out)
{
	struct writer w = { out, v == &hobnail_verb ? "" : v->name, false };

	fprintf(out, "\t\t%s:-*) words='", w.verb);
	help_options(v, bash_option, &w);
	fputs("' ;;\n", out);
}

static void bash_values(const struct verb *v, FILE *out)
{
	struct writer w = { out, v == &hobnail_verb ? "" : v->name, true };

	help_options(v, bash_option, &w);
}

/* readline breaks words at "=", too. */
static void bash(FILE *out)
{
	fputs("# hobnail(1) completion for bash. hobnail --completion bash wrote it.\n"
	      "_hobnail()\n{\n"
	      "\tlocal word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} verb= words= files= i\n"
	      "\tif [[ $word == = ]]; then word=\n"
	      "\telif [[ $before == = ]]; then before=${COMP_WORDS[COMP_CWORD - 2]}; fi\n"
	      "\tfor ((i = 1; i < COMP_CWORD; i++)); do\n"
	      "\t\t[[ ${COMP_WORDS[i]} == -- ]] && return\n"
	      "\t\t[[ -z $verb && ${COMP_WORDS[i]} != -* ]] && verb=${COMP_WORDS[i]}\n"
	      "\tdone\n"
	      "\tcase $verb:$before in\n", out);
	bash_values(&hobnail_verb, out);
	for (size_t i = 0; verbs[i]; i++)
		bash_values(verbs[i], out);
	fputs("\t*) case $verb:$word in\n", out);
	bash_verb(&hobnail_verb, out);
	for (size_t i = 0; verbs[i]; i++)
		bash_verb(verbs[i], out);
	fputs("\t\t:*) words='", out);
	for (size_t i = 0; verbs[i]; i++)
		fprintf(out, "%s%s", i ? " " : "", verbs[i]->name);
	fputs("' ;;\n", out);
	for (size_t i = 0; verbs[i]; i++)
		if (wants_file(verbs[i]->usage))
			fprintf(out, "\t\t%s:*) files=yes ;;\n", verbs[i]->name);
	fputs("\t\tesac ;;\n\tesac\n"
	      "\tCOMPREPLY=()\n"
	      "\t[[ -n $words ]] && mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$word\")\n"
	      "\tif [[ -n $files ]]; then\n"
	      "\t\tcompopt -o filenames 2>/dev/null\n"
	      "\t\tmapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(compgen -f -- \"$word\")\n"
	      "\tfi\n"
	      "}\n"
	      "complete -F _hobnail hobnail\n", out);
}

/* ---- zsh -------------------------------------------------------------------------------------------------------- */

/* "--name[explanation]:value:action", as _arguments takes it (zshcompsys(1)). */
static void zsh_spec(FILE *out, const char *name, const struct help_option *o, const char *text)
{
	char *words = value_words(o->value);

	fprintf(out, " \\\n\t\t\t'*%s[", name);
	put_short(out, text, "'\\''");
	fputc(']', out);
	if (*o->value && *words && wants_file(o->value))
		fprintf(out, ":value:{ compadd %s; _files }", words);
	else if (*o->value && *words)
		fprintf(out, ":value:(%s)", words);
	else if (*o->value)
		fprintf(out, ":value:%s", wants_file(o->value) ? "_files" : " ");
	fputc('\'', out);
	free(words);
}

static void zsh_option(void *context, const struct help_option *o, const char *text)
{
	const struct writer *w = context;
	char *name = string_format("--%s", o->name), letter[] = { '-', o->letter, '\0' };

	if (*o->name)
		zsh_spec(w->out, name, o, text);
	if (o->letter)
		zsh_spec(w->out, letter, o, text);
	free(name);
}

static void zsh_verb(const struct verb *v, FILE *out)
{
	struct writer w = { out, v->name, false };

	fprintf(out, "\t%s)\n\t\t_arguments", v->name);
	help_options(v, zsh_option, &w);
	fprintf(out, " \\\n\t\t\t'*:file:%s' ;;\n", wants_file(v->usage) ? "_files" : " ");
}

static void zsh(FILE *out)
{
	struct writer w = { out, "", false };

	fputs("#compdef hobnail\n"
	      "# hobnail(1) completion for zsh. hobnail --completion zsh wrote it.\n"
	      "_hobnail()\n{\n"
	      "\tlocal context state state_descr line\n"
	      "\ttypeset -A opt_args\n"
	      "\tlocal -a verbs\n\tverbs=(", out);
	for (size_t i = 0; verbs[i]; i++)
		fprintf(out, "\n\t\t'%s:%s'", verbs[i]->name, verbs[i]->summary);
	fputs("\n\t)\n\t_arguments -C", out);
	help_options(&hobnail_verb, zsh_option, &w);
	fputs(" \\\n\t\t'1:command:->verb' '*::argument:->rest'\n"
	      "\tcase $state in\n"
	      "\tverb) _describe command verbs ;;\n"
	      "\trest) case $line[1] in\n", out);
	for (size_t i = 0; verbs[i]; i++)
		zsh_verb(verbs[i], out);
	fputs("\tesac ;;\n\tesac\n}\n_hobnail \"$@\"\n", out);
}

/* ---- fish ------------------------------------------------------------------------------------------------------- */

static void fish_option(void *context, const struct help_option *o, const char *text)
{
	const struct writer *w = context;
	char *words = value_words(o->value);

	fprintf(w->out, "complete -c hobnail -n '%s%s'",
	        *w->verb ? "__fish_seen_subcommand_from " : "__fish_use_subcommand", w->verb);
	if (*o->name)
		fprintf(w->out, " -l %s", o->name);
	if (o->letter)
		fprintf(w->out, " -s %c", o->letter);
	if (*o->value)
		fputs(wants_file(o->value) ? " -r -F" : " -x", w->out);
	if (*words)
		fprintf(w->out, " -a '%s'", words);
	fputs(" -d '", w->out);
	put_short(w->out, text, "\\'");
	fputs("'\n", w->out);
	free(words);
}

static void fish(FILE *out)
{
	struct writer w = { out, "", false };

	fputs("# hobnail(1) completion for fish. hobnail --completion fish wrote it.\n"
	      "complete -c hobnail -f\n", out);
	help_options(&hobnail_verb, fish_option, &w);
	for (size_t i = 0; verbs[i]; i++) {
		const struct verb *v = verbs[i];
		fprintf(out, "complete -c hobnail -n __fish_use_subcommand -a %s -d '%s'\n", v->name, v->summary);
		w.verb = v->name;
		help_options(v, fish_option, &w);
		if (wants_file(v->usage))
			fprintf(out, "complete -c hobnail -n '__fish_seen_subcommand_from %s' -F\n", v->name);
	}
}

bool help_completion(const char *shell, FILE *out)
{
	static const struct {
		const char *shell;
		void (*write)(FILE *out);
	} shells[] = { { "bash", bash }, { "zsh", zsh }, { "fish", fish } };

	for (size_t i = 0; i < sizeof shells / sizeof shells[0]; i++)
		if (strcmp(shell, shells[i].shell) == 0) {
			shells[i].write(out);
			return true;
		}
	return false;
}
