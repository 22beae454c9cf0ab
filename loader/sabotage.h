/* sabotage.h — where a test build may break a promise on purpose, to prove that the kernel's checks catch it, or
 * make the world harder, to prove that the loader bears it.
 *
 * In the real loader these functions are empty (sabotage.c). Each file of tests/broken/ and of tests/hooks/ is
 * linked with a loader of its own, and defines those that it uses. */
#ifndef LOADER_SABOTAGE_H
#define LOADER_SABOTAGE_H

#include "boot.h"

/* In firmware: an attempt has failed, and is undone. true: make it again, as a menu would. */
bool sabotage_again(struct boot *b);

/* In firmware: tables and record are complete, but for the last map and the transition space. Preflight follows. */
void sabotage_space(struct boot *b);

/* In firmware: preflight has found nothing. */
void sabotage_checked(struct boot *b);

/* The last map is converted and checked; `m` is the record's. */
void sabotage_map(struct boot *b, struct memmap *m);

/* In the net: right after the switch; only descriptor tables, serial port and screen are set up before. Data that the
 * firmware has left is reachable only if sabotage_space() gave it to handoff_touch(). */
void sabotage_switched(struct handoff *h);

/* In the net, before the kernel's tables: the last step but the jump. Control registers are final. */
void sabotage_entry(struct handoff *h);

/* On a started processor: its state is final, but it has not answered yet. */
void sabotage_answer(struct handoff *h, struct handoff_cpu *c);

/* On a released processor: the last step but the jump. It enters as *r says. */
void sabotage_release(struct handoff *h, struct handoff_cpu *c, struct handoff_release *r);

#endif
