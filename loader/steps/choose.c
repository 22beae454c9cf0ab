/* choose.c — which of the entries is booted, and whether anybody is asked. */
#include "boot.h"

#include "key.h"

/* A single entry, and one that the load options name, is booted without a question; so is the default where nobody
 * could answer. */
static bool has_choice(const struct boot *b)
{
	return b->entries.count > 1 && !b->choice.asked && keys_exist(&b->fw);
}

/* A hidden menu is shown by keys that nobody presses on the way there: Return chooses in the firmware's own menu,
 * Esc and function keys enter its setup. */
static bool is_held(const struct boot *b)
{
	uint32_t key;

	for (unsigned i = 0; i < 8 && keys_get(&b->fw, &key); i++)
		if (key == ' ' || key == KEY_UP || key == KEY_DOWN)
			return true;
	return false;
}

static bool menu_is_wanted(const struct boot *b)
{
	const struct choice *c = &b->choice;

	if (c->menu_disabled)
		return false;
	return c->came_back || (has_choice(b) && c->timeout) || (c->menu_asked && keys_exist(&b->fw)) || is_held(b);
}

enum err entry_choose(struct boot *b, bool *left, struct problem *p)
{
	struct pick pick = { .entry = b->entries.preferred };

	/* Without a menu, an entry that has failed is not booted again. */
	if (menu_is_wanted(b) && !menu_run(b, &pick))
		pick.left = b->choice.came_back;
	*left = pick.left;
	if (pick.left)
		return OK;
	enum err e = entry_load(b, pick.entry, p);
	if (pick.edited)
		b->entry.cmdline = pick.command_line;
	b->verbose = b->entry.verbose || pick.verbose;
	if (b->verbose)
		report_follow(b);
	stage_mark(b, HOBNAIL_STAGE_CONFIG);
	return e;
}

bool entry_choose_again(struct boot *b)
{
	return !b->choice.menu_disabled && (b->choice.menu || (has_choice(b) && menu_has_memory(b)));
}

void entry_came_back(struct boot *b, const struct problem *p)
{
	b->choice.came_back = true;
	if (p)
		menu_tell(b, p);
}
