#include "finding.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* ---- Texts that several refusals share ---------------------------------------------------------------------- */

#define NO_KERNEL     "The file has no code that the loader could start."
#define DAMAGED       "The file is damaged, and nothing in it can be relied on."
#define RELOCATED_NOT "Pointers of the kernel would be wrong, and the faults would come when they are used."
#define OTHER_STATE   "The kernel would find another processor state and other data than it expects."
#define NO_ANSWER     "The kernel would run without what it asks for."
#define MAPPED_TWICE  "One address would have two meanings."
#define HALF_MARKED   "The loader could not tell where the requests begin and end."
#define NOT_READ      "The loader boots nothing with this configuration: it reads all of it before it begins."
#define NOT_SHOWN     "The entry does not stand in the menu, and the log has the reason."
#define NO_FILE       "The entry is not booted: the loader does not begin without all of its files."
#define TOO_LITTLE    "The kernel does not fit into the memory of this machine."
#define NO_RAM        "The bytes of the segment would be lost: no memory is there."
#define OTHER_LEVEL \
	"The kernel would run at another exception level than it expects, and its first access to a system register " \
	"of that level would be undefined."

#define GIVE_ELF      "hobnail check build/kernel.elf"
#define COPY_AGAIN    "cp kernel.elf /mnt/boot/ && sync && cmp kernel.elf /mnt/boot/kernel.elf"
#define LINK_AGAIN    "ld.lld -static -T kernel.ld -o kernel.elf main.o"
#define STRIP         "objcopy --strip-debug kernel.debug kernel.elf"
#define ENTRY         "ENTRY(kernel_entry)"
#define PHDRS         "PHDRS { text PT_LOAD FLAGS(5); rodata PT_LOAD FLAGS(4); data PT_LOAD FLAGS(6); }"
#define MAX_PAGE_SIZE "ld.lld -z max-page-size=4096 -T kernel.ld -o kernel.elf main.o"
#define BSYMBOLIC \
	"cc -fPIE -fvisibility=hidden -c main.c\n" \
	"ld.lld -static -pie -Bsymbolic --no-dynamic-linker -T kernel.ld -o kernel.elf main.o"
#define NO_PROTOCOL   "[linux]\nkernel = \\boot\\vmlinuz\ninitrd = \\boot\\initrd.img\ncmdline = root=/dev/vda1"
#define TARGET        "clang --target=x86_64-unknown-none-elf -c main.c\nld.lld -T kernel.ld -o kernel.elf main.o"
#define REQUEST       "HOBNAIL_REQUEST(stack, HOBNAIL_REQUEST_STACK, 65536);"
#define LIMINE_ASK \
	"static volatile struct limine_hhdm_request hhdm = { .id = LIMINE_HHDM_REQUEST_ID }; /* in one source file */"
#define LIMINE_KEEP   ".limine_requests : { KEEP(*(.limine_requests)) } :data"
#define LIMINE_MARKERS \
	".limine_requests : { KEEP(*(.limine_requests_start)) KEEP(*(.limine_requests)) " \
	"KEEP(*(.limine_requests_end)) } :data"
#define LOAD_ADDRESS  ".text 0x40200000 : AT(0x40200000) { *(.text .text.*) } :text"
#define ENTRY_LINES   "[pith]\nkernel = \\boot\\pith.elf\ncmdline = quiet"
#define BOOT_LINES    "title Linux\nlinux /vmlinuz\ninitrd /initrd.img\noptions root=/dev/vda1"
#define MEMORY        "hobnail run kernel.elf --memory 1G"

/* ---- Kinds -------------------------------------------------------------------------------------------------- */

struct refusal {
	unsigned number;
	enum err code;
	const char *consequence, *example;
};

static const struct refusal refusals[] = {
#define REFUSAL(number, code, consequence, example) { 1##number - 10000, code, consequence, example },
#include "refusals.def"
#undef REFUSAL
};

static const struct finding_kind doubts[] = {
#define DOUBT(number, name, severity, fact, consequence, fix, example) \
	{ 1##number - 10000, #name, SEVERITY_##severity, fact, consequence, fix, example },
#include "doubts.def"
#undef DOUBT
};

static struct finding_kind kinds[COUNT_OF(refusals) + DOUBT_COUNT];

/* Sentences and advice of the refusals are in core/errors/. */
static void fill_kinds(void)
{
	if (kinds[0].number)
		return;
	for (size_t i = 0; i < COUNT_OF(refusals); i++) {
		const struct refusal *r = &refusals[i];
		kinds[i] = (struct finding_kind){ r->number, err_name(r->code), SEVERITY_REFUSED,
		                                  err_text(r->code), r->consequence, err_advice(r->code), r->example };
	}
	memcpy(kinds + COUNT_OF(refusals), doubts, sizeof doubts);
}

unsigned finding_kind_count(void)
{
	return COUNT_OF(kinds);
}

const struct finding_kind *finding_kind(unsigned i)
{
	fill_kinds();
	return &kinds[i];
}

const struct finding_kind *finding_of_refusal(enum err code)
{
	for (size_t i = 0; i < COUNT_OF(refusals); i++)
		if (refusals[i].code == code)
			return finding_kind((unsigned)i);
	return NULL;
}

const char *severity_name(enum severity severity)
{
	static const char *const names[] = { "refused", "doubtful", "note" };

	return names[severity];
}

/* ---- Findings ----------------------------------------------------------------------------------------------- */

/* Room for another one of this kind; NULL: it was only counted. */
static struct kernel_finding *add(struct findings *f, const struct finding_kind *kind, uint64_t offset)
{
	struct kernel_finding *last = NULL;
	unsigned count = 0;

	for (unsigned i = 0; i < f->count; i++)
		if (f->of[i].kind == kind) {
			last = &f->of[i];
			count++;
		}
	if (count >= FINDINGS_OF_A_KIND || f->count == FINDINGS_MOST) {
		if (last)
			last->more++;
		return NULL;
	}
	f->of[f->count] = (struct kernel_finding){ .kind = kind, .offset = offset };
	return &f->of[f->count++];
}

bool findings_add_refusal(struct findings *f, const struct problem *p, const char *sentence)
{
	const struct finding_kind *kind = finding_of_refusal(p->code);
	struct kernel_finding *finding = kind ? add(f, kind, p->offset) : NULL;

	if (finding)
		snprintf(finding->fact, sizeof finding->fact, "%s", sentence);
	return kind;
}

void findings_add(struct findings *f, enum doubt doubt, uint64_t offset, const char *format, ...)
{
	struct kernel_finding *finding = add(f, finding_kind(COUNT_OF(refusals) + doubt), offset);
	va_list args;

	if (!finding)
		return;
	va_start(args, format);
	vsnprintf(finding->fact, sizeof finding->fact, format, args);
	va_end(args);
}

void findings_sort(struct findings *f)
{
	for (unsigned i = 1; i < f->count; i++) {
		struct kernel_finding moving = f->of[i];
		unsigned at = i;
		for (; at > 0 && f->of[at - 1].kind->severity > moving.kind->severity; at--)
			f->of[at] = f->of[at - 1];
		f->of[at] = moving;
	}
}

unsigned findings_count(const struct findings *f, enum severity severity)
{
	unsigned count = 0;

	for (unsigned i = 0; i < f->count; i++)
		count += f->of[i].kind->severity == severity;
	return count;
}
