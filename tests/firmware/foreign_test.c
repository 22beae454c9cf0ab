/* Files that are no kernels, and kernels of other protocols: the loader says what they are, and starts none of
 * them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "kernels/foreign.h"
#include "world.h"

#define KERNEL "\\boot\\kernel.elf"

static void refused(const char *name, enum err code, const char *says, uint64_t offset)
{
	char line[64];

	fake_run();
	const char *why = world_judge();
	if (!why)
		why = world_judge_read_once();
	if (why)
		fail_msg("%s: %s", name, why);
	snprintf(line, sizeof line, "(%s; back to the firmware)", err_name(code));
	if (fake.outcome != FAKE_RETURNED || !world_said(line) || !world_said(says))
		fail_msg("%s: no %s: %s", name, err_name(code), fake.console);
	snprintf(line, sizeof line, "At offset 0x%llx of the file.", (unsigned long long)offset);
	if (offset && !world_said(line))
		fail_msg("%s: no offset %#llx: %s", name, (unsigned long long)offset, fake.console);
}

/* Kernels of the Limine protocol and EFI programs boot, unless the configuration says that they are of ours. */
static void say_hobnail(void)
{
	world_config("[k]\nkernel = \\boot\\kernel.elf\nprotocol = hobnail\n");
}

static void files_are_named_for_what_they_are(void **state)
{
	static uint8_t file[FOREIGN_MOST];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(foreign) + COUNT_OF(foreign_zeros); i++) {
		const struct foreign *is = i < COUNT_OF(foreign) ? &foreign[i] : &foreign_zeros[i - COUNT_OF(foreign)];

		world_make(FAKE_X86_64, KERNEL_UPPER);
		world_replace(world_file(KERNEL), file, foreign_build(is, file));
		if (foreign_is_efi(is))
			say_hobnail();
		refused(is->name, is->code, is->says, 0);
	}
}

static void without_notes(enum machine machine, enum world_kernel kernel)
{
	world_make(machine, kernel);
	put32(&world_elf, PH_NOTE, 0);
	put32(&world_elf, SH_NOTE + SH_KIND, 0);
}

static void kernels_of_other_protocols_are_named(void **state)
{
	(void)state;
	for (unsigned kind = 0; kind < FOREIGN_KERNELS; kind++) {
		if (kind == FOREIGN_PVH)
			world_make(FAKE_X86_64, KERNEL_UPPER);
		else
			without_notes(FAKE_X86_64, KERNEL_UPPER);
		put64(&world_elf, PH_NOTE + PH_FILESZ, 28);
		foreign_put(&world_elf, kind);
		if (kind <= FOREIGN_LIMINE_REQUEST || kind == FOREIGN_MULTIBOOT2)
			say_hobnail();
		refused(foreign_kernels[kind].name, foreign_kernels[kind].code, foreign_kernels[kind].says,
		        foreign_kernels[kind].offset);
	}
	/* Likewise on the other processor, and where the segments are staged. */
	without_notes(FAKE_AARCH64, KERNEL_UPPER);
	foreign_put(&world_elf, FOREIGN_LIMINE);
	say_hobnail();
	refused("limine", ERR_IS_LIMINE, foreign_kernels[FOREIGN_LIMINE].says, foreign_kernels[FOREIGN_LIMINE].offset);
	without_notes(FAKE_X86_64, KERNEL_STAGED);
	foreign_put(&world_elf, FOREIGN_MULTIBOOT2);
	say_hobnail();
	refused("multiboot2", ERR_IS_MULTIBOOT2, foreign_kernels[FOREIGN_MULTIBOOT2].says,
	        foreign_kernels[FOREIGN_MULTIBOOT2].offset);
}

static void enters(const char *what, unsigned kind)
{
	fake_run();
	const char *why = world_judge();
	if (!why)
		why = world_judge_entered();
	if (why)
		fail_msg("%s with %s: %s", what, foreign_kernels[kind].name, why);
}

static void a_kernel_may_carry_other_headers_beside_its_notes(void **state)
{
	(void)state;
	for (unsigned kind = 0; kind < FOREIGN_PVH; kind++) {
		world_make(FAKE_X86_64, KERNEL_UPPER);
		foreign_put(&world_elf, kind);
		enters("a kernel that makes requests", kind);
	}
}

/* A kernel without any request boots; so does one whose read-only data has Limine's numbers, such as a loader's. */
static void a_kernel_without_requests_boots(void **state)
{
	(void)state;
	without_notes(FAKE_X86_64, KERNEL_UPPER);
	enters("a kernel without requests", 0);
	without_notes(FAKE_X86_64, KERNEL_UPPER);
	put64(&world_elf, AT_TEXT + 0x48, 0xf9562b2d5c95a6c8);
	put64(&world_elf, AT_TEXT + 0x50, 0x6a7b384944536bdc);
	enters("read-only data", FOREIGN_LIMINE);
}

static void a_configuration_that_says_limine_is_believed(void **state)
{
	(void)state;
	without_notes(FAKE_X86_64, KERNEL_UPPER);
	world_config("[k]\nkernel = \\boot\\kernel.elf\nprotocol = limine\n");
	refused("none", ERR_LIMINE_NONE, "there are no Limine requests in this kernel", 0);
}

/* Where the address is a multiple of 8, whatever the offset in the file is. */
static void limine_is_found_in_a_segment_that_begins_anywhere(void **state)
{
	(void)state;
	without_notes(FAKE_X86_64, KERNEL_UPPER);
	put64(&world_elf, PH_DATA + PH_VADDR, BUILT_DATA + 4);
	foreign_put(&world_elf, FOREIGN_LIMINE);
	memmove(world_elf.data + AT_DATA + 0x44, world_elf.data + AT_DATA + 0x48, 16);
	say_hobnail();
	refused("limine", ERR_IS_LIMINE, "made for the Limine protocol", 0x2044);
	/* A segment of fewer bytes than are missing to the next multiple. */
	without_notes(FAKE_X86_64, KERNEL_UPPER);
	put64(&world_elf, PH_DATA + PH_VADDR, BUILT_DATA + 1);
	put64(&world_elf, PH_DATA + PH_FILESZ, 2);
	enters("a short segment", FOREIGN_LIMINE);
}

/* Code and data in one segment are common there, and here an error: of another protocol's kernel that is not what
 * to say. */
static void segments_that_only_another_protocol_takes_are_not_blamed(void **state)
{
	(void)state;
	without_notes(FAKE_X86_64, KERNEL_UPPER);
	put32(&world_elf, PH_TEXT + PH_FLAGS, 7);
	foreign_put(&world_elf, FOREIGN_MULTIBOOT2);
	say_hobnail();
	refused("multiboot2", ERR_IS_MULTIBOOT2, foreign_kernels[FOREIGN_MULTIBOOT2].says,
	        foreign_kernels[FOREIGN_MULTIBOOT2].offset);
	world_make(FAKE_X86_64, KERNEL_UPPER);
	put32(&world_elf, PH_TEXT + PH_FLAGS, 7);
	foreign_put(&world_elf, FOREIGN_MULTIBOOT2);
	refused("ours", ERR_ELF_WRITE_EXECUTE, "both writable and executable", PH_TEXT + PH_FLAGS);
	without_notes(FAKE_X86_64, KERNEL_UPPER);
	put32(&world_elf, PH_TEXT + PH_FLAGS, 7);
	refused("no protocol's", ERR_ELF_WRITE_EXECUTE, "both writable and executable", PH_TEXT + PH_FLAGS);
	without_notes(FAKE_X86_64, KERNEL_UPPER);
	put(&world_elf, EH_CLASS, 1, 1);
	foreign_put(&world_elf, FOREIGN_MULTIBOOT);
	refused("32-bit", ERR_IS_MULTIBOOT, foreign_kernels[FOREIGN_MULTIBOOT].says,
	        foreign_kernels[FOREIGN_MULTIBOOT].offset);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(files_are_named_for_what_they_are),
		cmocka_unit_test(kernels_of_other_protocols_are_named),
		cmocka_unit_test(a_kernel_may_carry_other_headers_beside_its_notes),
		cmocka_unit_test(a_kernel_without_requests_boots),
		cmocka_unit_test(a_configuration_that_says_limine_is_believed),
		cmocka_unit_test(limine_is_found_in_a_segment_that_begins_anywhere),
		cmocka_unit_test(segments_that_only_another_protocol_takes_are_not_blamed),
	};

	return cmocka_run_group_tests_name("firmware/foreign", tests, NULL, NULL);
}
