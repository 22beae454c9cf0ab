#include "fault.h"

#include <hobnail/boot.h>

void fault_decode_by(fault_decoder *decoder, const struct fault *f, const uint8_t *code, unsigned bytes,
                     struct fault_view *out)
{
	*out = (struct fault_view){ .what = { .code = ERR_FAULT_RETURNED } };
	if (f->vector == FAULT_RETURNED)
		return;
	decoder(f, code, bytes, out);
	if (out->user && out->what.code >= ERR_FAULT_READ_FORBIDDEN && out->what.code <= ERR_FAULT_JUMP_FORBIDDEN)
		out->what.code += ERR_FAULT_USER_READ - ERR_FAULT_READ_FORBIDDEN;
	out->by_tables = out->what.code >= ERR_FAULT_READ_UNMAPPED && out->what.code <= ERR_FAULT_ACCESS_FLAG;
}

void fault_decode(const struct fault *f, const uint8_t *code, unsigned bytes, struct fault_view *out)
{
	fault_decode_by(f->arch == HOBNAIL_ARCH_X86_64 ? fault_decode_x86_64 : fault_decode_aarch64, f, code, bytes,
	                out);
}

uint64_t fault_code(const struct fault *f)
{
	return f->pc - (fault_is_interrupt(f) ? FAULT_INT_BYTES : 0);
}

struct fault_name fault_general_name(uint32_t arch, unsigned index)
{
	static const struct fault_name x86[] = {
		{ "rax" }, { "rbx" }, { "rcx" }, { "rdx" }, { "rsi" }, { "rdi" }, { "rbp" }, { "r8" },
		{ "r9" }, { "r10" }, { "r11" }, { "r12" }, { "r13" }, { "r14" }, { "r15" },
	};
	struct fault_name name = { "" };

	if (arch == HOBNAIL_ARCH_X86_64)
		return index < COUNT_OF(x86) ? x86[index] : name;
	if (index < FAULT_MAX_GENERAL) {
		unsigned at = 0;
		name.text[at++] = 'x';
		if (index >= 10)
			name.text[at++] = (char)('0' + index / 10);
		name.text[at] = (char)('0' + index % 10);
	}
	return name;
}

struct fault_name fault_control_name(uint32_t arch, unsigned index)
{
	static const struct fault_name names[2][FAULT_MAX_CONTROL] = {
		{ { "cr0" }, { "cr3" }, { "cr4" }, { "efer" }, { "cs" }, { "ss" } },
		{ { "sctlr" }, { "tcr" }, { "ttbr0" }, { "ttbr1" }, { "mair" }, { "hcr_el2" } },
	};

	return index < FAULT_MAX_CONTROL ? names[arch != HOBNAIL_ARCH_X86_64][index] : (struct fault_name){ "" };
}

uint64_t fault_frame_pointer(const struct fault *f)
{
	return f->general[f->arch == HOBNAIL_ARCH_X86_64 ? 6 : 29];
}

uint64_t fault_link(const struct fault *f)
{
	return f->arch == HOBNAIL_ARCH_X86_64 ? 0 : f->general[30];
}
