/* bls_sort.c — UAPI.1 Boot Loader Specification, "Sorting". */
#include "bls.h"

#include "version.h"

static int order_by_sort_key(const struct bls_entry *a, const struct bls_entry *b)
{
	bool in_a = a->values[BLS_SORT_KEY].bytes, in_b = b->values[BLS_SORT_KEY].bytes;

	if (!in_a || !in_b)
		return in_b - in_a;
	int order = text_order(a->values[BLS_SORT_KEY], b->values[BLS_SORT_KEY]);
	if (!order)
		order = text_order(a->values[BLS_MACHINE_ID], b->values[BLS_MACHINE_ID]);
	return order ? order : version_order(b->values[BLS_VERSION], a->values[BLS_VERSION]);
}

/* Names that differ in nothing but their counters: more tries left, then fewer done. */
static int order_by_count(const struct bls_name *a, const struct bls_name *b)
{
	int order = (a->left < b->left) - (a->left > b->left);

	return order ? order : (a->done > b->done) - (a->done < b->done);
}

int bls_order(const struct bls_entry *a, const struct bls_entry *b)
{
	int order = bls_is_bad(&a->name) - bls_is_bad(&b->name);

	if (!order)
		order = order_by_sort_key(a, b);
	if (!order)
		order = version_order(b->name.stem, a->name.stem);
	return order ? order : order_by_count(&a->name, &b->name);
}

/* Entries that compare equal keep their order. */
void bls_sort(const struct bls_entry *entries, unsigned count, uint8_t *order)
{
	for (unsigned i = 0; i < count; i++) {
		unsigned at = i;
		for (; at && bls_order(&entries[order[at - 1]], &entries[i]) > 0; at--)
			order[at] = order[at - 1];
		order[at] = (uint8_t)i;
	}
}
