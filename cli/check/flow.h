/* flow.h — instructions as far as the doubts about code look at them: where control goes, and what an instruction
 * needs of the processor. */
#ifndef CLI_FLOW_H
#define CLI_FLOW_H

#include <capstone/capstone.h>

#include "subject.h"

enum flow {
	FLOW_ON,        /* to the next instruction */
	FLOW_BRANCH,    /* to the next one, or to `target` */
	FLOW_JUMP,      /* to `target` */
	FLOW_CALL,      /* to `target`, and it may return */
	FLOW_RETURN,
	FLOW_END,       /* elsewhere, for good: an indirect jump, a trap, another mode */
	FLOW_UNKNOWN,   /* a call of an unknown place, or no instruction that is known here */
};

/* Something that an instruction needs and that the machine at entry may not have. */
enum need { NEED_NOTHING, NEED_SSE, NEED_AVX, NEED_FP, NEED_SVE, NEED_CACHED, NEED_THREAD };

struct instruction {
	uint64_t address;
	unsigned bytes;
	enum flow flow;
	uint64_t target;
	enum need need;
	bool changes; /* it enables something, or asks the processor what it has: from here on nothing is known */
	bool takes_interrupts; /* x86_64: it may set the interrupt flag */
	bool below_stack; /* x86_64: it writes memory below RSP, given as such */
	bool moves_stack; /* x86_64: it changes RSP, but for `push rbp` and `leave`; or calls */
	bool sets_frame;  /* x86_64: `mov rbp, rsp` */
	uint64_t below_frame; /* x86_64: it writes that far below RBP; 0: it does not */
	char text[96];    /* "vaddps ymm0, ymm0, ymm1" */
};

struct flow_reader {
	const struct subject *subject;
	csh handle;
	cs_insn *insn;
	bool is_x86;
};

/* False: no disassembler. flow_close() is for both. */
bool flow_open(struct flow_reader *r, const struct subject *s);
void flow_close(struct flow_reader *r);

/* The instruction at a linked address; false: none is there, or it is unknown. */
bool flow_read(struct flow_reader *r, uint64_t address, struct instruction *out);

/* In flow_x86_64.c and flow_aarch64.c: fill *out, of which address and bytes are there. */
void flow_x86_64(const cs_insn *insn, struct instruction *out);
bool flow_aarch64(uint32_t word, struct instruction *out);

#endif
