/* places.h — there is no translation in these tests: what the hand-off reaches in the net it reaches physically. */
#ifndef TESTS_ARCH_PLACES_H
#define TESTS_ARCH_PLACES_H

/* At the switch: the other processors' part of the net, and their mailboxes; screen and port stay where firmware has
 * them. Back again where a kernel would be entered, for who judges. */
void places_physical(void);
void places_virtual(void);

#endif
