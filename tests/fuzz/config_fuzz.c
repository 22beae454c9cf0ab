/* hobnail.conf: every string that comes out lies inside the text that went in. */
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "fuzz.h"

static void require_inside(struct text t, const char *text, size_t size)
{
	require(t.bytes == 0 || (t.at >= text && t.at + t.bytes <= text + size));
}

static void check_entry(const struct config_entry *entry, const char *text, size_t size)
{
	require(entry->name.bytes && entry->kernel.bytes && entry->kernel.bytes <= CONFIG_MAX_PATH);
	require(entry->cmdline.bytes <= CONFIG_MAX_CMDLINE && entry->module_count <= CONFIG_MAX_MODULES);
	require_inside(entry->name, text, size);
	require_inside(entry->kernel, text, size);
	require_inside(entry->cmdline, text, size);
	for (unsigned i = 0; i < entry->module_count; i++) {
		require_inside(entry->modules[i].path, text, size);
		require_inside(entry->modules[i].cmdline, text, size);
		require(entry->modules[i].path.bytes && entry->modules[i].path.bytes <= CONFIG_MAX_PATH);
	}
}

static void check_list(const struct config_list *list, const char *text, size_t size)
{
	require(list->count <= CONFIG_MAX_ENTRIES && list->timeout <= CONFIG_WAITS);
	for (unsigned i = 0; i < list->count; i++) {
		require(list->names[i].bytes);
		require_inside(list->names[i], text, size);
	}
	if (list->count)
		require_inside(list->preferred, text, size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const arches[] = { "x86_64", "aarch64", "riscv64" };
	const char *text = (const char *)data;
	char sentence[512];

	for (size_t a = 0; a < COUNT_OF(arches); a++) {
		struct config_list list = { .count = 0 };
		struct config_entry entry;
		struct problem p = { .code = OK };
		enum err e = config_read(text, size, arches[a], (struct text){ NULL, 0 }, &list, &entry, &p);
		check_list(&list, text, size);
		if (!e) {
			require(list.count);
			check_entry(&entry, text, size);
			require(config_read(text, size, arches[a], entry.name, NULL, &entry, NULL) == OK);
			continue;
		}
		require(p.code == e && p.offset <= size);
		require((p.value[0] == 0) == (e == ERR_CONFIG_BIG));
		err_sentence(&p, sentence, sizeof sentence);
	}
	return 0;
}
