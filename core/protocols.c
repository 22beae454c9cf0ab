#include "protocols.h"

#include "recognise.h"

static const char said_so[] = "the configuration says so";

/* The wants of a kernel that has asked for nothing yet. If this machine has no EL1 to enter, *refusal says so, and the
 * mode will do for loading: the places are the same. */
static enum err first_mode(struct attempt *a, struct requests *r, enum err *refusal, struct problem *p)
{
	requests_wants(r, &a->wants);
	*refusal = a->choose_mode(&a->platform.arch, &a->wants, &a->mode, p);
	if (*refusal != ERR_LEVEL_E2H_FIXED)
		return *refusal;
	a->wants.level = HOBNAIL_LEVEL_EL2_VHE;
	return a->choose_mode(&a->platform.arch, &a->wants, &a->mode, p);
}

/* Does the file have Limine's requests? For a low kernel whose place is no memory: it cannot be loaded and scanned. */
static bool asks_in_file(const struct attempt *a, struct source *source)
{
	const struct elf_layout *layout = &a->kernel.layout;
	const void *bytes;

	for (unsigned i = 0; i < layout->segment_count; i++) {
		const struct elf_segment *s = &layout->segments[i];
		uint64_t lead = -s->virt % 8;
		if (s->rights & ELF_WRITE && s->file_bytes > lead &&
		    !source_view(source, a->pages, s->offset + lead, s->file_bytes - lead, &bytes, NULL) &&
		    recognise_limine(bytes, s->file_bytes - lead, 0, NULL))
			return true;
	}
	return false;
}

/* A kernel without notes is loaded before its protocol is known, since Limine's requests are in the loaded image. */
static enum err load_unknown(struct attempt *a, struct protocol_requests *r, struct source *source, struct problem *p)
{
	enum err refusal, e = first_mode(a, r->hobnail, &refusal, p);

	if (!e) e = attempt_load(a, source, p);
	if (e >= ERR_DESTINATION && e <= ERR_DESTINATION_OWN && asks_in_file(a, source))
		return problem(p, ERR_LIMINE_LOW, a->kernel.layout.segments[0].virt,
		               elf_segment_name(&a->kernel.layout, 0));
	if (!e) e = limine_scan(&a->kernel.layout, a->pages, r->limine, p);
	if (e)
		return e;
	if (r->limine->found) {
		r->why = r->said == PROTOCOL_LIMINE ? said_so : "it makes requests of that protocol";
		a->protocol = PROTOCOL_LIMINE;
		return limine_end(a, r->limine, &r->options, source, p);
	}
	if (r->said == PROTOCOL_LIMINE)
		return problem(p, ERR_LIMINE_NONE);
	a->protocol = PROTOCOL_HOBNAIL;
	a->done(a, ATTEMPT_REQUESTS);
	if (refusal) /* a second time, for *p */
		return first_mode(a, r->hobnail, &refusal, p) ? refusal : problem(p, refusal);
	a->done(a, ATTEMPT_MODE);
	return hobnail_end(a, r->hobnail, source, p);
}

static bool is_about_rights(enum err e)
{
	return e == ERR_ELF_NOT_READABLE || e == ERR_ELF_WRITE_EXECUTE || e == ERR_ELF_WRITE_EXECUTE_PAGE ||
	       e == ERR_ELF_WRITE_EXECUTE_DENSE;
}

/* Rights that our own protocol refuses: are they right for the Limine protocol? If not, *p keeps the refusal. */
static enum err load_with_any_rights(struct attempt *a, struct protocol_requests *r, struct source *source,
                                     const struct elf_rules *rules, enum err refusal, struct problem *p)
{
	struct elf_rules any = { rules->machine, .any_rights = true };
	struct problem other;

	if (kernel_open(&a->kernel, source, a->pages, &any, &other) ||
	    kernel_requests(&a->kernel, source, a->pages, a->arch, r->hobnail, &other) || r->hobnail->note_count)
		return refusal;
	enum boot_protocol said = r->said;
	r->said = PROTOCOL_LIMINE;
	enum err e = load_unknown(a, r, source, &other);
	r->said = said;
	if (e == ERR_LIMINE_NONE)
		return refusal;
	r->why = said == PROTOCOL_LIMINE ? r->why : "it makes requests of that protocol";
	if (e && p)
		*p = other;
	return e;
}

/* ---- Multiboot2 ---------------------------------------------------------------------------------------------- */

/* Is it an ELF file with requests of the Limine protocol, whatever rights its segments have? */
static bool asks_limine(struct attempt *a, struct source *source, const struct elf_rules *rules)
{
	struct elf_rules any = { rules->machine, .any_rights = true };

	return !kernel_open(&a->kernel, source, a->pages, &any, NULL) && asks_in_file(a, source);
}

static enum err find_header(const struct attempt *a, struct source *source, bool *found, struct problem *p)
{
	uint64_t count = min_u64(source->bytes, MULTIBOOT2_WITHIN), at;
	const void *bytes;
	enum err e = source_view(source, a->pages, 0, count, &bytes, p);

	if (!e)
		*found = multiboot2_find(bytes, count, &at);
	return e;
}

static bool has_header(const struct attempt *a, struct source *source)
{
	bool found = false;

	return !find_header(a, source, &found, NULL) && found;
}

static enum err load_multiboot2(struct attempt *a, struct protocol_requests *r, struct source *source,
                                struct problem *p)
{
	r->why = r->said == PROTOCOL_MULTIBOOT2 ? said_so : "it has a header of that protocol";
	a->protocol = PROTOCOL_MULTIBOOT2;
	requests_init(r->hobnail);
	return multiboot2_load(a, r->multiboot2, source, p);
}

/* ---- The choice ---------------------------------------------------------------------------------------------- */

enum err protocol_load(struct attempt *a, struct protocol_requests *r, struct source *source,
                       const struct elf_rules *rules, struct problem *p)
{
	r->why = said_so;
	if (r->said == PROTOCOL_EFI || (r->said == PROTOCOL_ANY && efi_owns(a, source))) {
		r->why = r->said == PROTOCOL_EFI ? r->why : "it is a PE image";
		a->protocol = PROTOCOL_EFI;
		return efi_load(a, source, p);
	}
	if (r->said == PROTOCOL_MULTIBOOT2)
		return load_multiboot2(a, r, source, p);
	enum err e = kernel_open(&a->kernel, source, a->pages, rules, p);
	a->protocol = r->said == PROTOCOL_LIMINE ? PROTOCOL_LIMINE : PROTOCOL_HOBNAIL;
	bool is_other = e == ERR_IS_MULTIBOOT || e == ERR_IS_MULTIBOOT2; /* Xen has both headers */
	if (is_other && r->said == PROTOCOL_ANY && has_header(a, source) && !asks_limine(a, source, rules))
		return load_multiboot2(a, r, source, p);
	if ((is_about_rights(e) || is_other) && r->said != PROTOCOL_HOBNAIL)
		return load_with_any_rights(a, r, source, rules, e, p);
	if (e)
		return e;
	if (r->said == PROTOCOL_LIMINE) {
		requests_init(r->hobnail);
		return load_unknown(a, r, source, p);
	}
	e = kernel_requests(&a->kernel, source, a->pages, a->arch, r->hobnail, p);
	if (e)
		return e;
	if (r->said == PROTOCOL_ANY && !r->hobnail->note_count) {
		bool found = false;
		e = find_header(a, source, &found, p);
		if (e)
			return e;
		if (found && !asks_in_file(a, source))
			return load_multiboot2(a, r, source, p);
		r->why = "it has no requests of another protocol";
		return load_unknown(a, r, source, p);
	}
	if (r->said == PROTOCOL_ANY)
		r->why = "it has notes with requests";
	e = hobnail_begin(a, r->hobnail, source, p);
	return e ? e : hobnail_end(a, r->hobnail, source, p);
}

enum err protocol_takes_files(enum boot_protocol protocol, const struct config_entry *entry, struct problem *p)
{
	if (protocol == PROTOCOL_EFI && entry->module_count)
		return problem(p, ERR_KEY_MODULE);
	if (protocol == PROTOCOL_EFI || (!entry->initrd_count && !entry->device_tree.bytes))
		return OK;
	enum err e = problem(p, ERR_KEY_INITRD);
	if (p)
		p->text[0] = boot_protocol_name(protocol);
	return e;
}

bool protocol_ignores_keys(enum boot_protocol protocol, const struct config_entry *entry)
{
	return protocol == PROTOCOL_EFI &&
	       (entry->no_fault_reports || entry->direct_map_no_execute || entry->allow_write_execute);
}

enum err protocol_grant(struct attempt *a, struct protocol_requests *r, enum err *refused, struct problem *p)
{
	*refused = OK;
	if (a->protocol == PROTOCOL_HOBNAIL)
		return hobnail_grant(a, r->hobnail, p);
	if (a->protocol == PROTOCOL_MULTIBOOT2)
		return multiboot2_grant(a, r->multiboot2, p);
	*refused = attempt_cpus(a, NULL);
	return OK;
}
