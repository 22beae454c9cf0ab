/* loader/arch/aarch64/el2.c: what EL2 lets through on processors that no emulator has, and that nothing is touched
 * which an identification register does not announce: it would be undefined. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "cpu.h"
#include "el2.h"
#include "machine.h"

#define NAME MACHINE_NAME

/* One register, and no features. */
static void make(const char *name, uint64_t value)
{
	machine_reset(2);
	machine_has("id_aa64mmfr1_el1", 0);
	machine_has(name, value);
}

static bool is_written(const char *name)
{
	for (unsigned i = 0; i < machine.cpus[0].write_count; i++)
		if (strcmp(machine.cpus[0].written[i].name, name) == 0)
			return true;
	return false;
}

static void the_oldest_processor_has_few_registers(void **state)
{
	static const char *const all[] = { "vttbr_el2", "hstr_el2", "cntvoff_el2", "cnthp_ctl_el2", "vpidr_el2",
	                                   "vmpidr_el2", "cptr_el2", "mdcr_el2", "far_el1", "far_el2" };

	(void)state;
	make("midr_el1", 0x410fd034);
	el2_open();
	for (unsigned i = 0; i < COUNT_OF(all); i++)
		assert_true(is_written(all[i]));
	assert_int_equal(machine.cpus[0].write_count, COUNT_OF(all));
	assert_int_equal(machine_register(0, "vpidr_el2"), 0x410fd034);
	assert_int_equal(machine_register(0, "vmpidr_el2"), BIT(31));
	assert_int_equal(machine_register(0, "cptr_el2"), 0x33ff & ~0x100); /* only what is RES1: nothing traps */
	assert_int_equal(el2_hcr(), BIT(31) | BIT(41) | BIT(40));
}

/* A field of an identification register from a value on, and what it opens. Numbers are those of the Arm ARM, by
 * register name. `besides` is what the processor has as well. */
static const struct feature {
	const char *id;
	unsigned shift, from;
	const char *opens;
	uint64_t value;
	const char *besides;
	uint64_t besides_value;
} features[] = {
	{ "id_aa64mmfr1_el1", 8, 1, NAME(CNTHV_CTL_EL2), 0, NULL, 0 },
	{ "id_aa64pfr0_el1", 32, 1, NAME(ZCR_EL2), 0xf, NULL, 0 },
	{ "id_aa64pfr1_el1", 24, 1, NAME(SMCR_EL2), 0xf, NULL, 0 },
	{ "id_aa64pfr1_el1", 24, 1, NAME(SMCR_EL2), 0xf | BIT(31), NAME(ID_AA64SMFR0_EL1), BIT(63) },
	{ "id_aa64pfr1_el1", 24, 1, NAME(SMCR_EL2), 0xf | BIT(30), NAME(ID_AA64SMFR0_EL1), BIT(56) },
	{ "id_aa64pfr1_el1", 24, 1, NAME(SMPRIMAP_EL2), 0, NULL, 0 },
	{ "id_aa64dfr0_el1", 8, 1, "mdcr_el2", 6, "pmcr_el0", 6 << 11 }, /* HPMN = N */
	{ "id_aa64dfr0_el1", 32, 1, "mdcr_el2", 3 << 12, NULL, 0 },      /* E2PB */
	{ "id_aa64dfr0_el1", 44, 1, "mdcr_el2", 3 << 24, NULL, 0 },      /* E2TB */
	{ "id_aa64mmfr1_el1", 40, 1, NAME(HCRX_EL2), 0, NULL, 0 },
	{ "id_aa64mmfr1_el1", 40, 1, NAME(HCRX_EL2), BIT(1), "id_aa64isar1_el1", 1ull << 60 },
	{ "id_aa64mmfr1_el1", 40, 1, NAME(HCRX_EL2), BIT(1) | BIT(2), "id_aa64isar1_el1", 2ull << 60 },
	{ "id_aa64mmfr1_el1", 40, 1, NAME(HCRX_EL2), BIT(0) | BIT(1) | BIT(2), "id_aa64isar1_el1", 3ull << 60 },
	{ "id_aa64mmfr1_el1", 40, 1, NAME(HCRX_EL2), BIT(11), NAME(ID_AA64ISAR2_EL1), BIT(16) },  /* MSCEn     */
	{ "id_aa64mmfr1_el1", 40, 1, NAME(HCRX_EL2), BIT(21), NAME(ID_AA64ISAR2_EL1), BIT(32) },  /* EnIDCP128 */
	{ "id_aa64mmfr1_el1", 40, 1, NAME(HCRX_EL2), BIT(14), NAME(ID_AA64MMFR3_EL1), BIT(0) },   /* TCR2En    */
	{ "id_aa64mmfr1_el1", 40, 1, NAME(HCRX_EL2), BIT(15), NAME(ID_AA64MMFR3_EL1), BIT(4) },   /* SCTLR2En  */
	{ "id_aa64mmfr1_el1", 40, 1, NAME(HCRX_EL2), BIT(17), NAME(ID_AA64MMFR3_EL1), BIT(32) },  /* D128En    */
	{ "id_aa64mmfr1_el1", 40, 1, NAME(HCRX_EL2), BIT(26), NAME(ID_AA64MMFR4_EL1), BIT(44) },  /* SRMASKEn  */
	{ "id_aa64mmfr1_el1", 40, 1, NAME(HCRX_EL2), BIT(22), "id_aa64pfr1_el1", BIT(44) },       /* GCSEn     */
	{ "id_aa64mmfr1_el1", 40, 1, NAME(HCRX_EL2), BIT(23), NAME(ID_AA64PFR2_EL1), BIT(32) },   /* EnFPM     */
	{ "id_aa64mmfr1_el1", 40, 1, NAME(HCRX_EL2), BIT(24), "id_aa64isar1_el1", 6 << 4 },       /* PACMEn    */
	{ "id_aa64mmfr1_el1", 40, 1, NAME(HCRX_EL2), BIT(24), "id_aa64isar1_el1", 6 << 8 },
	{ "id_aa64mmfr1_el1", 40, 1, NAME(HCRX_EL2), BIT(24), NAME(ID_AA64ISAR2_EL1), 6 << 12 },
	{ "id_aa64mmfr0_el1", 56, 1, NAME(HFGRTR_EL2), 0xfffull << 52 | 1ull << 50, NULL, 0 },
	{ "id_aa64mmfr0_el1", 56, 1, NAME(HFGWTR_EL2), 0xfffull << 52 | 1ull << 50, NULL, 0 },
	{ "id_aa64mmfr0_el1", 56, 1, NAME(HFGITR_EL2), 31ull << 55, NULL, 0 },
	{ "id_aa64mmfr0_el1", 56, 1, NAME(HDFGRTR_EL2), 15ull << 59, NULL, 0 },
	{ "id_aa64mmfr0_el1", 56, 1, NAME(HDFGWTR_EL2), 7ull << 60, NULL, 0 },
	{ "id_aa64mmfr0_el1", 56, 1, NAME(HAFGRTR_EL2), 0, "id_aa64pfr0_el1", BIT(44) },
	{ "id_aa64mmfr0_el1", 56, 2, NAME(HFGRTR2_EL2), 0x7fff, NULL, 0 },
	{ "id_aa64mmfr0_el1", 56, 2, NAME(HFGWTR2_EL2), 0x7ffd, NULL, 0 },
	{ "id_aa64mmfr0_el1", 56, 2, NAME(HDFGRTR2_EL2), 0x1dfffff, NULL, 0 },
	{ "id_aa64mmfr0_el1", 56, 2, NAME(HDFGWTR2_EL2), 0x1f9ffbf, NULL, 0 },
	{ "id_aa64mmfr0_el1", 56, 2, NAME(HFGITR2_EL2), 2, NULL, 0 },
	{ "id_aa64pfr0_el1", 40, 1, NAME(MPAM2_EL2), 0x1234, NAME(MPAM2_EL2), 0x1234 | 3ull << 48 | 1ull << 58 },
	{ "id_aa64pfr1_el1", 16, 1, NAME(MPAM2_EL2), 0, NULL, 0 },
	{ "id_aa64pfr0_el1", 40, 1, NAME(MPAMHCR_EL2), 0, NAME(MPAMIDR_EL1), BIT(17) },
	{ "id_aa64pfr0_el1", 24, 1, NAME(ICC_SRE_EL2), 9, NULL, 0 },
	{ "id_aa64pfr0_el1", 24, 1, NAME(ICH_HCR_EL2), 0, NULL, 0 },
};

/* Registers that are always there, or are asked by another field. */
static bool is_shared(const struct feature *f)
{
	return strcmp(f->opens, "mdcr_el2") == 0;
}

static void what_the_processor_has_is_open(void **state)
{
	(void)state;
	for (unsigned i = 0; i < COUNT_OF(features); i++) {
		const struct feature *f = &features[i];
		for (unsigned value = f->from - 1; value <= f->from; value++) {
			make(f->besides ? f->besides : "midr_el1", f->besides_value);
			machine_has(f->id, (uint64_t)value << f->shift);
			el2_open();
			if (value == f->from && machine_register(0, f->opens) != f->value)
				fail_msg("feature %u: %s is %#llx", i, f->opens,
				         (unsigned long long)machine_register(0, f->opens));
			if (!is_shared(f) && is_written(f->opens) != (value == f->from))
				fail_msg("feature %u: %s is touched or not as it must not be", i, f->opens);
		}
	}
}

/* HCR_EL2 is written by the switch. */
static void hcr_lets_through_what_there_is(void **state)
{
	static const struct { const char *id; uint64_t value, opens; } bits[] = {
		{ "id_aa64pfr0_el1", 2ull << 28, 1ull << 47 }, /* FIEN */
		{ "id_aa64pfr0_el1", 1ull << 28, 0 },
		{ "id_aa64pfr0_el1", 2ull << 56, 1ull << 53 }, /* EnSCXT */
		{ "id_aa64pfr0_el1", 1ull << 56, 0 },
		{ "id_aa64pfr1_el1", 2ull << 32, 1ull << 53 },
		{ "id_aa64pfr1_el1", 2ull << 8, 1ull << 56 },  /* ATA */
		{ "id_aa64pfr1_el1", 1ull << 8, 0 },
	};

	(void)state;
	for (unsigned i = 0; i < COUNT_OF(bits); i++) {
		make(bits[i].id, bits[i].value);
		assert_int_equal(el2_hcr(), BIT(31) | BIT(41) | BIT(40) | bits[i].opens);
	}
	make("id_aa64pfr0_el1", 1ull << 28);
	machine_has("id_aa64pfr1_el1", 1ull << 12); /* RAS_frac */
	assert_true(el2_hcr() & 1ull << 47);
}

/* "ICC_SRE_EL2": EL3 may keep SRE at 0. */
static void without_system_registers_the_gic_is_left_alone(void **state)
{
	(void)state;
	make("id_aa64pfr0_el1", 1ull << 24);
	machine.sre_stays_0 = true;
	el2_open();
	assert_true(is_written(NAME(ICC_SRE_EL2)));
	assert_false(is_written(NAME(ICH_HCR_EL2)));
}

static void with_e2h_the_form_of_cptr_is_another(void **state)
{
	(void)state;
	machine_reset(2);
	machine.host = true;
	assert_true(el2_has_host());
	el2_open();
	assert_int_equal(machine_register(0, "cptr_el2"), 3 << 16 | 3 << 20 | 3 << 24); /* ZEN, FPEN, SMEN */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_oldest_processor_has_few_registers),
		cmocka_unit_test(what_the_processor_has_is_open),
		cmocka_unit_test(hcr_lets_through_what_there_is),
		cmocka_unit_test(without_system_registers_the_gic_is_left_alone),
		cmocka_unit_test(with_e2h_the_form_of_cptr_is_another),
	};

	return cmocka_run_group_tests_name("arch/aarch64/el2", tests, NULL, NULL);
}
