#include "flow.h"

/* ---- Registers ---------------------------------------------------------------------------------------------- */

static bool is_vector(x86_reg reg)
{
	return (reg >= X86_REG_XMM0 && reg <= X86_REG_XMM31) || (reg >= X86_REG_YMM0 && reg <= X86_REG_ZMM31);
}

static bool is_media(x86_reg reg)
{
	return (reg >= X86_REG_MM0 && reg <= X86_REG_MM7) || (reg >= X86_REG_ST0 && reg <= X86_REG_ST7);
}

static bool is_control(x86_reg reg)
{
	return reg >= X86_REG_CR0 && reg <= X86_REG_CR15;
}

static bool has_operand(const cs_x86 *x, bool (*is)(x86_reg))
{
	for (unsigned i = 0; i < x->op_count; i++)
		if (x->operands[i].type == X86_OP_REG && is(x->operands[i].reg))
			return true;
	return false;
}

/* ---- Needs -------------------------------------------------------------------------------------------------- */

/* Intel SDM vol. 2A, "VEX Prefix", "EVEX Encoding": the registers of these instructions need XCR0; vol. 3A,
 * "Control Registers": SSE needs CR4.OSFXSR, and with CR0.TS or CR0.EM it traps. */
static enum need need_of(const cs_insn *insn, const cs_x86 *x)
{
	bool has_vector = has_operand(x, is_vector);

	for (unsigned i = 0; i < x->op_count; i++) {
		const cs_x86_op *op = &x->operands[i];
		bool touches = op->type == X86_OP_MEM && insn->id != X86_INS_LEA && insn->id != X86_INS_NOP;
		if (touches && (op->mem.segment == X86_REG_FS || op->mem.segment == X86_REG_GS))
			return NEED_THREAD;
	}
	if (has_vector && insn->mnemonic[0] == 'v')
		return NEED_AVX;
	return has_vector || has_operand(x, is_media) ? NEED_SSE : NEED_NOTHING;
}

static bool changes(const cs_insn *insn, const cs_x86 *x)
{
	switch (insn->id) {
	case X86_INS_MOV:
		return x->operands[0].type == X86_OP_REG &&
		       (is_control(x->operands[0].reg) || x->operands[0].reg == X86_REG_FS ||
		        x->operands[0].reg == X86_REG_GS);
	case X86_INS_CLTS:
	case X86_INS_LMSW:
	case X86_INS_XSETBV:
	case X86_INS_XGETBV:
	case X86_INS_CPUID:
	case X86_INS_WRMSR:
	case X86_INS_RDMSR:
	case X86_INS_WRFSBASE:
	case X86_INS_WRGSBASE:
	case X86_INS_SWAPGS:
	case X86_INS_LFS:
	case X86_INS_LGS:
		return true;
	case X86_INS_POP:
		return x->operands[0].type == X86_OP_REG &&
		       (x->operands[0].reg == X86_REG_FS || x->operands[0].reg == X86_REG_GS);
	default:
		return false;
	}
}

/* ---- Flow --------------------------------------------------------------------------------------------------- */

static bool is_in_group(const cs_insn *insn, unsigned group)
{
	for (unsigned i = 0; i < insn->detail->groups_count; i++)
		if (insn->detail->groups[i] == group)
			return true;
	return false;
}

static enum flow flow_of(const cs_insn *insn, const cs_x86 *x, uint64_t *target)
{
	bool is_direct = x->op_count == 1 && x->operands[0].type == X86_OP_IMM;

	*target = is_direct ? (uint64_t)x->operands[0].imm : 0;
	switch (insn->id) {
	case X86_INS_CALL:
		return is_direct ? FLOW_CALL : FLOW_UNKNOWN;
	case X86_INS_JMP:
		return is_direct ? FLOW_JUMP : FLOW_END;
	case X86_INS_RET:
		return FLOW_RETURN;
	case X86_INS_UD2:
	case X86_INS_LJMP:
	case X86_INS_LCALL:
	case X86_INS_RETF:
	case X86_INS_RETFQ:
	case X86_INS_IRET:
	case X86_INS_IRETD:
	case X86_INS_IRETQ:
	case X86_INS_SYSCALL:
	case X86_INS_SYSRET:
	case X86_INS_SYSEXIT:
	case X86_INS_INT:
	case X86_INS_INT3:
		return FLOW_END;
	default:
		return is_in_group(insn, X86_GRP_JUMP) ? (is_direct ? FLOW_BRANCH : FLOW_END) : FLOW_ON;
	}
}

/* ---- The stack ---------------------------------------------------------------------------------------------- */

static bool is_stack(x86_reg reg)
{
	return reg == X86_REG_RSP || reg == X86_REG_ESP;
}

/* Writes memory through `base` with a negative displacement: the distance, else 0. Probes of the stack write
 * nothing that is kept (gcc, -fstack-check: `or qword ptr [rsp - 4128], 0`). */
static uint64_t writes_below(const cs_insn *insn, const cs_x86 *x, x86_reg base)
{
	for (unsigned i = 0; i < x->op_count; i++) {
		const cs_x86_op *op = &x->operands[i];
		if (op->type == X86_OP_MEM && op->mem.base == base && op->mem.index == X86_REG_INVALID &&
		    op->mem.disp < 0 && op->access & CS_AC_WRITE && insn->id != X86_INS_OR)
			return (uint64_t)-op->mem.disp;
	}
	return 0;
}

static bool moves_stack(const cs_insn *insn, const cs_x86 *x)
{
	switch (insn->id) {
	case X86_INS_PUSH:
		return !(x->operands[0].type == X86_OP_REG && x->operands[0].reg == X86_REG_RBP);
	case X86_INS_CALL:
	case X86_INS_PUSHFQ:
	case X86_INS_PUSHF:
	case X86_INS_ENTER:
		return true;
	default:
		return x->op_count && x->operands[0].type == X86_OP_REG && is_stack(x->operands[0].reg) &&
		       x->operands[0].access & CS_AC_WRITE;
	}
}

static bool sets_frame(const cs_insn *insn, const cs_x86 *x)
{
	return insn->id == X86_INS_MOV && x->operands[0].type == X86_OP_REG && x->operands[0].reg == X86_REG_RBP &&
	       x->operands[1].type == X86_OP_REG && x->operands[1].reg == X86_REG_RSP;
}

void flow_x86_64(const cs_insn *insn, struct instruction *out)
{
	const cs_x86 *x = &insn->detail->x86;

	out->flow = flow_of(insn, x, &out->target);
	out->need = need_of(insn, x);
	out->changes = changes(insn, x);
	out->takes_interrupts = insn->id == X86_INS_STI || insn->id == X86_INS_IRETQ || insn->id == X86_INS_POPFQ ||
	                        insn->id == X86_INS_SYSRET;
	out->below_stack = writes_below(insn, x, X86_REG_RSP);
	out->below_frame = writes_below(insn, x, X86_REG_RBP);
	out->sets_frame = sets_frame(insn, x);
	out->moves_stack = moves_stack(insn, x);
}
