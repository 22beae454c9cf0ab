/* host.h — the verdict of `hobnail check` on bytes in memory. */
#ifndef TESTS_VERDICT_HOST_H
#define TESTS_VERDICT_HOST_H

#include "mode.h"
#include <hobnail/boot.h>

struct host_machine {
	uint32_t arch; /* HOBNAIL_ARCH_* */
	struct arch_facts facts;
	const struct hobnail_memory *memory;
	size_t memory_count;
	uint64_t image;
};

struct host_verdict {
	char code[64]; /* "OK": it boots */
	char sentence[512];
	uint64_t offset;
	unsigned findings;
};

/* Also looks for everything doubtful. False: there is no verdict. */
bool host_check(int fd, const struct host_machine *machine, struct host_verdict *out);

#endif
