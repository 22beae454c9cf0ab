/* remember.c — remember = yes: the id of the entry that was chosen last, in a variable. */
#include "boot.h"

#include <string.h>

static const uint16_t name[] = u"LastEntry";

/* Its bytes; 0: there is none. */
static size_t read_id(const struct boot *b, char *out, size_t size)
{
	size_t bytes;

	return variable_get(&b->fw, VARIABLE_HOBNAIL, name, out, size, &bytes) ? bytes : 0;
}

/* An entry without tries left would fail again, for ever: the first in order is the one to fall back to. */
void remember_read(struct boot *b)
{
	char id[CONFIG_MAX_PATH];
	size_t bytes = read_id(b, id, sizeof id);
	unsigned index;

	if (bytes && entries_find(&b->entries, (struct text){ id, bytes }, &index) && !bls_has_no_tries(b, index))
		b->entries.preferred = index;
}

/* Flash memory wears: an id that is there already is not written again. One that the firmware does not take is no
 * reason not to boot. */
void remember_write(const struct boot *b, unsigned entry)
{
	struct text id = b->entries.at[entry].id;
	char old[CONFIG_MAX_PATH];
	struct text stored = { old, read_id(b, old, sizeof old) };

	if (id.bytes <= sizeof old && !text_same(stored, id))
		(void)variable_set(&b->fw, VARIABLE_HOBNAIL, name, true, id.at, id.bytes);
}
