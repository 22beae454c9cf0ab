/* bli.c — variables by which an operating system and the loader speak: systemd, "The Boot Loader Interface".
 *
 * They are read where boot entries are looked for, and written there before an EFI program runs. Where there is one
 * entry and no choice none is: writing one costs 200,000 instructions, and all of them cost three times what the rest
 * of a boot does. */
#include "bls.h"
#include "boot.h"
#include "format.h"
#include "log.h"
#include "partition.h"
#include "utf16.h"

#include <string.h>

enum { VALUE_MOST = 512, ENTRIES_MOST = 8192 };

/* "LoaderFeatures": those that work. */
enum { FEATURE_TIMEOUT = 1, FEATURE_TIMEOUT_ONE_SHOT = 2, FEATURE_DEFAULT = 4, FEATURE_ONE_SHOT = 8,
       FEATURE_COUNTING = 16, FEATURE_XBOOTLDR = 32, FEATURE_RANDOM_SEED = 64, FEATURE_SORT_KEY = 256,
       FEATURE_DEVICE_TREE = 1024, FEATURE_MENU_DISABLED = 8192, FEATURE_UKI = 65536, FEATURE_PREFERRED = 524288,
       ALWAYS = FEATURE_TIMEOUT | FEATURE_TIMEOUT_ONE_SHOT | FEATURE_DEFAULT | FEATURE_ONE_SHOT | FEATURE_COUNTING |
                FEATURE_XBOOTLDR | FEATURE_SORT_KEY | FEATURE_DEVICE_TREE | FEATURE_MENU_DISABLED | FEATURE_UKI |
                FEATURE_PREFERRED };

/* ---- Reading --------------------------------------------------------------------------------------------------- */

static bool read_string(const struct boot *b, const uint16_t *name, char *out, struct text *text)
{
	uint16_t units[VALUE_MOST];
	size_t bytes, used;

	if (!variable_get(&b->fw, VARIABLE_LOADER, name, units, sizeof units, &bytes) ||
	    utf8_from_utf16(units, bytes / 2, out, VALUE_MOST, &used, NULL))
		return false;
	*text = (struct text){ out, used };
	return used != 0;
}

/* A variable that holds for one boot is deleted before it is followed. */
static bool take_once(struct boot *b, const uint16_t *name, const char *shown)
{
	bool deleted = variable_delete(&b->fw, VARIABLE_LOADER, name);

	if (!deleted)
		log_line("%s cannot be deleted: it is not followed, or it would be followed for ever", shown);
	return deleted;
}

enum prefer { PREFER_ANY, PREFER_GOOD, PREFER_ONCE };

/* Choose the entry that a variable names, if there is one; PREFER_GOOD: and if it has not used up its tries. */
static void prefer(struct boot *b, const uint16_t *name, const char *shown, enum prefer how)
{
	char value[VALUE_MOST];
	struct text id;
	unsigned index;

	if (!read_string(b, name, value, &id) || (how == PREFER_ONCE && !take_once(b, name, shown)))
		return;
	bool found = bls_find(b, id, how == PREFER_GOOD, &index);
	if (found)
		b->entries.preferred = index;
	log_line("%s: %.*s%s", shown, (int)id.bytes, id.at, found ? "" : how == PREFER_GOOD ?
	         ", and there is none that has tries left" : ", and there is none");
}

/* Seconds, the most if the text has no end; false: this is no number. */
static bool read_seconds(struct text t, unsigned *out)
{
	unsigned seconds = 0;

	for (size_t i = 0; i < t.bytes; i++) {
		if (t.at[i] < '0' || t.at[i] > '9')
			return false;
		seconds = (unsigned)min_u64(seconds * 10 + (unsigned)(t.at[i] - '0'), CONFIG_MAX_TIMEOUT);
	}
	*out = seconds;
	return true;
}

/* 0 seconds hide the menu; for once they show it until somebody chooses. So does "menu-force", and any time for once
 * shows it: somebody has asked for the menu. */
static bool follow_timeout(struct choice *c, struct text t, bool once)
{
	unsigned seconds = 0;
	bool waits = text_is(t, "menu-force"), hides = text_is(t, "menu-hidden") || text_is(t, "menu-disabled");

	if (!waits && !hides && !read_seconds(t, &seconds))
		return false;
	if (once && !hides && !seconds)
		waits = true;
	c->timeout = waits ? CONFIG_WAITS : seconds;
	c->menu_asked = waits || (once && seconds);
	c->menu_disabled = text_is(t, "menu-disabled");
	return true;
}

static void read_timeout(struct boot *b, const uint16_t *name, const char *shown, bool once)
{
	char value[VALUE_MOST];
	struct text t;

	if (!read_string(b, name, value, &t) || (once && !take_once(b, name, shown)))
		return;
	bool follows = follow_timeout(&b->choice, t, once);
	log_line("%s: %.*s%s", shown, (int)t.bytes, t.at, follows ? "" : ", which is no time: it is not followed");
}

/* An entry that the load options name is not chosen again here. But a wish for this boot is not one for the next. */
void bli_read(struct boot *b)
{
	char value[VALUE_MOST];
	struct text id;

	b->choice.follows_variables = true;
	read_timeout(b, u"LoaderConfigTimeout", "LoaderConfigTimeout", false);
	read_timeout(b, u"LoaderConfigTimeoutOneShot", "LoaderConfigTimeoutOneShot", true);
	if (!b->choice.asked) {
		prefer(b, u"LoaderEntryDefault", "LoaderEntryDefault", PREFER_ANY);
		prefer(b, u"LoaderEntryPreferred", "LoaderEntryPreferred", PREFER_GOOD);
		prefer(b, u"LoaderEntryOneShot", "LoaderEntryOneShot", PREFER_ONCE);
	} else if (read_string(b, u"LoaderEntryOneShot", value, &id)) {
		(void)take_once(b, u"LoaderEntryOneShot", "LoaderEntryOneShot");
		log_line("LoaderEntryOneShot: %.*s, but the load options name an entry", (int)id.bytes, id.at);
	}
}

/* ---- Writing --------------------------------------------------------------------------------------------------- */

/* Without a value that fits, a variable of an earlier boot or attempt must not stay. */
static void write_string(struct boot *b, const uint16_t *name, const char *text, size_t bytes)
{
	uint16_t units[VALUE_MOST];
	size_t used;

	if (bytes && !utf16_from_utf8(text, bytes, units, COUNT_OF(units), &used, NULL))
		(void)variable_set(&b->fw, VARIABLE_LOADER, name, false, units, (used + 1) * 2);
	else
		(void)variable_delete(&b->fw, VARIABLE_LOADER, name);
}

/* "LoaderEntries": all ids, each with its 0. */
static void write_entries(struct boot *b)
{
	size_t at = 0, used;
	paddr pages;

	if (firmware_pages(&b->fw, ENTRIES_MOST * sizeof(uint16_t), HOBNAIL_MEMORY_USABLE, &pages, NULL))
		return;
	uint16_t *all = memory_at(pages);
	for (unsigned i = 0; i < b->entries.count; i++) {
		struct text id = b->entries.at[i].id;
		if (utf16_from_utf8(id.at, id.bytes, all + at, ENTRIES_MOST - at, &used, NULL))
			break;
		at += used + 1;
	}
	(void)variable_set(&b->fw, VARIABLE_LOADER, u"LoaderEntries", false, all, at * 2);
	firmware_release(&b->fw, pages);
}

static void write_partition(struct boot *b)
{
	uint8_t id[16];
	char text[PARTITION_ID_CHARS];
	size_t bytes = firmware_partition(&b->fw, VOLUME_OWN, id) ? partition_id_text(id, text) : 0;

	if (bytes)
		write_string(b, u"LoaderDevicePartUUID", text, bytes);
}

static void write_firmware(struct boot *b)
{
	char vendor[128], text[40], path[VALUE_MOST];
	uint32_t revision = firmware_revision(&b->fw);
	size_t bytes;

	firmware_vendor(&b->fw, vendor, sizeof vendor);
	write_string(b, u"LoaderFirmwareInfo", vendor, strlen(vendor));
	bytes = format(text, sizeof text, "UEFI %u.%02u", revision >> 16, revision & 0xffff);
	write_string(b, u"LoaderFirmwareType", text, bytes);
	if (!firmware_own_path(&b->fw, path, sizeof path, &bytes, NULL))
		write_string(b, u"LoaderImageIdentifier", path, bytes);
}

static void write_time(struct boot *b, const uint16_t *name, uint64_t counter)
{
	uint64_t hz = arch_counter_hz();
	char text[24];

	if (!hz)
		return;
	uint64_t microseconds = counter / hz * 1000000 + counter % hz * 1000000 / hz;
	size_t bytes = format(text, sizeof text, "%llu", (unsigned long long)microseconds);
	write_string(b, name, text, bytes);
}

void bli_write(struct boot *b)
{
	static const char info[] = "hobnail " LOADER_VERSION;
	uint64_t features = ALWAYS | (b->program.has_seed ? FEATURE_RANDOM_SEED : 0);
	struct text id = b->entries.at[b->choice.index].id;

	if (!b->choice.follows_variables)
		return;
	write_string(b, u"LoaderInfo", info, sizeof info - 1);
	write_firmware(b);
	write_partition(b);
	write_entries(b);
	write_string(b, u"LoaderEntrySelected", id.at, id.bytes);
	write_string(b, u"LoaderBootCountPath", b->choice.counted, strlen(b->choice.counted));
	(void)variable_set(&b->fw, VARIABLE_LOADER, u"LoaderFeatures", false, &features, sizeof features);
	write_time(b, u"LoaderTimeInitUSec", b->stages[HOBNAIL_STAGE_START]);
	write_time(b, u"LoaderTimeExecUSec", arch_counter());
}

/* The next program has not counted this try. */
void bli_undo(struct boot *b)
{
	if (b->choice.counted[0])
		(void)variable_delete(&b->fw, VARIABLE_LOADER, u"LoaderBootCountPath");
	b->choice.counted[0] = '\0';
}
