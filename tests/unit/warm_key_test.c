#include "../../cli/run/warm_key.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define ARGUMENTS(...) ((char *[]){ __VA_ARGS__, NULL })

static void name_of(char *const *argv, char out[WARM_NAME_BYTES])
{
	struct warm_key k;

	warm_key_start(&k);
	warm_key_add_command(&k, argv);
	warm_key_name(&k, out);
}

static bool same(char *const *a, char *const *b)
{
	char x[WARM_NAME_BYTES], y[WARM_NAME_BYTES];

	name_of(a, x);
	name_of(b, y);
	return strcmp(x, y) == 0;
}

/* FNV test vectors of 128 bits (draft-eastlake-fnv-17, Appendix C): "" is the offset basis. */
static void name_is_fnv(void **state)
{
	struct warm_key k;
	char name[WARM_NAME_BYTES];

	(void)state;
	warm_key_start(&k);
	warm_key_name(&k, name);
	assert_string_equal(name, "6c62272e07bb014262b821756295c58d");
	/* A length of 0: eight zero bytes, each a multiplication by the prime. */
	warm_key_add(&k, "", 0);
	warm_key_name(&k, name);
	unsigned __int128 hash = (unsigned __int128)0x6c62272e07bb0142 << 64 | 0x62b821756295c58d;
	for (int i = 0; i < 8; i++)
		hash *= ((unsigned __int128)1 << 88) + 0x13b;
	assert_true(hash == k.hash);
	assert_int_equal(strlen(name), WARM_NAME_BYTES - 1);
}

static void name_changes_with_every_argument(void **state)
{
	char *const *some = ARGUMENTS("qemu", "-m", "256");

	(void)state;
	assert_true(same(some, ARGUMENTS("qemu", "-m", "256")));
	assert_false(same(some, ARGUMENTS("qemu", "-m", "257")));
	assert_false(same(some, ARGUMENTS("qemu", "-m256")));
	assert_false(same(some, ARGUMENTS("qemu", "-", "m256")));
	assert_false(same(some, ARGUMENTS("qemu", "-m", "256", "")));
	assert_false(same(some, ARGUMENTS("-m", "256", "qemu")));
}

static void name_does_not_change_with_the_disks_file(void **state)
{
	char *const *plain = ARGUMENTS("qemu", "-set", "drive.disk.snapshot=off", "-set", "drive.disk.file=x::a");

	(void)state;
	assert_true(same(plain, ARGUMENTS("qemu")));
	assert_true(same(plain, ARGUMENTS("qemu", "-set", "drive.disk.file.inject-error.0.event=none")));
	assert_false(same(plain, ARGUMENTS("qemu", "-set", "drive.disk.filename=x")));
	assert_false(same(plain, ARGUMENTS("qemu", "-set", "drive.disk.readonly=on")));
	assert_false(same(plain, ARGUMENTS("qemu", "-set", "drive.other.file=x")));
	assert_false(same(plain, ARGUMENTS("qemu", "drive.disk.file=x")));
	assert_false(same(plain, ARGUMENTS("qemu", "-set")));
}

static void harmless_arguments_survive(void **state)
{
	(void)state;
	assert_true(warm_survives(NULL));
	assert_true(warm_survives(ARGUMENTS("-device", "virtio-rng-pci")));
	assert_true(warm_survives(ARGUMENTS("-device", "intel-iommu,intremap=on", "-cpu", "max", "-d", "int")));
	assert_true(warm_survives(ARGUMENTS("-set", "drive.disk.throttling.bps-total=2000000")));
	assert_true(warm_survives(ARGUMENTS("-accel", "tcg,thread=single")));
	assert_true(warm_survives(ARGUMENTS("-smbios", "type=1,manufacturer=Somebody")));
}

static void others_do_not(void **state)
{
	static char *const each[][3] = {
		{ "-drive", "file=x", NULL },
		{ "-device", "loader,file=x,addr=0", NULL },
		{ "-device", "virtio-blk-pci,drive=x", NULL },
		{ "-device", "virtio-rng-pci-foo", NULL },
		{ "-device", "virtio-rng-pci,bootindex=3", NULL },
		{ "-device", "VGA,romfile=/tmp/x", NULL },
		{ "-device", "nvme,serial=x", NULL },
		{ "-device", "ramfb", NULL },
		{ "-fw_cfg", "name=a,file=b", NULL },
		{ "-rtc", "base=2020-01-01", NULL },
		{ "-icount", "shift=4", NULL },
		{ "-kernel", "x", NULL },
		{ "-accel", "kvm", NULL },
		{ "-set", "device.boot.bootindex=5", NULL },
		{ "-smbios", "file=x", NULL },
		{ "-global", "driver=x,property=romfile,value=/y", NULL },
		{ "-incoming", "defer", NULL },
		{ "-S", NULL, NULL },
		{ "-device", NULL, NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(each) / sizeof(each[0]); i++)
		assert_false(warm_survives(each[i]));
	assert_false(warm_survives(ARGUMENTS("-device", "virtio-rng-pci", "-S", "x")));
}

static void machines_survive_that_are_known_and_whole(void **state)
{
	static const char *const good[] = { "q35", "pc", "virt", "virt,virtualization=on,gic-version=3", "q35,smm=on" };
	static const char *const bad[] = { "microvm", "virt-7.2", "q3", "q35x", "raspi3b", "q35,accel=kvm",
		                           "virt,dumpdtb=x", "q35,kernel=x", "q35,pflash0=x", "q35,memory-backend=m" };

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_true(warm_survives_machine(good[i]));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(warm_survives_machine(bad[i]));
}

static void firmwares_words_are_known(void **state)
{
	(void)state;
	assert_true(warm_is_firmwares("BdsDxe: starting"));
	assert_true(warm_is_firmwares("^UEFI firmware"));
	assert_true(warm_is_firmwares("Shell>"));
	assert_false(warm_is_firmwares("pith$"));
	assert_false(warm_is_firmwares("contract 73/73"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(name_is_fnv),
		cmocka_unit_test(name_changes_with_every_argument),
		cmocka_unit_test(name_does_not_change_with_the_disks_file),
		cmocka_unit_test(harmless_arguments_survive),
		cmocka_unit_test(others_do_not),
		cmocka_unit_test(machines_survive_that_are_known_and_whole),
		cmocka_unit_test(firmwares_words_are_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
