/* dump.c — asks for everything, shows the first words of each answer, and walks its own page tables. */
#include "shape.h"

REVISION_AND_MARKERS(6);

#define ASKED(X) \
	X(BOOTLOADER_INFO) X(CMDLINE) X(FIRMWARE_TYPE) X(STACK_SIZE) X(HHDM) X(FRAMEBUFFER) X(PAGING_MODE) X(MP) \
	X(MEMORY_MAP) X(EXECUTABLE_FILE) X(MODULES) X(RSDP) X(SMBIOS) X(SYSTEM_TABLE) X(TPM_LOG) X(EFI_MAP) X(DATE) \
	X(ADDRESS) X(DEVICE_TREE) X(PERFORMANCE) X(TSC_FREQUENCY) X(FLANTERM) X(ENTROPY)

enum {
#define X(name) NAME_##name,
	ASKED(X)
#undef X
	ALL
};

IN_REQUESTS static volatile struct request requests[ALL] = {
#define X(name) { ID_##name, 0, 0, { { 0 } } },
	ASKED(X)
#undef X
};

static const char *const names[ALL] = {
#define X(name) #name,
	ASKED(X)
#undef X
};

static void show(unsigned i)
{
	const uint64_t *words = (const uint64_t *)requests[i].response;

	say("dump: ");
	say(names[i]);
	if (!words) {
		say(" none\n");
		return;
	}
	named("revision", words[0]);
	named("first", words[1]);
	say("\n");
}

static uint64_t hhdm, pages, tables;

static void walk(uint64_t table, unsigned level)
{
	const uint64_t *entries = (const uint64_t *)(table + hhdm);

	tables++;
	for (unsigned i = 0; i < 512; i++) {
		unsigned kind = entry_kind(entries[i], level);
		pages += kind == 2;
		if (kind == 1)
			walk(entries[i] & 0x0000fffffffff000, level - 1);
	}
}

void kernel_entry(void)
{
	unsigned levels, answered = 0;
	uint64_t top = top_table(&levels);

	for (unsigned i = 0; i < ALL; i++) {
		show(i);
		answered += requests[i].response != 0;
	}
	if (!requests[NAME_HHDM].response)
		end(1);
	hhdm = ((const struct answer_number *)requests[NAME_HHDM].response)->value;
	walk(top, levels - 1);
	say("dump:");
	named("tables", tables);
	named("pages", pages);
	named("levels", levels);
	say("\n");
	end(pages > 0 && answered >= 12 ? 0 : 1);
}
