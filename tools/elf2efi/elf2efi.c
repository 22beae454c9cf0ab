/* elf2efi.c — the conversion from end to end, and its sentences. */
#include "elf2efi.h"

#include <stdio.h>
#include <stdlib.h>

static const char *const sentences[E2E_COUNT] = {
	[E2E_OK] = "no error",
#define X(code, sentence) [E2E_##code] = sentence,
#include "errors.def"
#undef X
};

enum e2e_err elf2efi(const uint8_t *elf, size_t elf_bytes, uint8_t **efi, size_t *efi_bytes, struct e2e_problem *p)
{
	struct e2e_image im;
	struct e2e_relocs relocs;
	enum e2e_err e = e2e_image_read(elf, elf_bytes, &im, p);
	if (!e) e = e2e_relocs_read(&im, &relocs, p);
	if (e)
		return e;
	e = e2e_pe_write(&im, &relocs, efi, efi_bytes, p);
	free(relocs.list);
	return e;
}

void e2e_sentence(const struct e2e_problem *p, char *out, size_t bytes)
{
	unsigned long long v0 = p->value[0], v1 = p->value[1], v2 = p->value[2];
	snprintf(out, bytes, sentences[p->code], v0, v1, v2);
}
