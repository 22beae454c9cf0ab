/* judge.h — a conformance kernel for loaders of the Limine boot protocol: promises, and what their checks share.
 *
 * docs/limine.md has the promises, L1 and on, each with the base revisions in which it holds. A check looks at what the
 * loader left, and must survive a loader that broke the promise: it follows no pointer but through copy_safely(). What
 * it changes (a pixel, a page of its own) it puts back.
 *
 * Order: the entry code saves the registers; every *_gather() copies what is to be judged; then the judges run. */
#ifndef TESTS_LIMINE_JUDGE_H
#define TESTS_LIMINE_JUDGE_H

#include <stdbool.h>

#include "protocol.h"

/* Everything is in one image: no address is looked up in a table. */
#pragma GCC visibility push(hidden)

#define COUNT_OF(a) (sizeof(a) / sizeof((a)[0]))
#define BIT(n) (1ul << (n))

enum { PAGE_BYTES = 4096, NEWEST = 6 };

enum verdict { BROKEN, HOLDS, NOT_APPLICABLE };

struct promise {
	unsigned number;  /* L<number> of docs/limine.md */
	const char *says;
	unsigned from, to; /* base revisions */
	enum verdict (*check)(void);
};

/* The promises of a processor's state at entry: checked on each. */
struct state;
struct state_promise {
	unsigned number;
	const char *says;
	unsigned from, to;
	enum verdict (*check)(const struct state *s);
};

struct chapter {
	const struct promise *promises;
	unsigned count;
};

extern const struct chapter request_chapter, image_chapter, map_chapter, space_chapter, file_chapter, table_chapter,
	firmware_chapter, screen_chapter, fact_chapter, processor_chapter, machine_chapter;

/* The architecture's promises of a processor. */
extern const struct state_promise state_promises[];
extern const unsigned state_promise_count;

/* A check returns through these. The finding is one line. */
enum verdict broken(const char *text, ...) __attribute__((format(printf, 1, 2)));
enum verdict expect(const char *what, uint64_t got, uint64_t want);
const char *finding(void);

/* One line on the console. %s %c %u %lu %lx only. */
void say(const char *text, ...) __attribute__((format(printf, 1, 2)));
void say_flush(void);

/* The base revision that this kernel is built for, and its tag; NULL where it has none. */
extern const unsigned revision;
extern uint64_t *const revision_tag;

/* A word of the command line is there: name, or name=number. */
bool told(const char *name);
uint64_t told_number(const char *name, uint64_t otherwise);

/* ---- Answers ---------------------------------------------------------------------------------------------------- */

enum request_name {
	REQUEST_BOOTLOADER_INFO, REQUEST_CMDLINE, REQUEST_FIRMWARE_TYPE, REQUEST_STACK_SIZE, REQUEST_HHDM,
	REQUEST_FRAMEBUFFER, REQUEST_PAGING_MODE, REQUEST_MP, REQUEST_RISCV_HART, REQUEST_MEMORY_MAP,
	REQUEST_ENTRY_POINT, REQUEST_EXECUTABLE_FILE, REQUEST_MODULES, REQUEST_RSDP, REQUEST_SMBIOS,
	REQUEST_SYSTEM_TABLE, REQUEST_TPM_LOG, REQUEST_EFI_MAP, REQUEST_DATE, REQUEST_ADDRESS, REQUEST_DEVICE_TREE,
	REQUEST_PERFORMANCE, REQUEST_KEEP_IOMMU, REQUEST_TSC_FREQUENCY, REQUEST_FLANTERM, REQUEST_ENTROPY,
	REQUEST_UNKNOWN, REQUESTS
};

extern struct request requests[REQUESTS];
extern const char *const request_names[REQUESTS];
bool request_made(enum request_name r); /* some are made only by variants of this kernel */
uint64_t paging_mode_due(void);         /* the one that was asked for, or the least where the processor lacks it */

/* Was it answered? Then up to `bytes` of the answer are in *to, and it is an object of L5. */
bool take(enum request_name r, void *to, size_t bytes);

/* An object that must be in reclaimable memory and reached through the direct map. Copies it if `to` is not NULL.
 * false: it cannot be read, which L5 reports. */
bool take_object(const char *what, uint64_t address, void *to, size_t bytes);

/* A 0-terminated text, likewise, cut to the buffer's size. */
bool take_text(const char *what, uint64_t address, char *to, size_t room);

bool texts_equal(const char *a, const char *b);
bool bytes_equal(const void *a, const void *b, size_t bytes);
void bytes_zero(void *at, size_t bytes);

/* Copies up to a fault. Neither side need be mapped. */
bool copy_safely(void *to, const void *from, size_t bytes);
static inline bool copy_from(void *to, uint64_t from, size_t bytes)
{
	return copy_safely(to, (const void *)from, bytes);
}

/* ---- Memory map ------------------------------------------------------------------------------------------------- */

enum { MAP_MOST = 2048 };
extern struct map_entry map[MAP_MOST];
extern unsigned map_count;
void map_gather(void);

/* Is all of [base, base + bytes) in entries of the types in the mask BIT(type)? */
bool map_within(uint64_t base, uint64_t bytes, uint64_t types);

/* The types of all entries that share a byte with it, as a mask. */
uint64_t map_types(uint64_t base, uint64_t bytes);

/* The next address above `at` where an entry begins or ends; at most `end`. */
uint64_t map_edge(uint64_t at, uint64_t end);

/* ---- Address space ---------------------------------------------------------------------------------------------- */

enum { RIGHT_WRITE = 1, RIGHT_EXECUTE = 2, RIGHT_USER = 4 };

/* Pages beside each other with one distance, one set of rights and one memory type: PAT or MAIR index. */
struct mapping {
	uint64_t virt, phys, bytes;
	uint8_t rights, memory;
};

enum { SPACE_MOST = 16384 };
extern struct mapping space[SPACE_MOST];
extern unsigned space_count;
extern uint64_t hhdm;          /* 0 without an answer */
void space_gather(void);

const struct mapping *space_find(uint64_t virt);
bool space_phys(uint64_t virt, uint64_t *phys);

/* The window: one page of physical memory at a time and place, of the kernel's own tables. */
enum window { WINDOW_ANY, WINDOW_CONSOLE, WINDOW_APIC, WINDOW_DEVICE, WINDOWS };
bool window_open(void);
void *window_at(enum window w, uint64_t phys, bool device);
bool phys_copy(void *to, uint64_t phys, size_t bytes);

/* A pointer of an answer whose kind differs with the base revision. Those of revisions 1 and 2 may lead to reserved
 * memory, which the direct map does not hold above 4 GiB. */
bool pointer_phys(uint64_t pointer, bool physical, uint64_t *phys);

/* ---- What others gather ----------------------------------------------------------------------------------------- */

void requests_gather(void);
void files_gather(void);
void tables_gather(void);
void firmware_gather(void);
void screen_gather(void);
void facts_gather(void);
void processors_gather(void); /* starts them */

/* ACPI's MADT and its like, copied as far as there is room; 0 bytes: there is none. */
struct acpi_table {
	uint8_t bytes[8192];
	uint32_t count;
};
const struct acpi_table *acpi_find(const char signature[4]);

#endif
