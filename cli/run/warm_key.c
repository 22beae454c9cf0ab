#include "warm_key.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base.h"

/* ---- The name -------------------------------------------------------------------------------------------------- */

void warm_key_start(struct warm_key *k)
{
	k->hash = (unsigned __int128)0x6c62272e07bb0142 << 64 | 0x62b821756295c58d;
}

static void mix(struct warm_key *k, const uint8_t *bytes, size_t count)
{
	const unsigned __int128 prime = ((unsigned __int128)1 << 88) + 0x13b;

	for (size_t i = 0; i < count; i++)
		k->hash = (k->hash ^ bytes[i]) * prime;
}

void warm_key_add(struct warm_key *k, const void *bytes, size_t count)
{
	uint64_t length = count;

	mix(k, (const uint8_t *)&length, sizeof(length));
	mix(k, bytes, count);
}

static bool begins(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

static bool is_disk_file(const char *option, const char *value)
{
	return strcmp(option, "-set") == 0 && value &&
	       (begins(value, "drive.disk.file=") || begins(value, "drive.disk.file.") ||
	        begins(value, "drive.disk.snapshot="));
}

void warm_key_add_command(struct warm_key *k, char *const *argv)
{
	for (; *argv; argv++) {
		if (is_disk_file(argv[0], argv[1]))
			argv++;
		else
			warm_key_add(k, *argv, strlen(*argv));
	}
}

void warm_key_name(const struct warm_key *k, char out[WARM_NAME_BYTES])
{
	snprintf(out, WARM_NAME_BYTES, "%016llx%016llx", (unsigned long long)(k->hash >> 64),
	         (unsigned long long)k->hash);
}

/* ---- What can be kept ------------------------------------------------------------------------------------------ */

/* Devices whose state QEMU saves, and that need nothing else. Not ramfb: QEMU 7.2 loads a machine without the address
 * that the firmware gave to it, and its screen stays empty. */
static const char *const devices[] = {
	"virtio-rng-pci", "intel-iommu", "VGA", "qemu-xhci", "usb-kbd", "pvpanic",
};

/* A value that names a file or another device's drive: its content would have to be part of the key. */
static bool names_file(const char *value)
{
	return strchr(value, '/') || strstr(value, "file=") || strstr(value, "drive=") || strstr(value, "path=");
}

static bool survives_device(const char *value)
{
	size_t length = strcspn(value, ",");

	if (names_file(value) || strstr(value, "bootindex"))
		return false;
	for (size_t i = 0; i < COUNT_OF(devices); i++)
		if (strlen(devices[i]) == length && strncmp(devices[i], value, length) == 0)
			return true;
	return false;
}

static bool survives_set(const char *value)
{
	return begins(value, "drive.disk.") || begins(value, "device.boot.logical_block_size=") ||
	       begins(value, "device.boot.physical_block_size=");
}

static bool survives_accel(const char *value)
{
	return strcmp(value, "tcg") == 0 || begins(value, "tcg,thread=");
}

static bool survives_smbios(const char *value)
{
	return begins(value, "type=") && !names_file(value);
}

static bool survives_global(const char *value)
{
	return !names_file(value);
}

static bool survives_always(const char *value)
{
	(void)value;
	return true;
}

static const struct {
	const char *name;
	bool (*survives)(const char *value);
} options[] = {
	{ "-device", survives_device },
	{ "-set", survives_set },
	{ "-accel", survives_accel },
	{ "-smbios", survives_smbios },
	{ "-global", survives_global },
	{ "-cpu", survives_always },
	{ "-smp", survives_always },
	{ "-name", survives_always },
	{ "-d", survives_always },
	{ "-D", survives_always },
};

static bool survives_option(const char *name, const char *value)
{
	for (size_t i = 0; i < COUNT_OF(options); i++)
		if (strcmp(options[i].name, name) == 0)
			return options[i].survives(value);
	return false;
}

bool warm_survives(char *const *arguments)
{
	for (; arguments && *arguments; arguments += 2)
		if (!arguments[1] || !survives_option(arguments[0], arguments[1]))
			return false;
	return true;
}

bool warm_survives_machine(const char *machine)
{
	static const char *const known[] = { "q35", "pc", "virt" };
	static const char *const never[] = { "/", "accel", "kernel", "initrd", "dtb", "append", "firmware", "pflash",
	                                     "memory-backend", "confidential" };
	size_t length = strcspn(machine, ",");
	bool is_known = false;

	for (size_t i = 0; i < COUNT_OF(known); i++)
		is_known |= strlen(known[i]) == length && strncmp(known[i], machine, length) == 0;
	for (size_t i = 0; i < COUNT_OF(never); i++)
		is_known &= !strstr(machine + length, never[i]);
	return is_known;
}

bool warm_is_firmwares(const char *text)
{
	static const char *const words[] = { "BdsDxe", "UEFI", "Boot0", "Shell>", "TianoCore", "EDK" };

	for (size_t i = 0; i < COUNT_OF(words); i++)
		if (strstr(text, words[i]))
			return true;
	return false;
}
