/* fault_undefined.h — an undefined instruction by its name: what would switch it on, and whether the processor has it. For
 * fault_<arch>.c. */
#ifndef CORE_FAULT_UNDEFINED_H
#define CORE_FAULT_UNDEFINED_H

#include "fault.h"

/* `bytes` of `code` could be read, at f->pc; what is not read is not known. */
struct problem fault_undefined_x86_64(const struct fault *f, const uint8_t *code, unsigned bytes);
struct problem fault_undefined_aarch64(const struct fault *f, const uint8_t *code, unsigned bytes);

/* Is f->id known? Whoever fills it knows the first word, which is never 0. */
static inline bool fault_id_is_known(const struct fault *f)
{
	return f->id[0] != 0;
}

#endif
