/* apic.h — the local APIC as it was entered. */
#ifndef TESTS_LIMINE_APIC_H
#define TESTS_LIMINE_APIC_H

#include "machine.h"

/* On the processor itself. The registers in memory are reached through the window, which must be open. */
void apic_read(struct state *s);
uint64_t apic_id(const struct state *s);
bool apic_is_x2apic(const struct state *s);

/* Promises of state.c's table. */
enum verdict apic_check_enabled(const struct state *s);
enum verdict apic_check_lvts(const struct state *s);
enum verdict apic_check_nmi(const struct state *s);
enum verdict apic_check_mode(const struct state *s);

#endif
