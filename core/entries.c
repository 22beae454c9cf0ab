#include "entries.h"

bool entries_add(struct entries *entries, struct entry entry)
{
	if (entries->count == ENTRIES_MAX)
		return false;
	entries->at[entries->count++] = entry;
	return true;
}

bool entries_find(const struct entries *entries, struct text id, unsigned *index)
{
	for (unsigned i = 0; i < entries->count; i++)
		if (text_same(entries->at[i].id, id)) {
			*index = i;
			return true;
		}
	return false;
}
