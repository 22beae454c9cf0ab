/* protocols.c — the protocols, and the load of a kernel, which chooses one of them. */
#include "log.h"
#include "protocol.h"

const struct protocol *const protocols[PROTOCOLS] = {
	[PROTOCOL_HOBNAIL] = &protocol_hobnail,
	[PROTOCOL_LIMINE] = &protocol_limine,
	[PROTOCOL_EFI] = &protocol_efi,
	[PROTOCOL_MULTIBOOT2] = &protocol_multiboot2,
};

static void done(struct attempt *a, enum attempt_part part)
{
	struct boot *b = a->context;

	if (part == ATTEMPT_REQUESTS)
		protocols[a->protocol]->requested(b);
	else
		attempt_done(a, part);
}

enum err kernel_load(struct boot *b, struct problem *p)
{
	struct elf_rules rules = { arch_elf_machine, b->entry.allow_write_execute, false };
	struct protocol_requests requests = {
		.hobnail = &b->hobnail.requests, .limine = &b->limine.found,
		.options = { b->entry.no_fault_reports, b->entry.direct_map_no_execute },
		.multiboot2 = &b->multiboot2.header,
		.said = b->entry.protocol,
	};
	struct opened file;

	b->attempt.done = done;
	step_set(b, "load the kernel", b->entry.kernel);
	enum err e = files_open(b, b->volume, b->entry.kernel, &file, p);
	if (!e)
		e = protocol_load(&b->attempt, &requests, &file.source, &rules, p);
	files_close(&file);
	handoff.protocol = b->attempt.protocol;
	if (e)
		return e;
	log_line("protocol %s: %s", boot_protocol_name(b->attempt.protocol), requests.why);
	return protocol_takes_files(b->attempt.protocol, &b->entry, p);
}
