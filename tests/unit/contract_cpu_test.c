/* The judge on processors, PSCI and interrupts, wrong in one place (contract_world.h). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "contract_world.h"

static void processors_are_told_apart(void **state)
{
	(void)state;
	BREAKS(59, cpu(2)->flags |= HOBNAIL_CPU_BOOT);
	BREAKS(59, cpu(1)->flags &= ~(uint32_t)HOBNAIL_CPU_BOOT);
	BREAKS(59, cpu(1)->flags &= ~(uint32_t)HOBNAIL_CPU_ENABLED);
	BREAKS(59, cpu(1)->stack_virt++);
	BREAKS(59, cpu(1)->stack_bytes++);
	BREAKS(59, world.hardware_id = 0x10);
	for (unsigned i = 0; i < CPUS; i++)
		BREAKS(60, cpu(i)->hardware_id = cpu((i + 1) % CPUS)->hardware_id);
	make();
	says(60, "4");
}

static void nobody_starts_processors_unasked(void **state)
{
	(void)state;
	for (unsigned i = 0; i < CPUS; i++) {
		BREAKS(61, cpu(i)->flags |= HOBNAIL_CPU_PARKED);
		BREAKS(61, cpu(i)->flags |= HOBNAIL_CPU_SILENT);
		BREAKS(61, cpu(i)->mailbox.state = 1);
		BREAKS(61, cpu(i)->mailbox.reserved[3] = 1);
		if (i != 1) {
			BREAKS(61, cpu(i)->stack_virt = 1);
			BREAKS(61, cpu(i)->stack_bytes = 1);
		}
	}
	BREAKS(61, boot->cpus.offset += 32);
	BREAKS(61, boot->cpus.entry_bytes += 32, boot->cpus.count = 1);
	/* Asked for, those that are enabled are P109's to judge: neither the boot processor, nor who is not
	 * enabled. */
	PARKED_BREAKS(61, cpu(1)->mailbox.state = 1);
	PARKED_BREAKS(61, cpu(3)->mailbox.state = 1);
	PARKED_BREAKS(61, grant(1)->value = 0);
	PARKED_BREAKS(61, cpu(1)->flags |= HOBNAIL_CPU_PARKED);
}

static void processors_that_were_asked_for_wait_or_are_silent(void **state)
{
	(void)state;
	WITH(make_parked, 109, NOT_APPLICABLE, grant(1)->value = 0);
	PARKED_BREAKS(109, cpu(0)->flags |= HOBNAIL_CPU_SILENT);
	PARKED_BREAKS(109, cpu(0)->flags &= ~(uint32_t)HOBNAIL_CPU_PARKED);
	PARKED_BREAKS(109, cpu(0)->mailbox.entry = 1);
	PARKED_BREAKS(109, cpu(0)->mailbox.argument = 1);
	PARKED_BREAKS(109, cpu(0)->mailbox.root = 1);
	PARKED_BREAKS(109, cpu(0)->mailbox.state = HOBNAIL_MAILBOX_NONE);
	PARKED_BREAKS(109, cpu(2)->mailbox.state = HOBNAIL_MAILBOX_WAITING);
	WITH(make_parked, 109, HOLDS, cpu(3)->mailbox.state = 1); /* P61's to judge */
}

static void released_processors_come_as_they_should(void **state)
{
	static const struct promise some = { 70, "something", NULL };

	(void)state;
	RELEASED_BREAKS(111, world.report.stray = 1);
	RELEASED_BREAKS(111, world.arrivals[0].arrived = false);
	RELEASED_BREAKS(111, world.arrivals[0].hardware_id++);
	RELEASED_BREAKS(111, cpu(0)->mailbox.state = HOBNAIL_MAILBOX_WAITING);
	make_released();
	says(111, "1 came");
	RELEASED_BREAKS(112, world.arrivals[0].root++);
	WITH(make_released, 112, HOLDS, world.arrivals[0].root++, world.arrivals[0].arrived = false);
	WITH(make_released, 112, NOT_APPLICABLE, world.roots = false);
	RELEASED_BREAKS(113, world.arrivals[0].broken = &some);
	RELEASED_BREAKS(113, world.arrivals[3].broken = &some);
	for (unsigned k = 0; k < 6; k++)
		RELEASED_BREAKS(114, world.arrivals[0].own[k] = world.arrivals[3].own[k] = 99);
	RELEASED_BREAKS(114, world.arrivals[1].own[0] = 1);
	WITH(make_released, 114, HOLDS, world.arrivals[1].own[1] = 1);
	WITH(make_released, 114, NOT_APPLICABLE, world.arrivals[0].own[0] = 0);
}

static void psci_answers_and_no_interrupt_comes(void **state)
{
	(void)state;
	make();
	world.psci = 0x10003;
	says(62, "version 1.3 by HVC");
	NONE(62, boot->psci = HOBNAIL_PSCI_NONE);
	BREAKS(62, boot->psci = 3);
	BREAKS(62, boot->psci = HOBNAIL_PSCI_SMC);
	BREAKS(62, world.psci = 0);
	KEEPS(62, world.psci = 1);
	BREAKS(62, world.psci = 1ll << 32);
	KEEPS(62, world.psci = UINT32_MAX);
	BREAKS(63, world.interrupts = 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(processors_are_told_apart),
		cmocka_unit_test(nobody_starts_processors_unasked),
		cmocka_unit_test(processors_that_were_asked_for_wait_or_are_silent),
		cmocka_unit_test(released_processors_come_as_they_should),
		cmocka_unit_test(psci_answers_and_no_interrupt_comes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
