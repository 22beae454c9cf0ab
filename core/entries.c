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

void entries_add_configured(struct entries *entries, const struct config_list *list)
{
	for (unsigned i = 0; i < list->count; i++)
		entries_add(entries, (struct entry){ .title = list->names[i], .id = list->names[i],
		                                     .source = ENTRY_CONFIGURED, .number = i });
	(void)entries_find(entries, list->preferred, &entries->preferred);
}

/* ---- Without a configuration ----------------------------------------------------------------------------------- */

static const char default_kernel[] = "\\boot\\kernel.elf", default_id[] = "default";
const char entry_default_modules[] = "\\boot\\modules\\";

void entries_add_default(struct entries *entries)
{
	entries_add(entries, (struct entry){ .title = text_of(default_kernel), .id = text_of(default_id),
	                                     .source = ENTRY_DEFAULT });
}

void entry_default(struct config_entry *out)
{
	*out = (struct config_entry){ .name = text_of(default_id), .kernel = text_of(default_kernel),
	                              .cmdline = text_of("") };
}

bool entry_default_has(struct text file)
{
	return !file.bytes || file.at[0] != '.';
}

enum err entry_add_module(struct config_entry *entry, struct text path, struct problem *p)
{
	unsigned at = entry->module_count;

	if (at == CONFIG_MAX_MODULES)
		return problem(p, ERR_TOO_MANY_MODULES, CONFIG_MAX_MODULES);
	for (; at && text_order(entry->modules[at - 1].path, path) > 0; at--)
		entry->modules[at] = entry->modules[at - 1];
	entry->modules[at] = (struct config_module){ .path = path, .cmdline = text_of("") };
	entry->module_count++;
	return OK;
}
