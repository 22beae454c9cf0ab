/* pack >TEXTS.c — the texts of core/errors/ and core/say.def as core/texts.h has them: name, sentence and advice of each
 * code, in the order of enum err, and then the others. Names are put as words ("elf magic"), as the sentences have them. */
#include "pack.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

static const char *const texts[] = {
	"ok", "no error", "",
#define X(code, sentence, advice) #code, sentence, advice,
#include "errors/all.def"
#undef X
};

static const char *const said[] = {
#define S(name, text) text,
#include "say.def"
#undef S
};

static char joined[PACKED_MAX_ROWS];
static size_t used;

/* ERR_ELF_MAGIC: elf magic */
static char name_letter(char c)
{
	return c == '_' ? ' ' : (char)tolower((unsigned char)c);
}

static bool join(const char *text, bool is_name)
{
	size_t bytes = strlen(text) + 1;

	if (is_name && strncmp(text, "ERR_", 4) == 0)
		return join(text + 4, true);
	if (bytes > sizeof joined - used)
		return false;
	for (size_t i = 0; i < bytes; i++)
		joined[used++] = is_name ? name_letter(text[i]) : text[i];
	return true;
}

static void print(const struct pack *p)
{
	printf("/* Made by tools/pack. */\n#include \"packed.h\"\n\n"
	       "const struct packed packed_texts = {\n\t.rows = %u,\n\t.bits = {", p->rows);
	for (size_t i = 0; i < p->bytes; i++)
		printf("%s0x%02x,", i % 16 ? " " : "\n\t\t", p->bits[i]);
	printf("\n\t},\n};\n");
}

int main(void)
{
	static struct pack packed;
	const char *why = "there are too many texts";
	bool fits = true;

	for (size_t i = 0; i < COUNT_OF(texts); i++)
		fits = fits && join(texts[i], i % 3 == 0);
	for (size_t i = 0; i < COUNT_OF(said); i++)
		fits = fits && join(said[i], false);
	if (!fits || !pack(joined, used, &packed, &why)) {
		fprintf(stderr, "pack: %s\n", why);
		return 1;
	}
	print(&packed);
	if (fflush(stdout) != 0 || ferror(stdout)) {
		fprintf(stderr, "pack: the output cannot be written\n");
		return 1;
	}
	return 0;
}
