/* elf2efi -o OUT.efi IN.elf — files in and out; all else is in the other files. */
#include "elf2efi.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int complain(const char *path, const char *what)
{
	fprintf(stderr, "elf2efi: %s: %s\n", path, what);
	return 1;
}

/* All of the file, malloc()ed; NULL with errno set on failure. */
static uint8_t *file_read(const char *path, size_t *bytes)
{
	FILE *f = fopen(path, "rb");
	uint8_t *data = NULL;
	long end;

	if (!f)
		return NULL;
	if (fseek(f, 0, SEEK_END) == 0 && (end = ftell(f)) >= 0 && fseek(f, 0, SEEK_SET) == 0 &&
	    (data = malloc((size_t)end + 1)) != NULL) {
		*bytes = fread(data, 1, (size_t)end, f);
		if (ferror(f)) {
			free(data);
			data = NULL;
		}
	}
	fclose(f);
	return data;
}

static int file_write(const char *path, const uint8_t *data, size_t bytes)
{
	FILE *f = fopen(path, "wb");
	if (!f)
		return complain(path, strerror(errno));
	bool whole = fwrite(data, 1, bytes, f) == bytes;
	if (fclose(f) != 0 || !whole) {
		complain(path, strerror(errno));
		remove(path);           /* half an image must not look like one */
		return 1;
	}
	return 0;
}

static int convert(const char *in, const char *out)
{
	size_t elf_bytes, efi_bytes;
	uint8_t *elf = file_read(in, &elf_bytes), *efi;
	struct e2e_problem p;
	char sentence[400];
	int status;

	if (!elf)
		return complain(in, strerror(errno));
	if (elf2efi(elf, elf_bytes, &efi, &efi_bytes, &p)) {
		e2e_sentence(&p, sentence, sizeof(sentence));
		status = complain(in, sentence);
	} else {
		status = file_write(out, efi, efi_bytes);
		free(efi);
	}
	free(elf);
	return status;
}

int main(int argc, char **argv)
{
	if (argc == 4 && strcmp(argv[1], "-o") == 0)
		return convert(argv[3], argv[2]);
	fprintf(stderr, "usage: elf2efi -o OUT.efi IN.elf\n");
	return 2;
}
