/* menu_facts.c — the page about an entry. */
#include "boot.h"
#include "files/files.h"
#include "format.h"
#include "partition.h"

struct page {
	char *out;
	size_t size, used;
};

static void add(struct page *page, const char *text, ...) __attribute__((format(printf, 2, 3)));
static void add(struct page *page, const char *text, ...)
{
	va_list arguments;

	va_start(arguments, text);
	page->used += format_v(page->out + page->used, page->size - page->used, text, arguments);
	va_end(arguments);
}

static void add_file(struct boot *b, struct page *page, const char *what, struct text path)
{
	struct opened file;
	struct problem p;
	char why[256];

	add(page, "%s %.*s", what, (int)path.bytes, path.at);
	if (!files_open(b, b->volume, path, &file, &p)) {
		add(page, ", %llu bytes\n", (unsigned long long)file.source.bytes);
		files_close(&file);
	} else {
		err_sentence(&p, why, sizeof why);
		add(page, ": %s\n", why);
	}
}

static void add_others(struct boot *b, struct page *page)
{
	const struct config_entry *entry = &b->entry;

	for (unsigned i = 0; i < entry->module_count; i++)
		add_file(b, page, "Module      ", entry->modules[i].path);
	for (unsigned i = 0; i < entry->initrd_count; i++)
		add_file(b, page, "Initrd      ", entry->initrds[i]);
	if (entry->device_tree.bytes)
		add_file(b, page, "Device tree ", entry->device_tree);
}

static void add_volume(const struct boot *b, struct page *page)
{
	uint8_t id[16];
	uint32_t partition = firmware_partition(&b->fw, b->volume, id);
	char text[PARTITION_ID_CHARS];

	if (partition)
		add(page, "Volume       partition %u", partition);
	else
		add(page, "Volume       not a partition");
	if (partition_id_text(id, text))
		add(page, ", %s", text);
	add(page, "\n");
}

static void add_firmware(const struct boot *b, struct page *page)
{
	static const char *const words[] = {
		[HOBNAIL_SECURE_BOOT_OFF] = "off", [HOBNAIL_SECURE_BOOT_ON] = "on",
		[HOBNAIL_SECURE_BOOT_UNKNOWN] = "unknown",
	};
	uint32_t revision = firmware_revision(&b->fw);
	char vendor[128];

	firmware_vendor(&b->fw, vendor, sizeof vendor);
	add(page, "Secure Boot  %s\n", b->secure_boot < COUNT_OF(words) ? words[b->secure_boot] : "?");
	add(page, "Firmware     %s, UEFI %u.%u\n", vendor, revision >> 16, (revision & 0xffff) / 10);
	add(page, "Loader       Hobnail " LOADER_VERSION " for %s\n", arch_name);
}

size_t menu_facts(struct boot *b, char *out, size_t size)
{
	struct page page = { out, size, 0 };
	const struct config_entry *entry = &b->entry;
	const struct text *config = &b->choice.config_path;
	const struct entry *chosen = &b->entries.at[b->choice.index];

	add(&page, "Entry        %.*s\n", (int)entry->name.bytes, entry->name.at);
	if (chosen->source == ENTRY_DEFAULT)
		add(&page, "From         \\boot: there is no hobnail.conf\n");
	else if (chosen->source == ENTRY_BLS)
		add(&page, "From         boot entry %.*s\n", (int)chosen->id.bytes, chosen->id.at);
	else
		add(&page, "From         %.*s, line %u\n", (int)config->bytes, config->at, entry->line);
	add(&page, "Protocol     %s\n",
	    entry->protocol == PROTOCOL_ANY ? "as the kernel's file says" : boot_protocol_name(entry->protocol));
	add_file(b, &page, "Kernel      ", entry->kernel);
	add(&page, "Command line %.*s\n", (int)entry->cmdline.bytes, entry->cmdline.at);
	add_others(b, &page);
	add_volume(b, &page);
	add_firmware(b, &page);
	return page.used;
}
