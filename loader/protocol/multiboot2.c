/* multiboot2.c — a boot by Multiboot2, by one of two entries: in 32-bit mode after the exit, or in the firmware's own
 * 64-bit mode with boot services alive. */
#include "protocol.h"

#include "image.h"
#include "log.h"
#include "sabotage.h"

static void requested(struct boot *b)
{
	const struct multiboot2 *m = &b->multiboot2.header;

	log_line("Multiboot2 header at %#llx of the file, %u bytes: %s", (unsigned long long)m->at, m->bytes,
	         m->within ? "EFI amd64 entry, boot services stay" : "i386 entry, after the exit");
	for (unsigned i = 0; i < m->ignored_count && i < MULTIBOOT2_MAX_IGNORED; i++)
		log_line("header tag %u is unknown and optional: ignored", m->ignored[i]);
}

/* ---- Information --------------------------------------------------------------------------------------- */

/* Boot services that stay alive have the maps. */
static enum err make_room(struct boot *b, struct multiboot2_facts *out, struct problem *p)
{
	if (b->multiboot2.header.within)
		return OK;
	enum err e = last_map_make_room(b, p);
	out->map_room = b->last_map.capacity;
	out->efi_map_room = b->fw.map.capacity;
	return e;
}

static void gather_smbios(const struct facts *f, struct multiboot2_facts *out)
{
	for (unsigned i = 0; i < COUNT_OF(f->smbios); i++)
		out->smbios[i] = (struct multiboot2_smbios){
			.at = memory_at(f->smbios[i].entry.base), .bytes = (uint8_t)f->smbios[i].entry.bytes,
			.version = { f->smbios[i].version[0], f->smbios[i].version[1] },
		};
}

static void gather_modules(const struct boot *b, struct multiboot2_facts *out)
{
	out->module_count = b->attempt.module_count;
	for (unsigned i = 0; i < out->module_count; i++)
		out->modules[i] = (struct multiboot2_module){ b->attempt.modules[i], b->entry.modules[i].cmdline };
}

static void gather(const struct boot *b, struct multiboot2_facts *out)
{
	const struct facts *f = &b->facts;

	*out = (struct multiboot2_facts){
		.command_line = b->entry.cmdline,
		.loader = MULTIBOOT2_LOADER,
		.framebuffer = b->attempt.platform.has_framebuffer ? &b->attempt.platform.framebuffer : NULL,
		.rsdp = f->has_acpi ? memory_at(f->acpi.rsdp) : NULL,
		.rsdp_bytes = f->has_acpi ? f->acpi.rsdp_bytes : 0,
		.system_table = (uintptr_t)b->fw.system_table,
		.image_handle = (uintptr_t)b->fw.image,
	};
	gather_modules(b, out);
	gather_smbios(f, out);
}

static IMAGE_CODE_UNTIL_EXIT enum err inform(struct boot *b, struct problem *p)
{
	static IMAGE_UNTIL_EXIT struct multiboot2_facts facts;
	struct multiboot2_state *s = &b->multiboot2;
	struct attempt *a = &b->attempt;

	step_set(b, "write the information for", b->entry.kernel);
	gather(b, &facts);
	enum err e = make_room(b, &facts, p);
	if (!e)
		e = attempt_record(a, multiboot2_bytes(&s->header, &facts), p);
	if (e)
		return e;
	a->handoff->argument = a->record.base;
	a->handoff->signature = MULTIBOOT2_SIGNATURE;
	s->bytes = multiboot2_write(&s->header, &facts, memory_at(s->header.sections.base), memory_at(a->record.base));
	sabotage_space(b);
	stage_mark(b, HOBNAIL_STAGE_RECORD);
	return OK;
}

/* ---- A boot -------------------------------------------------------------------------------------------- */

/* By the i386 entry: the loader's hand-off runs on tables of its own. */
static IMAGE_CODE_UNTIL_EXIT enum err prepare_flat(struct boot *b, struct problem *p)
{
	enum err e = space_make(b, p);

	if (!e) e = inform(b, p);
	if (!e) e = transition_make(b, p);
	return e ? e : preflight(b, p);
}

/* By the EFI amd64 entry: the firmware's tables stay. */
static IMAGE_CODE_UNTIL_EXIT enum err prepare_within(struct boot *b, struct problem *p)
{
	enum err e = inform(b, p);

	return e ? e : preflight_within(b, p);
}

static IMAGE_CODE_UNTIL_EXIT enum err prepare(struct boot *b, struct problem *p)
{
	const struct multiboot2 *m = &b->multiboot2.header;
	enum err e = modules_load(b, p);

	if (!e) e = facts_gather(b, p);
	if (!e) e = multiboot2_grant(&b->attempt, m, p);
	if (e)
		return e;
	return m->within ? prepare_within(b, p) : prepare_flat(b, p);
}

static IMAGE_CODE_UNTIL_EXIT enum err leave(struct boot *b, bool *gone, struct problem *p)
{
	return b->multiboot2.header.within ? leave_within(b, gone, p) : leave_firmware(b, gone, p);
}

static IMAGE_CODE_UNTIL_EXIT enum err complete(struct boot *b, const struct uefi_map *map, uint32_t version,
                                               struct problem *p)
{
	(void)p;
	multiboot2_complete(memory_at(b->attempt.record.base), b->multiboot2.bytes, &b->last_map, map, version);
	return OK;
}

/* ---- After the exit: other processors are the kernel's business ------------------------------------------ */

static void answered(struct handoff *h, struct handoff_cpu *c)
{
	(void)h, (void)c;
}

static void settled(struct handoff *h)
{
	(void)h;
}

const struct protocol protocol_multiboot2 = {
	.requested = requested,
	.prepare = prepare,
	.leave = leave,
	.last_map = complete,
	.answered = answered,
	.settled = settled,
	.parked = answered,
};
