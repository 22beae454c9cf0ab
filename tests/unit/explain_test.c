/* explain_test.c — the parts of cli/explain/: registers out of text, symbols, the delivery of exceptions, reports. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "cli.h"
#include "explain/delivery.h"
#include "explain/registers.h"
#include "explain/report.h"
#include "explain/symbols.h"

static unsigned complaints;

int complain(int status, const char *format, ...)
{
	(void)format;
	complaints++;
	return status;
}

static void read_text(struct registers *r, const char *text)
{
	char copy[4096], *line;

	memset(r, 0, sizeof *r);
	assert_true(strlen(text) < sizeof copy);
	strcpy(copy, text);
	for (char *rest = copy; (line = strsep(&rest, "\n"));)
		registers_line(r, line);
}

/* ---- Registers ------------------------------------------------------------------------------------------ */

/* QEMU 7.2, `info registers` in a kernel of 64 bits. */
static const char qemu_x86_64[] =
	"CPU#0\n"
	"RAX=0000000000000001 RBX=0000000000000002 RCX=0000000000000003 RDX=0000000000000004\n"
	"RSI=0000000000000005 RDI=0000000000000006 RBP=ffff80000efbaf50 RSP=ffff80000efbaf40\n"
	"R8 =0000000000000008 R9 =0000000000000009 R10=000000000000000a R11=000000000000000b\n"
	"R12=000000000000000c R13=000000000000000d R14=000000000000000e R15=000000000000000f\n"
	"RIP=ffffffff80001007 RFL=00000046 [---Z-P-] CPL=0 II=0 A20=1 SMM=0 HLT=1\n"
	"ES =0000 0000000000000000 ffffffff 00cf9300\n"
	"CS =0008 0000000000000000 ffffffff 00af9b00 DPL=0 CS64 [-RA]\n"
	"SS =0010 0000000000000000 ffffffff 00cf9300 DPL=0 DS   [-WA]\n"
	"LDT=0000 0000000000000000 0000ffff 00008200 DPL=0 LDT\n"
	"TR =0018 ffffffff80003000 00000067 00008b00 DPL=0 TSS64-busy\n"
	"GDT=     ffffffff80002000 00000027\n"
	"IDT=     ffffffff80004000 00000fff\n"
	"CR0=80010033 CR2=0000000000000008 CR3=0000000000101000 CR4=00000620\n"
	"DR6=00000000ffff0ff0 DR7=0000000000000400\n"
	"CCS=0000000000000004 CCD=0000000000000000 CCO=LOGICQ\n"
	"EFER=0000000000000d00\n";

static void registers_reads_qemus_dump_of_x86_64(void **state)
{
	struct registers r;

	(void)state;
	read_text(&r, qemu_x86_64);
	assert_int_equal(r.arch, HOBNAIL_ARCH_X86_64);
	assert_int_equal(r.general_known, 0x7fff);
	for (unsigned i = 0; i < 15; i++)
		assert_true(r.general[i] == (i == 6 ? 0xffff80000efbaf50 : i < 6 ? i + 1 : i + 1));
	assert_true(r.value[REGISTER_PC] == 0xffffffff80001007 && r.value[REGISTER_SP] == 0xffff80000efbaf40);
	assert_true(r.value[REGISTER_FLAGS] == 0x46 && r.value[REGISTER_HLT] == 1 && r.value[REGISTER_CPL] == 0);
	assert_true(r.value[REGISTER_CR3] == 0x101000 && r.value[REGISTER_EFER] == 0xd00);
	assert_true(r.segment[SEGMENT_CS].selector == 8 && r.segment[SEGMENT_CS].flags == 0xaf9b00);
	assert_true(r.segment[SEGMENT_TR].base == 0xffffffff80003000 && r.segment[SEGMENT_TR].limit == 0x67);
	assert_true(r.segment[SEGMENT_GDT].base == 0xffffffff80002000 && r.segment[SEGMENT_GDT].limit == 0x27);
	assert_true(r.segment[SEGMENT_IDT].has_base && r.segment[SEGMENT_IDT].limit == 0xfff);
	assert_false(registers_have(&r, REGISTER_ERROR));
}

/* QEMU 7.2, `info registers` in AAVMF. */
static const char qemu_aarch64[] =
	"\nCPU#0\n"
	" PC=0000000047ef2800 X00=000000004401eab0 X01=00000000003bad4e\n"
	"X02=0000000000146a78 X03=00000000014a1dc5 X04=0000000000000007\n"
	"X29=000000004401e9b0 X30=000000000076fc10  SP=000000004401e9c0\n"
	"PSTATE=000003c9 ---- EL2h     FPCR=00000000 FPSR=00000000\n"
	"Q00=0000000000000000:0000000000000000 Q01=0000000000000000:0000000000000000\n";

static void registers_reads_qemus_dump_of_aarch64(void **state)
{
	struct registers r;

	(void)state;
	read_text(&r, qemu_aarch64);
	assert_int_equal(r.arch, HOBNAIL_ARCH_AARCH64);
	assert_true(r.general_known == (0x1fu | 3u << 29) && r.general[0] == 0x4401eab0 && r.general[30] == 0x76fc10);
	assert_true(r.value[REGISTER_PC] == 0x47ef2800 && r.value[REGISTER_SP] == 0x4401e9c0);
	assert_int_equal(registers_level(&r), 2);
}

static void registers_reads_what_people_type(void **state)
{
	static const struct { const char *text; unsigned count; uint64_t esr; } cases[] = {
		{ "ESR=0x96000045", 1, 0x96000045 }, { "esr_el1: 0x96000045", 1, 0x96000045 },
		{ "ESR_EL1 = 96000045, FAR_EL1 = 8", 2, 0x96000045 }, { "esr 0x96000045 far 0x8", 2, 0x96000045 },
		{ "x0=1,esr=96000045;", 2, 0x96000045 }, { "[    1.234567] ESR = 0x0000000096000045", 1, 0x96000045 },
		{ "the esr: none, far away, a fact", 0, 0 }, { "ESR : EC 0x25  IL 0x1", 0, 0 },
		{ "pc : kmain+0x10/0x20, lr : dead_beef", 0, 0 }, { "ESR=0x11111111111111111", 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct registers r = { 0 };
		uint64_t esr = 0;
		assert_int_equal(registers_line(&r, cases[i].text), cases[i].count);
		assert_true(registers_system(&r, 1, SYSTEM_ESR, &esr) == (cases[i].esr != 0) && esr == cases[i].esr);
	}
}

static void registers_reads_selectors_before_addresses(void **state)
{
	struct registers r = { 0 };

	(void)state;
	assert_int_equal(registers_line(&r, "     0: v=0e e=0002 i=0 cpl=0 IP=0008:ffffffff80001007 "
	                                    "pc=ffffffff80001007 SP=0010:ffff80000efbaf40 CR2=0000000000000008"), 5);
	assert_true(r.value[REGISTER_PC] == 0xffffffff80001007 && r.segment[SEGMENT_CS].selector == 8);
	assert_true(r.value[REGISTER_SP] == 0xffff80000efbaf40 && r.segment[SEGMENT_SS].selector == 0x10);
	assert_int_equal(registers_line(&r, "EIP: 0010:[<0ff6a1b2>] EFLAGS: 00010246"), 2);
	assert_true(r.value[REGISTER_PC] == 0xff6a1b2 && r.value[REGISTER_FLAGS] == 0x10246);
	assert_int_equal(registers_line(&r, "RIP: 0010:kmain+0x12/0x40"), 0);
}

static void registers_keep_levels_apart(void **state)
{
	struct registers r = { 0 };
	uint64_t value = 0;

	(void)state;
	registers_line(&r, "SCTLR=0x1 SCTLR_EL2=0x2 ESR_EL2=0x96000045 HCR_EL2=0x80000000");
	assert_int_equal(registers_level(&r), 2);
	assert_true(registers_system(&r, 1, SYSTEM_SCTLR, &value) && value == 1);
	assert_true(registers_system(&r, 2, SYSTEM_SCTLR, &value) && value == 2);
	assert_false(registers_system(&r, 1, SYSTEM_ESR, &value));
	assert_true(registers_set(&r, "TTBR0_EL1", 0x4000) && registers_system(&r, 1, SYSTEM_TTBR0, &value));
	assert_false(registers_set(&r, "TTBR0_EL4", 1));
	assert_false(registers_set(&r, "ORIG_RAX", 1));
}

static void registers_make_a_walker(void **state)
{
	struct registers r;
	struct walker w;
	const char *why;

	(void)state;
	read_text(&r, qemu_x86_64);
	assert_true(registers_walker(&r, &w, &why) && !why && w.mode == WALK_X86_64_4 && w.root == 0x101000);
	assert_int_equal(w.flags, 0);
	registers_line(&r, "EFER=0000000000000500 CR4=00301620");
	assert_true(registers_walker(&r, &w, &why) && w.mode == WALK_X86_64_5);
	assert_int_equal(w.flags, WALK_NO_NX | WALK_SMEP | WALK_SMAP);
	registers_line(&r, "CR0=00010033");
	assert_true(!registers_walker(&r, &w, &why) && strstr(why, "paging is off") && registers_untranslated(&r));
	memset(&r, 0, sizeof r);
	registers_line(&r, "ESR=0x96000045");
	assert_true(!registers_walker(&r, &w, &why) && strstr(why, "TTBR0"));
	registers_line(&r, "SCTLR=0x80001 TCR=0x540100010 TTBR0=0x10040001000 TTBR1=0x40002001 MAIR=0xff PSTATE=0x3c5");
	assert_false(registers_walker(&r, &w, &why));
	registers_line(&r, "TCR=0x5b5103510");
	assert_true(registers_walker(&r, &w, &why) && w.mode == WALK_AARCH64 && w.t0sz == 16 && w.t1sz == 16);
	assert_true(w.flags == WALK_WXN && w.root == 0x10040001000 && w.upper_root == 0x40002000);
	registers_line(&r, "TCR=0x8000005b50c350c TTBR1=0x1234000040002005"); /* FEAT_LPA2: bit 2 is bit 48 */
	assert_true(registers_walker(&r, &w, &why) && w.mode == WALK_AARCH64_LPA2 && w.t0sz == 12 && w.t1sz == 12);
	assert_true(w.flags == WALK_WXN && walk_root(&w, 0) == 0x10040001000);
	assert_true(walk_root(&w, ~0ull) == 0x1000040002000);
	registers_line(&r, "TCR=0x8000005850c050c"); /* neither range is shareable */
	assert_true(registers_walker(&r, &w, &why) && w.flags == (WALK_WXN | WALK_ALONE0 | WALK_ALONE1));
}

/* ---- Symbols -------------------------------------------------------------------------------------------- */

static void symbols_find_this_program(void **state)
{
	struct symbols *list = NULL;
	struct symbol_place place;
	char text[200];
	vaddr linked, moved;

	(void)state;
	assert_int_equal(symbols_add(&list, "/proc/self/exe"), 0);
	assert_true(symbols_address(list, "complain", &linked));
	assert_true(symbols_find(list, linked + 3, &place) && strcmp(place.name, "complain") == 0 && place.offset == 3);
	assert_true(symbols_is_code(list, linked) && place.rights == 5);
	symbols_free(list);
	list = NULL;
	assert_int_equal(symbols_add(&list, "/proc/self/exe@0xffffffff80000000"), 0);
	assert_true(symbols_address(list, "complain", &moved) && moved == linked + 0xffffffff80000000);
	assert_true(symbols_text(list, moved + 1, text, sizeof text) && strstr(text, "complain+0x1, segment "));
	uint8_t bytes[4] = { 0 };
	assert_int_equal(symbols_read(list, moved, bytes, 4), 4);
	assert_memory_equal(bytes, (const void *)(uintptr_t)complain, 4);
	assert_false(symbols_text(list, 0x1000, text, sizeof text));
	assert_int_equal(symbols_read(list, 0x1000, bytes, 4), 0);
	symbols_free(list);
}

static void symbols_refuse_what_is_no_elf_file(void **state)
{
	struct symbols *list = NULL;

	(void)state;
	complaints = 0;
	assert_int_equal(symbols_add(&list, "Makefile"), STATUS_TROUBLE);
	assert_int_equal(symbols_add(&list, "/no/such/file"), STATUS_TROUBLE);
	assert_int_equal(symbols_add(&list, "/proc/self/exe@bad"), STATUS_TROUBLE);
	assert_int_equal(symbols_add(&list, "/tmp"), STATUS_TROUBLE);
	assert_int_equal(complaints, 4);
	assert_null(list);
}

/* ---- A machine of 64 KiB: tables at 0x1000, mapping its memory at 0xffffffff80000000 --------------------- */

#define HIGH 0xffffffff80000000ull

static uint8_t machine[0x10000];
static struct registers regs;

static bool read_machine(void *context, paddr at, void *to, size_t bytes)
{
	(void)context;
	if (!range_within(at, bytes, sizeof machine))
		return false;
	memcpy(to, machine + at, bytes);
	return true;
}

static const struct memory memory = { read_machine, NULL };

static void put(paddr at, uint64_t value) { memcpy(machine + at, &value, sizeof value); }

/* Page 0x9000 is a guard below the stack, which ends at 0xb000. */
static void make_machine(void)
{
	memset(machine, 0, sizeof machine);
	read_text(&regs, qemu_x86_64);
	registers_line(&regs, "CR3=1000 RSP=ffffffff8000b000 GDT= ffffffff80006000 0000002f");
	registers_line(&regs, "IDT= ffffffff80005000 00000fff");
	registers_line(&regs, "TR =0018 ffffffff80006100 00000067 00008b00");
	put(0x1000 + 511 * 8, 0x2003);
	put(0x2000 + 510 * 8, 0x3003);
	put(0x3000, 0x4003);
	for (unsigned i = 0; i < 16; i++)
		put(0x4000 + 8 * i, i == 9 ? 0 : i == 7 ? 0x8000000000007003 : 0x1000 * i | 3);
	put(0x6008, 0x00af9b000000ffff);
	put(0x6010, 0x00cf93000000ffff);
	put(0x6020, 0x00af1b000000ffff); /* not present */
	put(0x6100 + 0x24, HIGH + 0xc000);
}

static void gate(unsigned vector, uint64_t handler, unsigned selector, unsigned ist, unsigned type)
{
	put(0x5000 + 16 * vector, (handler & 0xffff) | (uint64_t)selector << 16 | (uint64_t)ist << 32 |
	                          (uint64_t)type << 40 | (handler >> 16 & 0xffff) << 48);
	put(0x5008 + 16 * vector, handler >> 32);
}

static void expect_delivery(unsigned vector, const char *wanted)
{
	struct cpu_space space;
	char text[320] = "";

	space_open(&space, &regs, &memory, NULL);
	bool found = delivery_x86_64(&space, &regs, vector, text, sizeof text);
	if (found != (wanted != NULL) || (wanted && !strstr(text, wanted)))
		print_message("delivery of %u: '%s'\n", vector, text);
	assert_int_equal(found, wanted != NULL);
	assert_true(!wanted || strstr(text, wanted));
}

static void expect_advice(unsigned vector, const char *wanted)
{
	struct cpu_space space;
	char text[320] = "";

	space_open(&space, &regs, &memory, NULL);
	assert_int_equal(delivery_advice(&space, &regs, vector, text, sizeof text), wanted != NULL);
	if (wanted && !strstr(text, wanted))
		fail_msg("%s", text);
}

static void a_bad_gate_finds_advice_if_it_is_about_the_gdt(void **state)
{
	(void)state;
	make_machine();
	expect_advice(6, NULL); /* not present */
	gate(6, HIGH + 0xd000, 8, 0, 0x8e);
	expect_advice(6, NULL);
	gate(6, HIGH + 0xd000, 0x38, 0, 0x8e);
	expect_advice(6, "ends before selector 0x38");
	gate(6, HIGH + 0xd000, 0x20, 0, 0x8e);
	expect_advice(6, "the entry, at 0xffffffff80006020, is 0xaf1b000000ffff");
	registers_line(&regs, "GDT= 0000000000001000 00000027");
	expect_advice(6, "stays mapped");
}

static void delivery_finds_a_bad_gate(void **state)
{
	(void)state;
	make_machine();
	expect_delivery(14, "gate 14 of the IDT is not present");
	gate(14, HIGH + 0xd000, 8, 0, 0x8e);
	expect_delivery(14, NULL);
	gate(14, HIGH + 0xd000, 8, 0, 0x85);
	expect_delivery(14, "its type is 5");
	gate(14, HIGH + 0x7000, 8, 0, 0x8e);
	expect_delivery(14, "NX is set");
	gate(14, 0x7000, 8, 0, 0x8e);
	expect_delivery(14, "the handler in gate 14 of the IDT is 0x7000, which is not mapped");
	registers_line(&regs, "IDT= 0000000000000000 00000000");
	expect_delivery(14, "none was loaded");
	registers_line(&regs, "IDT= 0000000000008000 00000fff");
	expect_delivery(14, "gate 14 of the IDT is at 0x80e0, which is not mapped");
}

static void delivery_finds_a_bad_selector(void **state)
{
	(void)state;
	make_machine();
	gate(6, HIGH + 0xd000, 0, 0, 0x8e);
	expect_delivery(6, "names the null selector");
	gate(6, HIGH + 0xd000, 0x38, 0, 0x8e);
	expect_delivery(6, "names selector 0x38, and the GDT (base 0xffffffff80006000, limit 0x2f) ends before it");
	gate(6, HIGH + 0xd000, 0x10, 0, 0x8e);
	expect_delivery(6, "no code segment");
	gate(6, HIGH + 0xd000, 0x20, 0, 0x8e);
	expect_delivery(6, "not present");
	registers_line(&regs, "GDT= 0000000000001000 00000027");
	expect_delivery(6, "entry 0x20 of the GDT is at 0x1020, which is not mapped");
}

static void delivery_finds_a_bad_stack(void **state)
{
	(void)state;
	make_machine();
	gate(14, HIGH + 0xd000, 8, 0, 0x8e);
	registers_line(&regs, "RSP=ffffffff8000a010");
	expect_delivery(14, "PT[9] = 0x0: it is not present");
	gate(14, HIGH + 0xd000, 8, 1, 0x8e);
	expect_delivery(14, NULL);
	gate(14, HIGH + 0xd000, 8, 2, 0x8e);
	expect_delivery(14, "names stack IST2, which is 0x0, which is not mapped");
	registers_line(&regs, "TR =0000 0000000000000000 0000ffff 00008b00");
	expect_delivery(14, "no TSS is loaded");
	registers_line(&regs, "TR =0018 ffffffff80006100 00000020 00008b00");
	expect_delivery(14, "ends before it");
	registers_line(&regs, "TR =0018 0000000000006100 00000067 00008b00");
	expect_delivery(14, "the TSS's stack pointer is at 0x612c, which is not mapped");
}

static void delivery_needs_no_memory_where_the_second_exception_says_it(void **state)
{
	static const struct { const char *line; unsigned first, second; const char *wanted; } cases[] = {
		{ "IDT= 0000000000000000 00000000", 14, 13, "none was loaded" },
		{ "error=0072", 14, 11, "gate 14 of the IDT is not present" },
		{ "error=0072", 14, 13, "gate 14 of the IDT is none that can be used" },
		{ "error=0038", 14, 13, "names selector 0x38" },
		{ "error=0000 CR2=ffffffff800050e0", 14, 14, "gate 14 of the IDT is at 0xffffffff800050e0" },
		{ "error=0000 CR2=ffffffff80006008", 14, 14, "reads the GDT at" },
		{ "error=0002 CR2=ffffffff8000aff8", 14, 14, "the exception's frame goes onto the stack, below" },
		{ "error=0002 CR2=0000000000001234", 14, 14, "a stack of the TSS" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char text[320] = "";
		make_machine();
		registers_line(&regs, cases[i].line);
		assert_true(delivery_by_second(&regs, cases[i].first, cases[i].second, text, sizeof text));
		if (!strstr(text, cases[i].wanted))
			print_message("'%s'\n", text);
		assert_non_null(strstr(text, cases[i].wanted));
	}
	assert_string_equal(delivery_name(14).text, "#PF");
	assert_string_equal(delivery_name(33).text, "exception 33");
}

static void delivery_finds_vectors_that_are_not_mapped(void **state)
{
	struct cpu_space space;
	char text[320];

	(void)state;
	make_machine();
	memset(&regs, 0, sizeof regs);
	registers_line(&regs, "PSTATE=3c5 SCTLR=1 TCR=0x5b5103510 TTBR0=1000 TTBR1=1000 VBAR=200");
	space_open(&space, &regs, &memory, NULL);
	assert_true(delivery_aarch64(&space, &regs, 0x200, text, sizeof text));
	assert_non_null(strstr(text, "VBAR is 0x0, so the vector is at 0x200, which is not mapped: L0[0] = 0x0"));
	put(0x1000, 0x2003);
	put(0x2000, 0x401); /* a block of 1 GiB */
	assert_false(delivery_aarch64(&space, &regs, 0x200, text, sizeof text));
}

/* ---- Reports --------------------------------------------------------------------------------------------- */

static void printed(const struct report *r, char *out, size_t size)
{
	FILE *f = fmemopen(out, size, "w");

	report_print(r, "CPU 0", f);
	fclose(f);
}

static void report_names_the_guilty_entry_and_the_callers(void **state)
{
	static struct report report;
	char text[4096] = "";
	struct fault fault;

	(void)state;
	make_machine();
	registers_line(&regs, "error=0002 CR2=ffffffff80009ff8 RIP=ffffffff8000d000 RBP=ffffffff8000a100");
	put(0xa100, HIGH + 0xa200);
	put(0xa108, HIGH + 0xd123);
	put(0xa208, HIGH + 0xd456);
	registers_fault(&regs, 14, &fault);
	report_make(&(struct report_source){
		.registers = &regs, .fault = &fault, .memory = &memory, .vector_known = true }, &report);
	report_note(&report, "a note of %u", 1);
	printed(&report, text, sizeof text);
	assert_non_null(strstr(text, "hobnail: CPU 0: a write to 0xffffffff80009ff8, which is not mapped."));
	assert_non_null(strstr(text, "  > PT[9] at 0x4048 = 0x0: it is not present"));
	assert_non_null(strstr(text, "called from 0xffffffff8000d122"));
	assert_non_null(strstr(text, "            0xffffffff8000d455"));
	assert_non_null(strstr(text, "a note of 1"));
	assert_int_equal(report.frame_count, 2);
}

static void report_of_the_instruction_in_the_file(void **state)
{
	static struct report report;
	struct symbols *list = NULL;
	struct fault fault;
	uint8_t ud2[2] = { 0x0f, 0x0b };

	(void)state;
	memset(&regs, 0, sizeof regs);
	registers_line(&regs, "RIP=ffffffff80001007 CS=0008");
	registers_fault(&regs, 6, &fault);
	report_make(&(struct report_source){ .registers = &regs, .fault = &fault, .vector_known = true, .code = ud2,
		.code_bytes = 2, .symbols = list }, &report);
	assert_int_equal(report.view.what.code, ERR_FAULT_UD2);
	report_make(&(struct report_source){ .registers = &regs, .fault = &fault }, &report);
	assert_false(report.explained);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(registers_reads_qemus_dump_of_x86_64),
		cmocka_unit_test(registers_reads_qemus_dump_of_aarch64),
		cmocka_unit_test(registers_reads_what_people_type),
		cmocka_unit_test(registers_reads_selectors_before_addresses),
		cmocka_unit_test(registers_keep_levels_apart),
		cmocka_unit_test(registers_make_a_walker),
		cmocka_unit_test(symbols_find_this_program),
		cmocka_unit_test(symbols_refuse_what_is_no_elf_file),
		cmocka_unit_test(delivery_finds_a_bad_gate),
		cmocka_unit_test(a_bad_gate_finds_advice_if_it_is_about_the_gdt),
		cmocka_unit_test(delivery_finds_a_bad_selector),
		cmocka_unit_test(delivery_finds_a_bad_stack),
		cmocka_unit_test(delivery_needs_no_memory_where_the_second_exception_says_it),
		cmocka_unit_test(delivery_finds_vectors_that_are_not_mapped),
		cmocka_unit_test(report_names_the_guilty_entry_and_the_callers),
		cmocka_unit_test(report_of_the_instruction_in_the_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
