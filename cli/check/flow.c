#include "flow.h"

#include <stdio.h>
#include <string.h>

bool flow_open(struct flow_reader *r, const struct subject *s)
{
	*r = (struct flow_reader){ .subject = s, .is_x86 = s->file->machine == ELF_MACHINE_X86_64 };
	cs_err e = r->is_x86 ? cs_open(CS_ARCH_X86, CS_MODE_64, &r->handle)
	                     : cs_open(CS_ARCH_ARM64, CS_MODE_ARM, &r->handle);
	if (e != CS_ERR_OK) {
		r->handle = 0;
		return false;
	}
	if (r->is_x86)
		cs_option(r->handle, CS_OPT_DETAIL, CS_OPT_ON);
	r->insn = cs_malloc(r->handle);
	return r->insn;
}

void flow_close(struct flow_reader *r)
{
	if (r->insn)
		cs_free(r->insn, 1);
	if (r->handle)
		cs_close(&r->handle);
}

static bool disassemble(struct flow_reader *r, const uint8_t *at, uint64_t left, struct instruction *out)
{
	size_t bytes = min_u64(left, 16);
	uint64_t address = out->address;

	if (!cs_disasm_iter(r->handle, &at, &bytes, &address, r->insn))
		return false;
	out->bytes = r->insn->size;
	snprintf(out->text, sizeof out->text, "%s%s%s", r->insn->mnemonic, *r->insn->op_str ? " " : "",
	         r->insn->op_str);
	return true;
}

bool flow_read(struct flow_reader *r, uint64_t address, struct instruction *out)
{
	const struct elf_segment *segment = subject_segment(r->subject, address);
	uint64_t left;
	const uint8_t *at = subject_at(r->subject, address, &left);

	*out = (struct instruction){ .address = address };
	if (!at || !(segment->rights & ELF_EXECUTE))
		return false;
	if (r->is_x86) {
		if (!disassemble(r, at, left, out))
			return false;
		flow_x86_64(r->insn, out);
		return true;
	}
	if (left < 4 || !flow_aarch64(read_le32(at), out))
		return false;
	out->bytes = 4;
	if (out->need && !disassemble(r, at, left, out)) /* newer than the disassembler */
		snprintf(out->text, sizeof out->text, ".inst 0x%08x", read_le32(at));
	out->bytes = 4;
	return true;
}
