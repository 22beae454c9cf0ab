/* machine.h — what each architecture defines for the conformance kernel. */
#ifndef TESTS_LIMINE_MACHINE_H
#define TESTS_LIMINE_MACHINE_H

#include "judge.h"
#include "state.h"

/* The first processor's entry, and the next one's; each saves its registers in a state and calls these. */
extern const char entry_of_header[], entry_of_request[], entry_of_processor[];
void kernel_main(struct state *s) __attribute__((noreturn));
void processor_main(struct state *s) __attribute__((noreturn));
extern struct state boot_state;

/* Exception handlers of the kernel's own, on this processor. */
void machine_open(void);

/* The rest of the state: what needs no register of the entry. Before machine_open(). */
void machine_read(struct state *s);

/* ... and what needs the window, which must be open. */
void machine_read_devices(struct state *s);

/* The console may be used; `put` may be called. */
bool machine_console_open(void);
bool machine_console(void);
void machine_put(char c);

/* The machine ends with a status: 0 good, 1 broken promises, 2 a fault, 3 nothing could be judged. */
void machine_end(unsigned status) __attribute__((noreturn));
void machine_wait(void) __attribute__((noreturn));

/* ---- Page tables ------------------------------------------------------------------------------------------------ */

enum entry_kind { ENTRY_NONE, ENTRY_TABLE, ENTRY_LEAF, ENTRY_WRONG };

struct table_entry {
	enum entry_kind kind;
	uint64_t address;
	uint8_t rights; /* a table's: the most that it lets through */
	uint8_t memory;
};

/* `level`: 0 is the table of 4 KiB pages. */
struct table_entry machine_entry(const struct state *s, uint64_t entry, unsigned level);

struct table_root {
	uint64_t phys, virt; /* of the top-level table, and of the first address that it translates */
	bool upper;          /* the kernel's half is in it */
};

/* Roots by ascending address: one or two. */
unsigned machine_roots(const struct state *s, struct table_root roots[2]);
unsigned machine_levels(const struct state *s);
unsigned machine_address_bits(const struct state *s);
bool machine_has_five_levels(void); /* the processor could have them */

/* For the window: a table's entry, and one of a page that is not executable. */
uint64_t machine_table_entry(uint64_t phys);
uint64_t machine_page_entry(uint64_t phys, bool device);
void machine_flush(uint64_t virt);

/* Of the memory types that a mapping names by index. */
bool machine_memory_is_write_back(const struct state *s, unsigned memory);
bool machine_memory_is_framebuffer(const struct state *s, unsigned memory);

/* Registers may be mapped as what they are where the memory map has nothing, or reserved memory. */
bool machine_memory_is_device(const struct state *s, unsigned memory);
bool machine_memory_known(const struct state *s); /* else nothing can be said about them */

/* ---- The machine ------------------------------------------------------------------------------------------------ */

/* The number by which the protocol names this processor. */
uint64_t machine_id(const struct state *s);

/* May a processor of this number be listed? */
bool machine_may_list(uint64_t id);

/* `flags` of the processors' answer. */
uint64_t machine_mp_flags(const struct state *s);

/* Counts up; its rate by the loader's word, or the processor's. 0: not known. */
uint64_t machine_counter(void);
uint64_t machine_counter_hz(void);

/* How many counts pass in 1/100 s of another clock of the machine; 0: there is none. */
uint64_t machine_counts_in_10_ms(void);

extern const uint16_t machine_elf; /* e_machine */

/* Has this request a meaning on other processors only? */
bool machine_is_foreign(enum request_name r);

#endif
