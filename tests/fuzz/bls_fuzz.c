/* Boot entries: every text that comes out lies inside the text that went in, a counted name that has been tried is a
 * name again, and the order is one. The first line is the file's name. */
#include "bls.h"
#include "fuzz.h"

static void require_inside(struct text t, struct text whole)
{
	require(t.bytes == 0 || (t.at >= whole.at && t.at + t.bytes <= whole.at + whole.bytes));
}

static void check_entry(const struct bls_entry *entry, struct text whole)
{
	char cmdline[CONFIG_MAX_CMDLINE];

	for (unsigned k = 0; k < BLS_KEYS; k++)
		require_inside(entry->values[k], whole);
	for (unsigned i = 0; i < entry->initrd_count; i++)
		require_inside(entry->initrds[i], whole);
	for (unsigned i = 0; i < entry->option_count; i++)
		require_inside(entry->options[i], whole);
	require_inside(entry->first_unknown, whole);
	require(bls_cmdline(entry, cmdline, sizeof cmdline) <= sizeof cmdline);
	require(bls_title(entry).bytes != 0);
	require(bls_order(entry, entry) == 0);
}

static void check_name(const struct bls_name *n)
{
	char next[600], id[600];
	size_t next_bytes = bls_next_name(n, next, sizeof next), bytes = bls_id(n, id, sizeof id);
	struct bls_name again;

	require(bls_id_matches((struct text){ id, bytes }, (struct text){ id, bytes }));
	if (!next_bytes)
		return;
	require(bls_name_read((struct text){ next, next_bytes }, ".conf", &again, NULL) == OK);
	require(again.counted && again.left == n->left - 1 && again.stem.bytes == n->stem.bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *copy = (char *)copy_of(data, size);
	const char *newline = size ? memchr(copy, '\n', size) : NULL;
	struct text file = { copy, newline ? (size_t)(newline - copy) : 0 };
	struct text text = newline ? (struct text){ newline + 1, size - file.bytes - 1 } : (struct text){ copy, size };
	struct bls_name name = { .stem = { "x", 1 } };
	struct bls_entry entry, image;
	struct problem p = { .code = OK };
	char sentence[512];

	if (file.bytes < 500 && bls_name_read(file, ".conf", &name, NULL) == OK)
		check_name(&name);
	enum err e = bls_read(text, &name, &entry, &p);
	if (!e)
		check_entry(&entry, text);
	require(p.code == e);
	if (!e)
		e = bls_check(&entry, "x86_64", &p);
	require(p.code == e && (e || entry.program < BLS_KEYS));
	err_sentence(&p, sentence, sizeof sentence);
	if (bls_read_image(text, file, &name, &image, NULL) == OK) {
		image.values[BLS_VERSION].bytes = 0; /* it may be the file's name */
		check_entry(&image, text);
	}
	bls_is_type1(text);
	free(copy);
	return 0;
}
