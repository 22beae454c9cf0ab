/* requests.c — the kernel's requests, and the promises about how they are found and answered (docs/limine.md, 1).
 *
 * Built once for each base revision, and for variants:
 *     LIMINE_REVISION    0 to 6
 *     LIMINE_TAG         what the tag says; it says LIMINE_REVISION otherwise
 *     LIMINE_PAGING      asks for this paging mode (1: 5 levels), and LIMINE_LEAST is its least one; or there is none
 *     LIMINE_KEEP_IOMMU  asks for IOMMUs that stay on
 *     LIMINE_X2APIC      asks for x2APIC mode
 *     LIMINE_INTERNAL    asks for modules beside the kernel: internal.txt, hashed.txt, and the missing absent.txt */
#include "machine.h"
#include "judge.h"

#define HASH_OF_CHECKED \
	"5de4e643afc23340ed65f96340accaa39999d8d977465d699481ed2f85a22554" \
	"606ba262360f8b2ecfe75c3c9aa350e43be6917fb1fe012e6b78c83c11b2a6f8"

#define IN_REQUESTS __attribute__((used, section(".limine_requests")))
#define IN_START    __attribute__((used, section(".limine_requests_start")))
#define IN_END      __attribute__((used, section(".limine_requests_end")))

enum { STACK_ASKED = 200000, ENTROPY_ASKED = 24, REVISION_TO_COME = 1000 };
#define PRESET 0x5a5a5a5a5a5a5a5aull /* in `response`, where nothing may be written */

#ifndef LIMINE_TAG
#define LIMINE_TAG LIMINE_REVISION
#endif

const unsigned revision = LIMINE_REVISION;

#if LIMINE_REVISION > 0
IN_START static const uint64_t start_marker[4] = { START_MARKER };
IN_END static const uint64_t end_marker[2] = { END_MARKER };
IN_REQUESTS static volatile uint64_t tag[3] = BASE_REVISION(LIMINE_TAG);
uint64_t *const revision_tag = (uint64_t *)tag;
#else
uint64_t *const revision_tag = NULL;
#endif

#ifdef LIMINE_INTERNAL
static const struct internal_module inside = { "internal.txt", "asked for inside", MODULE_REQUIRED };
static const struct internal_module hashed = { "hashed.txt#" HASH_OF_CHECKED, "", MODULE_REQUIRED };
static const struct internal_module absent = { "absent.txt", "not there", 0 };
static const struct internal_module *const internal[] = { &inside, &absent, &hashed };
#endif

/* Not `static`: the linker's --gc-sections and the optimizer must leave all of it as it stands. */
IN_REQUESTS struct request requests[REQUESTS] = {
	[REQUEST_BOOTLOADER_INFO] = { ID_BOOTLOADER_INFO, REVISION_TO_COME, 0, { { 0 } } },
	[REQUEST_CMDLINE] = { ID_CMDLINE, 0, 0, { { 0 } } },
	[REQUEST_FIRMWARE_TYPE] = { ID_FIRMWARE_TYPE, 0, 0, { { 0 } } },
	[REQUEST_STACK_SIZE] = { ID_STACK_SIZE, 0, 0, { { STACK_ASKED } } },
	[REQUEST_HHDM] = { ID_HHDM, 0, 0, { { 0 } } },
	[REQUEST_FRAMEBUFFER] = { ID_FRAMEBUFFER, 0, 0, { { 0 } } },
#ifdef LIMINE_PAGING
	[REQUEST_PAGING_MODE] = { ID_PAGING_MODE, 1, 0, { { LIMINE_PAGING }, { LIMINE_PAGING }, { LIMINE_LEAST } } },
#endif
#ifdef LIMINE_X2APIC
	[REQUEST_MP] = { ID_MP, 0, 0, { { MP_X2APIC } } },
#else
	[REQUEST_MP] = { ID_MP, 0, 0, { { 0 } } },
#endif
	[REQUEST_RISCV_HART] = { ID_RISCV_HART, 0, 0, { { 0 } } },
	[REQUEST_MEMORY_MAP] = { ID_MEMORY_MAP, 0, 0, { { 0 } } },
	[REQUEST_ENTRY_POINT] = { ID_ENTRY_POINT, 0, 0, { { .pointer = entry_of_request } } },
	[REQUEST_EXECUTABLE_FILE] = { ID_EXECUTABLE_FILE, 0, 0, { { 0 } } },
#ifdef LIMINE_INTERNAL
	[REQUEST_MODULES] = { ID_MODULES, 1, 0, { { COUNT_OF(internal) }, { .pointer = internal } } },
#else
	[REQUEST_MODULES] = { ID_MODULES, 0, 0, { { 0 } } },
#endif
	[REQUEST_RSDP] = { ID_RSDP, 0, 0, { { 0 } } },
	[REQUEST_SMBIOS] = { ID_SMBIOS, 0, 0, { { 0 } } },
	[REQUEST_SYSTEM_TABLE] = { ID_SYSTEM_TABLE, 0, 0, { { 0 } } },
	[REQUEST_TPM_LOG] = { ID_TPM_LOG, 0, 0, { { 0 } } },
	[REQUEST_EFI_MAP] = { ID_EFI_MAP, 0, 0, { { 0 } } },
	[REQUEST_DATE] = { ID_DATE, 0, 0, { { 0 } } },
	[REQUEST_ADDRESS] = { ID_ADDRESS, 0, 0, { { 0 } } },
	[REQUEST_DEVICE_TREE] = { ID_DEVICE_TREE, 0, 0, { { 0 } } },
	[REQUEST_PERFORMANCE] = { ID_PERFORMANCE, 0, 0, { { 0 } } },
#ifdef LIMINE_KEEP_IOMMU
	[REQUEST_KEEP_IOMMU] = { ID_KEEP_IOMMU, 0, 0, { { 0 } } },
#endif
	[REQUEST_TSC_FREQUENCY] = { ID_TSC_FREQUENCY, 0, 0, { { 0 } } },
	[REQUEST_FLANTERM] = { ID_FLANTERM, 0, 0, { { 0 } } },
	[REQUEST_ENTROPY] = { ID_ENTROPY, 0, 0, { { ENTROPY_ASKED } } },
	[REQUEST_UNKNOWN] = { REQUEST_ID(0x6b696e67206f6620, 0x6e6f206d656d6f72), 0, PRESET, { { 0 } } },
};

const char *const request_names[REQUESTS] = {
	"bootloader info", "command line", "firmware type", "stack size", "HHDM", "framebuffer", "paging mode", "MP",
	"RISC-V hart", "memory map", "entry point", "executable file", "modules", "RSDP", "SMBIOS", "system table",
	"TPM log", "EFI map", "date", "executable address", "device tree", "performance", "keep IOMMU", "TSC frequency",
	"Flanterm", "entropy", "unknown request",
};

#if LIMINE_REVISION >= 2
/* Before the start marker and behind the end marker: kernel.ld. The tags say what nobody could serve. */
__attribute__((used, section(".outside_before"))) static volatile uint64_t tag_before[3] = BASE_REVISION(PRESET);
__attribute__((used, section(".outside_behind"))) static volatile uint64_t tag_behind[3] = BASE_REVISION(PRESET);
__attribute__((used, section(".outside_before"))) static volatile struct request outside_before = {
	ID_FIRMWARE_TYPE, 0, PRESET, { { 0 } }
};
__attribute__((used, section(".outside_behind"))) static volatile struct request outside_behind = {
	ID_BOOTLOADER_INFO, 0, PRESET, { { 0 } }
};
#endif

bool request_made(enum request_name r)
{
	return requests[r].id[0] != 0;
}

/* ---- What was answered ------------------------------------------------------------------------------------------ */

enum { OBJECTS_MOST = 4096 };
static struct object {
	const char *what;
	uint64_t address, bytes;
} objects[OBJECTS_MOST];
static unsigned object_count;

static void note(const char *what, uint64_t address, uint64_t bytes)
{
	if (object_count < OBJECTS_MOST)
		objects[object_count++] = (struct object){ what, address, bytes };
}

bool take_object(const char *what, uint64_t address, void *to, size_t bytes)
{
	note(what, address, bytes);
	return !to || copy_from(to, address, bytes);
}

bool take_text(const char *what, uint64_t address, char *to, size_t room)
{
	for (size_t i = 0; i < room; i++) {
		if (!copy_from(to + i, address + i, 1))
			to[i] = 0;
		if (to[i] == 0) {
			note(what, address, i + 1);
			return i > 0 || copy_from(to, address, 1);
		}
	}
	to[room - 1] = 0;
	note(what, address, room);
	return true;
}

bool take(enum request_name r, void *to, size_t bytes)
{
	uint64_t response = *(volatile uint64_t *)&requests[r].response;

	bytes_zero(to, bytes);
	return request_made(r) && response != 0 && take_object(request_names[r], response, to, bytes);
}

void requests_gather(void)
{
	struct answer_revision a;

	for (unsigned r = 0; r < REQUESTS; r++)
		if (r != REQUEST_UNKNOWN)
			take(r, &a, sizeof a);
}

/* ---- Promises --------------------------------------------------------------------------------------------------- */

static enum verdict check_tag(void)
{
	if (LIMINE_TAG != LIMINE_REVISION)
		return NOT_APPLICABLE;
	return expect("the tag's third word", revision_tag[2], 0);
}

/* A loader may refuse such a kernel; one that boots it must not acknowledge the revision. */
static enum verdict check_newer(void)
{
	if (LIMINE_TAG == LIMINE_REVISION)
		return NOT_APPLICABLE;
	return expect("the tag's third word", revision_tag[2], LIMINE_TAG);
}

/* A loader that knows no revision above 2 leaves the word; the promise begins with revision 3. */
static enum verdict check_tag_says(void)
{
	return expect("the tag's second word", revision_tag[1], revision);
}

static enum verdict check_unknown(void)
{
	return expect("response of a request that nobody knows", requests[REQUEST_UNKNOWN].response, PRESET);
}

static enum verdict check_outside(void)
{
#if LIMINE_REVISION >= 2
	if (tag_before[2] != PRESET || tag_before[1] != REVISION_UNSAID)
		return broken("the tag before the start marker has changed");
	if (tag_behind[2] != PRESET || tag_behind[1] != REVISION_UNSAID)
		return broken("the tag behind the end marker has changed");
	if (outside_before.response != PRESET)
		return expect("response before the start marker", outside_before.response, PRESET);
	return expect("response behind the end marker", outside_behind.response, PRESET);
#else
	return NOT_APPLICABLE;
#endif
}

static enum verdict check_object(const struct object *o)
{
	for (uint64_t at = o->address; at < o->address + o->bytes; at = (at | (PAGE_BYTES - 1)) + 1) {
		uint64_t phys;
		if (!space_phys(at, &phys))
			return broken("%s at 0x%lx is not mapped", o->what, at);
		if (at - hhdm != phys)
			return broken("%s at 0x%lx is not in the direct map", o->what, at);
		if (!map_within(phys, 1, BIT(MAP_RECLAIMABLE)))
			return broken("%s at physical 0x%lx is not in reclaimable memory", o->what, phys);
	}
	return HOLDS;
}

static enum verdict check_objects(void)
{
	for (unsigned i = 0; i < object_count; i++)
		if (check_object(&objects[i]) == BROKEN)
			return BROKEN;
	return object_count < OBJECTS_MOST ? HOLDS : broken("more than %u objects", OBJECTS_MOST);
}

static enum verdict check_revisions(void)
{
	for (unsigned r = 0; r < REQUESTS; r++) {
		struct answer_revision a;
		uint64_t most = r == REQUEST_MODULES ? 2 : r == REQUEST_FRAMEBUFFER ? 1 : 0;

		if (r != REQUEST_UNKNOWN && take(r, &a, sizeof a) && a.revision > most)
			return broken("the answer to %s has revision %lu; %lu is the newest", request_names[r],
			              a.revision, most);
	}
	return HOLDS;
}

static enum verdict check_higher(void)
{
	return requests[REQUEST_BOOTLOADER_INFO].response ? HOLDS
	                                                  : broken("a request of revision %u has no answer",
	                                                           REVISION_TO_COME);
}

/* What a loader of this protocol has on every machine with UEFI. */
static enum verdict check_answered(void)
{
	static const uint8_t always[] = {
		REQUEST_BOOTLOADER_INFO, REQUEST_CMDLINE, REQUEST_FIRMWARE_TYPE, REQUEST_STACK_SIZE, REQUEST_HHDM,
		REQUEST_PAGING_MODE, REQUEST_MP, REQUEST_MEMORY_MAP, REQUEST_ENTRY_POINT, REQUEST_EXECUTABLE_FILE,
		REQUEST_ADDRESS, REQUEST_ENTROPY,
	};

	for (unsigned i = 0; i < COUNT_OF(always); i++)
		if (request_made(always[i]) && requests[always[i]].response == 0)
			return broken("%s has no answer", request_names[always[i]]);
	return HOLDS;
}

/* Requests with a meaning on other processors only. */
static enum verdict check_foreign(void)
{
	for (unsigned r = 0; r < REQUESTS; r++)
		if (machine_is_foreign(r) && requests[r].response)
			return broken("%s is answered", request_names[r]);
	return HOLDS;
}

static const struct promise promises[] = {
	{ 1, "a base revision that is served is acknowledged", 1, NEWEST, check_tag },
	{ 141, "a base revision that is not known is not acknowledged", 6, NEWEST, check_newer },
	{ 2, "the tag names the base revision in force", 1, NEWEST, check_tag_says },
	{ 3, "an unknown request is left untouched", 0, NEWEST, check_unknown },
	{ 4, "requests and tags outside the delimiters are left untouched", 2, NEWEST, check_outside },
	{ 5, "answers are in reclaimable memory and the direct map", 0, NEWEST, check_objects },
	{ 6, "answers have revisions that exist", 0, NEWEST, check_revisions },
	{ 7, "a request of a higher revision is served", 0, NEWEST, check_higher },
	{ 8, "requests that need nothing of the machine are answered", 0, NEWEST, check_answered },
	{ 9, "requests of other architectures are not answered", 0, NEWEST, check_foreign },
};

const struct chapter request_chapter = { promises, COUNT_OF(promises) };
