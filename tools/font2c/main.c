/* font2c NAME <FONT.pcf >FONT.c — the printable ASCII characters of a fixed-width X11 font as a `struct font NAME` of
 * lib/font.h. `font2c --words` prints each as one number: its rows, the top left pixel in the highest bit. */
#include "font2c.h"

#include <stdio.h>
#include <string.h>

enum { FILE_BYTES_MOST = 4 << 20 };

static void print_cell(const struct cells *c, const char *comment, const uint32_t rows[])
{
	unsigned row_bytes = (c->width + 7) / 8;

	printf("\t\t/* %s */\n\t\t", comment);
	for (unsigned y = 0; y < c->height; y++)
		for (unsigned i = 0; i < row_bytes; i++)
			printf("0x%02x,%s", rows[y] >> (24 - 8 * i) & 0xff,
			       y + 1 == c->height && i + 1 == row_bytes ? "\n" : " ");
}

/* What stands for a character that the font does not have: an empty box. */
static void print_box(const struct cells *c)
{
	uint32_t rows[CELL_SIDE_MOST] = { 0 }, inner = c->width > 2 ? c->width - 2 : 1;
	uint32_t line = (uint32_t)(~0u << (32 - inner)) >> 1, sides = 0x40000000u | 0x80000000u >> inner;
	unsigned top = c->height / 6, bottom = c->height - c->height / 4;

	for (unsigned y = top; y < bottom; y++)
		rows[y] = y == top || y + 1 == bottom ? line : sides;
	print_cell(c, "everything else", rows);
}

static void print_font(const char *name, const struct cells *c)
{
	printf("/* Made by tools/font2c. */\n#include \"font.h\"\n\n"
	       "const struct font %s = {\n\t.width = %u,\n\t.height = %u,\n\t.row_bytes = %u,\n\t.rows = {\n",
	       name, c->width, c->height, (c->width + 7) / 8);
	for (unsigned i = 0; i < CHARACTERS; i++)
		print_cell(c, (char[]){ (char)(FIRST_CHARACTER + i), 0 }, c->rows[i]);
	print_box(c);
	printf("\t},\n};\n");
}

static bool print_words(const struct cells *c, const char **why)
{
	if (c->width * c->height > 64) {
		*why = "its cells have more than 64 pixels";
		return false;
	}
	for (unsigned i = 0; i < CHARACTERS; i++) {
		uint64_t word = 0;
		for (unsigned y = 0; y < c->height; y++)
			word = word << c->width | c->rows[i][y] >> (32 - c->width);
		printf("%s0x%015llx,%s", i % 5 ? " " : "\t", (unsigned long long)word,
		       i % 5 == 4 || i + 1 == CHARACTERS ? "\n" : "");
	}
	return true;
}

int main(int argc, char **argv)
{
	static uint8_t file[FILE_BYTES_MOST];
	static struct cells cells;
	const char *why = "standard input cannot be read";

	if (argc != 2) {
		fprintf(stderr, "usage: font2c NAME|--words <FONT.pcf >FONT.c\n");
		return 2;
	}
	size_t bytes = fread(file, 1, sizeof file, stdin);
	if (ferror(stdin) || !pcf_read(file, bytes, &cells, &why)) {
		fprintf(stderr, "font2c: %s\n", why);
		return 1;
	}
	if (strcmp(argv[1], "--words") != 0) {
		print_font(argv[1], &cells);
	} else if (!print_words(&cells, &why)) {
		fprintf(stderr, "font2c: %s\n", why);
		return 1;
	}
	if (fflush(stdout) != 0 || ferror(stdout)) {
		fprintf(stderr, "font2c: the output cannot be written\n");
		return 1;
	}
	return 0;
}
