/* cpus.c — starting the other processors is refused here, so that nothing below arch_cpus_prepare() is ever called. */
#include "cpus.h"

const uint32_t arch_cpu_bytes = PAGE_BYTES;
const char arch_cpu_id[] = "id", arch_cpu_start[] = "";

enum err arch_cpus_prepare(struct boot *b, struct problem *p)
{
	(void)b;
	return problem_at(p, ERR_REQUEST_UNSUPPORTED, 0, HOBNAIL_REQUEST_PROCESSORS, 0, 0);
}

void arch_cpus_start(struct handoff *h)
{
	(void)h;
}

void arch_cpu_stop(struct handoff *h, struct handoff_cpu *c)
{
	(void)h, (void)c;
}

void arch_wait(const uint64_t *word)
{
	(void)word;
}

void arch_release(struct handoff *h, struct handoff_cpu *c, const struct hobnail_mailbox *m)
{
	(void)h, (void)c, (void)m;
	arch_halt();
}
