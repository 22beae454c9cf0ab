/* contract_world.h — what pith's judge sees, a machine and its record: right, until a test makes one thing wrong. */
#ifndef TESTS_CONTRACT_WORLD_H
#define TESTS_CONTRACT_WORLD_H

#include "contract/contract.h"
#include "contract/cpus.h"
#include "contract/live.h"

enum { PAGES = 32, RECORD = 0x5000, CPUS = 4, LEAVES = 6, NOTES = 4 };

#define NET 0xffffff8000000000ull
#define NET_SLOT (1ull << 39)
#define AFTER 5000u /* the counter now */

extern uint8_t ram[PAGES * PAGE_BYTES];

extern struct contract_world {
	bool console_silent, translation_off, roots;
	uint64_t hz, argument_off, hardware_id;
	int64_t psci;
	unsigned interrupts, leaves, notes;
	struct live_leaf leaf[LEAVES];
	struct hobnail_note note[NOTES];
	struct cpus_report report;
	struct cpus_arrival arrivals[CPUS];
	char printed[65536];
	size_t used;
} world;

static struct hobnail_boot *const boot = (struct hobnail_boot *)(ram + RECORD);

/* P901 to P903 stand for the chapters that are not here; what they say, the tests of contract.c choose. */
extern enum verdict verdict_of[3];

struct uefi_memory { uint32_t type, padding; uint64_t base, virt, pages, attributes; };

enum { USABLE = 1, LOG = 7, RSDP = 9, SMBIOS = 10, SYSTEM = 11, BOOT_DATA = 12, TREE = 14 }; /* pages */

/* Entry i of an array of the record. */
static inline void *entry(const struct hobnail_array *a, unsigned i)
{
	return (uint8_t *)boot + a->offset + (size_t)i * a->entry_bytes;
}

static inline struct hobnail_cpu *cpu(unsigned i) { return entry(&boot->cpus, i); }
static inline struct hobnail_memory *map(unsigned i) { return entry(&boot->memory_map, i); }
static inline struct uefi_memory *uefi(unsigned i) { return entry(&boot->uefi_map, i); }
static inline struct hobnail_stage *stage(unsigned i) { return entry(&boot->stages, i); }
static inline struct hobnail_grant *grant(unsigned i) { return entry(&boot->granted, i); }
static inline struct hobnail_module *module(unsigned i) { return entry(&boot->modules, i); }
static inline struct hobnail_segment *segment(unsigned i) { return entry(&boot->segments, i); }
static inline struct hobnail_framebuffer *display(void) { return entry(&boot->framebuffers, 0); }

/* A record that is right. */
void make(void);

/* As after the request for processors: the first waits, the third is silent. */
void make_parked(void);

/* ... and as after the release of the one that waits. */
void make_released(void);

/* The check of this promise must give this verdict; `what` names the case. */
void judged(unsigned number, enum verdict want, const char *what);

/* The finding of this promise must be this. */
void says(unsigned number, const char *want);

#define WITH(maker, number, verdict, ...) do { maker(); __VA_ARGS__; judged(number, verdict, #__VA_ARGS__); } while (0)
#define BREAKS(number, ...) WITH(make, number, BROKEN, __VA_ARGS__)
#define KEEPS(number, ...) WITH(make, number, HOLDS, __VA_ARGS__)
#define NONE(number, ...) WITH(make, number, NOT_APPLICABLE, __VA_ARGS__)
#define RELEASED_BREAKS(number, ...) WITH(make_released, number, BROKEN, __VA_ARGS__)
#define PARKED_BREAKS(number, ...) WITH(make_parked, number, BROKEN, __VA_ARGS__)

#endif
