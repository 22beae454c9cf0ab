/* boots.c — an EFI program that boots its machine again and again. It counts the boots in a variable that survives
 * them, says from which partition it comes and what its loader has left in variables of the Boot Loader Interface,
 * writes those that its options name for this boot, and resets the machine, or switches it off.
 *
 *     cmdline = NAME last=3 1:LoaderEntryOneShot=b.conf
 *
 *   NAME             comes first: the entry, in what it says
 *   N:VARIABLE=TEXT  at the Nth boot, from 1, this variable gets this text
 *   last=N           after the Nth boot the machine is switched off; without options, after any */
#include "loaded_image.h"
#include "say.h"
#include "system_table.h"

EFI_STATUS EFIAPI efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *table);

/* UEFI 2.10, "ResetSystem()" (§8.5.1) */
enum { RESET_COLD, RESET_SHUTDOWN = 2 };
typedef void (EFIAPI *EFI_RESET_SYSTEM)(uint32_t type, EFI_STATUS status, UINTN bytes, void *data);

static const EFI_GUID image_guid = EFI_LOADED_IMAGE_PROTOCOL_GUID, path_guid = EFI_DEVICE_PATH_PROTOCOL_GUID,
                      loader_guid = { 0x4a67b082, 0x0a4c, 0x41cf, { 0xb6, 0xc7, 0x44, 0x0b, 0x29, 0xbb, 0x8c, 0x4f } },
                      own_guid = { 0x6d7a1f0e, 0x8b1c, 0x4f57, { 0x9b, 0x0a, 0x51, 0x2c, 0x7e, 0xd3, 0x40, 0x99 } };

enum { ATTRIBUTES = EFI_VARIABLE_NON_VOLATILE | EFI_VARIABLE_BOOTSERVICE_ACCESS | EFI_VARIABLE_RUNTIME_ACCESS };

static EFI_SYSTEM_TABLE *system;
static EFI_RUNTIME_SERVICES *rt;
static uint8_t boot; /* from 1 to 9 */

static bool is_character(CHAR16 c)
{
	return c && c != ' ';
}

/* The digits at *text, which goes behind them. */
static unsigned number(const CHAR16 **text)
{
	unsigned n = 0;

	for (; **text >= '0' && **text <= '9'; ++*text)
		n = n * 10 + (unsigned)(**text - '0');
	return n;
}

/* ---- What it says ------------------------------------------------------------------------------------------------ */

static void begin_line(void)
{
	char line[] = "boot 0: ";

	line[5] = (char)('0' + boot);
	say(system, line);
}

/* Texts with a blank between them. */
static void say_texts(const CHAR16 *text, UINTN units)
{
	char one[2] = { 0 };

	for (UINTN i = 0; i < units; i++) {
		one[0] = text[i] ? (char)text[i] : ' ';
		if (text[i] || i + 1 < units)
			say(system, one);
	}
}

static void say_features(const CHAR16 *value)
{
	const uint8_t *bytes = (const uint8_t *)value;
	char digit[2] = { 0 };

	say(system, "0x");
	for (unsigned i = 16; i-- > 0;) {
		digit[0] = "0123456789abcdef"[bytes[i / 2] >> i % 2 * 4 & 15];
		say(system, digit);
	}
}

static void say_variable(const CHAR16 *name)
{
	static CHAR16 value[2048];
	UINTN bytes = sizeof value, units = 0;
	bool is_there = !EFI_ERROR(rt->GetVariable(name, &loader_guid, NULL, &bytes, value));

	while (name[units])
		units++;
	begin_line();
	say_texts(name, units);
	say(system, " ");
	if (is_there && name[6] == 'F' && name[7] == 'e')
		say_features(value);
	else if (is_there)
		say_texts(value, bytes / sizeof *value);
	else
		say(system, "none");
	say(system, "\r\n");
}

/* Of the device that the image comes from. */
static void say_partition(EFI_HANDLE device)
{
	char number[] = "partition ?\r\n";
	const uint8_t *node = NULL;

	system->BootServices->HandleProtocol(device, &path_guid, (void **)&node);
	for (; node && node[0] != EFI_PATH_END; node += node[2] | node[3] << 8)
		if (node[0] == EFI_PATH_MEDIA && node[1] == EFI_PATH_HARD_DRIVE)
			number[10] = (char)('0' + node[4]);
	begin_line();
	say(system, number);
}

static void say_variables(void)
{
	static const CHAR16 *const names[] = {
		u"LoaderEntrySelected", u"LoaderEntries", u"LoaderBootCountPath", u"LoaderEntryDefault",
		u"LoaderEntryOneShot", u"LoaderConfigTimeoutOneShot", u"LoaderFeatures",
	};

	for (unsigned i = 0; i < sizeof names / sizeof *names; i++)
		say_variable(names[i]);
}

/* ---- What it does ------------------------------------------------------------------------------------------------ */

static void count_boot(void)
{
	UINTN bytes = sizeof boot;

	if (EFI_ERROR(rt->GetVariable(u"Boots", &own_guid, NULL, &bytes, &boot)))
		boot = 0;
	boot++;
	if (EFI_ERROR(rt->SetVariable(u"Boots", &own_guid, ATTRIBUTES, sizeof boot, &boot)))
		say(system, "BROKEN: the boots cannot be counted\r\n");
}

/* VARIABLE=TEXT */
static void write_variable(const CHAR16 *word)
{
	static CHAR16 name[64], value[256];
	unsigned units = 0;

	for (; is_character(*word) && *word != '=' && units < 63; word++)
		name[units++] = *word;
	name[units] = 0;
	word += *word == '=';
	for (units = 0; is_character(*word) && units < 255; word++)
		value[units++] = *word;
	value[units++] = 0;
	if (EFI_ERROR(rt->SetVariable(name, &loader_guid, ATTRIBUTES, units * sizeof *value, value)))
		say(system, "BROKEN: a variable cannot be written\r\n");
}

/* The words of the options behind the name. Is this the last boot? */
static bool follow(const CHAR16 *at)
{
	bool is_last = false;

	while (*at) {
		if (at[0] == 'l' && at[1] == 'a' && at[2] == 's' && at[3] == 't' && at[4] == '=') {
			at += 5;
			is_last = number(&at) == boot;
		} else if (number(&at) == boot && *at == ':') {
			write_variable(at + 1);
		}
		while (is_character(*at))
			at++;
		while (*at == ' ')
			at++;
	}
	return is_last;
}

EFI_STATUS EFIAPI efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *table)
{
	EFI_LOADED_IMAGE_PROTOCOL *loaded = NULL;
	UINTN units = 0;

	system = table;
	rt = table->RuntimeServices;
	table->BootServices->HandleProtocol(image, &image_guid, (void **)&loaded);
	const CHAR16 *options = loaded->LoadOptionsSize ? loaded->LoadOptions : u"";
	count_boot();
	while (is_character(options[units]))
		units++;
	begin_line();
	say(table, "this is ");
	say_texts(options, units);
	say(table, "\r\n");
	say_partition(loaded->DeviceHandle);
	say_variables();
	bool is_last = !*options || follow(options + units);
	if (is_last) {
		begin_line();
		say(table, "the last\r\n");
	}
	((EFI_RESET_SYSTEM)rt->ResetSystem)(is_last ? RESET_SHUTDOWN : RESET_COLD, EFI_SUCCESS, 0, NULL);
	return EFI_LOAD_ERROR;
}
