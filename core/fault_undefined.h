/* fault_undefined.h — an undefined instruction: its name, the bit that enables it, and whether the processor has it.
 * For fault_<arch>.c. */
#ifndef CORE_FAULT_UNDEFINED_H
#define CORE_FAULT_UNDEFINED_H

#include "fault.h"

/* `code` holds the `bytes` bytes at f->pc that could be read. */
struct problem fault_undefined_x86_64(const struct fault *f, const uint8_t *code, unsigned bytes);
struct problem fault_undefined_aarch64(const struct fault *f, const uint8_t *code, unsigned bytes);

/* Is f->id filled? Then its first word is not 0. */
static inline bool fault_id_is_known(const struct fault *f)
{
	return f->id[0] != 0;
}

#endif
