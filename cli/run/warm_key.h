/* warm_key.h — may a machine be kept and resumed, and under which name? Pure.
 *
 * The name is a hash of all that the firmware's state depends on. Two machines with the same name are the same. */
#ifndef CLI_WARM_KEY_H
#define CLI_WARM_KEY_H

#include <stdbool.h>
#include <stddef.h>

enum { WARM_NAME_BYTES = 33 }; /* 32 hexadecimal digits */

/* FNV-1a of 128 bits (The FNV Non-Cryptographic Hash Algorithm, draft-eastlake-fnv-17, §5): no defence against an
 * attacker, who could write the user's files anyway. */
struct warm_key {
	unsigned __int128 hash;
};

void warm_key_start(struct warm_key *k);

/* Adds a value; its length counts, so that "a", "bc" and "ab", "c" differ. */
void warm_key_add(struct warm_key *k, const void *bytes, size_t count);

/* Adds QEMU's command line, without the disk's file: the firmware has not read the disk (-set drive.disk.file and
 * drive.disk.snapshot). */
void warm_key_add_command(struct warm_key *k, char *const *argv);

void warm_key_name(const struct warm_key *k, char out[WARM_NAME_BYTES]);

/* Can a machine with these arguments of QEMU's (NULL: none) be kept? No, if one of them is unknown here, ties the
 * machine to something outside, or starts another program. */
bool warm_survives(char *const *arguments);

/* ... and with this machine's name and options? */
bool warm_survives_machine(const char *machine);

/* Does this text, which is expected of the guest or forbidden, speak of the firmware's own start? */
bool warm_is_firmwares(const char *text);

#endif
