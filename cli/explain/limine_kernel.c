#include "limine_kernel.h"

enum { WORD = sizeof(uint64_t) };

/* The value of a request's response after its revision. */
static bool answer_of(const struct cpu_space *s, vaddr pointer, uint64_t *out)
{
	uint64_t at;

	return space_read(s, pointer, &at, WORD) == WORD && at && space_read(s, at + WORD, out, WORD) == WORD;
}

/* Requests whose `response` is NULL now: no kernel sets it back. The memory of responses may have been reused. */
static void find_missing(const struct cpu_space *s, struct limine_fault *f)
{
	vaddr hhdm = f->pointer[LIMINE_HHDM];

	for (unsigned id = 0; id < LIMINE_REQUESTS; id++) {
		uint64_t response;
		if (f->pointer[id] && space_read(s, f->pointer[id], &response, WORD) == WORD && !response)
			f->missing |= 1u << id;
	}
	f->has_direct_map = hhdm && answer_of(s, hhdm, &f->direct_map) && f->direct_map >> 63 &&
	                    f->direct_map % PAGE_BYTES == 0;
}

/* Code before the fault, in its function's segment. */
static size_t say_missing(const struct cpu_space *s, const struct limine_fault *n, const struct fault *f, char *out,
                          size_t size)
{
	fault_reader *reads = f->arch == HOBNAIL_ARCH_X86_64 ? fault_reads_x86_64 : fault_reads_aarch64;
	uint8_t code[LIMINE_NULL_CODE];
	unsigned wanted = sizeof code;

	while (wanted && !symbols_is_code(s->symbols, f->pc - wanted))
		wanted--;
	unsigned bytes = space_read(s, f->pc - wanted, code, wanted);
	return limine_null_say(n, reads, code, bytes, f->pc - wanted + bytes, out, size);
}

bool limine_kernel_advise(const struct cpu_space *space, const struct report *r, char *out, size_t size)
{
	struct limine_fault facts;

	if (!r->explained || !symbols_is_code(space->symbols, r->fault.pc) ||
	    !symbols_limine(space->symbols, &facts))
		return false;
	find_missing(space, &facts);
	if (limine_null_may_be(&facts, &r->view))
		return say_missing(space, &facts, &r->fault, out, size);
	return limine_low_may_be(&r->view) && limine_low_say(&facts, r->view.address, out, size);
}
