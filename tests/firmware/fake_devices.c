/* fake_devices.c — display, chance, clock and variables. */
#include "fake.h"

#include <stdlib.h>
#include <string.h>

/* ---- Display ------------------------------------------------------------------------------------------- */

/* The answer is the caller's to free: UEFI 2.10, "EFI_GRAPHICS_OUTPUT_PROTOCOL.QueryMode()". */
static EFI_STATUS EFIAPI query_mode(EFI_GRAPHICS_OUTPUT_PROTOCOL *self, uint32_t mode, UINTN *bytes,
                                    EFI_GRAPHICS_OUTPUT_MODE_INFORMATION **info)
{
	EFI_STATUS s = fake_call(SERVICE_QUERY_MODE, NULL);

	(void)self;
	if (s)
		return EFI_ERROR(s) ? s : EFI_SUCCESS;
	if (mode >= COUNT_OF(fake.options.mode_info))
		return EFI_INVALID_PARAMETER;
	*bytes = sizeof **info;
	s = fake_pool(*bytes, (void **)info);
	**info = fake.options.mode_info[mode];
	return s;
}

static EFI_STATUS EFIAPI set_mode(EFI_GRAPHICS_OUTPUT_PROTOCOL *self, uint32_t mode)
{
	EFI_STATUS s = fake_call(SERVICE_SET_MODE, NULL);

	if (s)
		return EFI_ERROR(s) ? s : EFI_SUCCESS;
	self->Mode->Mode = mode;
	self->Mode->Info = &fake.options.mode_info[mode];
	return EFI_SUCCESS;
}

EFI_GRAPHICS_OUTPUT_PROTOCOL fake_gop = { .QueryMode = query_mode, .SetMode = set_mode };

static EFI_GRAPHICS_OUTPUT_PROTOCOL_MODE second_mode;
static EFI_GRAPHICS_OUTPUT_PROTOCOL second_gop = { .QueryMode = query_mode, .SetMode = set_mode, .Mode = &second_mode };
static char first_display, second_display;
EFI_HANDLE const fake_displays[2] = { &first_display, &second_display };

EFI_GRAPHICS_OUTPUT_PROTOCOL *fake_display(EFI_HANDLE handle)
{
	if (handle == &second_display)
		return fake.options.second_gop ? &second_gop : NULL;
	return handle == &first_display && !fake.options.no_gop ? &fake_gop : NULL;
}

EFI_EDID_ACTIVE_PROTOCOL *fake_edid(EFI_HANDLE handle)
{
	EFI_EDID_ACTIVE_PROTOCOL *edid = &fake.options.edids[handle == &second_display];

	return fake_display(handle) && edid->SizeOfEdid ? edid : NULL;
}

static EFI_GRAPHICS_OUTPUT_MODE_INFORMATION small_mode(uint32_t width, uint32_t height)
{
	return (EFI_GRAPHICS_OUTPUT_MODE_INFORMATION){ .HorizontalResolution = width, .VerticalResolution = height,
	                                               .PixelFormat = PixelBlueGreenRedReserved8BitPerColor,
	                                               .PixelsPerScanLine = width };
}

void fake_devices_reset(void)
{
	struct fake_options *o = &fake.options;

	o->mode_info[0] = small_mode(128, 96);
	o->mode_info[1] = small_mode(64, 48);
	o->mode_info[2] = small_mode(32, 24);
	o->mode = (EFI_GRAPHICS_OUTPUT_PROTOCOL_MODE){ .MaxMode = 3, .Info = &o->mode_info[0],
	                                               .SizeOfInfo = sizeof o->mode_info[0],
	                                               .FrameBufferBase = ARENA_SCREEN,
	                                               .FrameBufferSize = 16 * PAGE_BYTES };
	fake_gop.Mode = &o->mode;
	second_mode = o->mode;
	second_mode.Info = &o->mode_info[2];
}

/* ---- Chance -------------------------------------------------------------------------------------------- */

static EFI_STATUS EFIAPI get_rng(EFI_RNG_PROTOCOL *self, const EFI_GUID *algorithm, UINTN bytes, uint8_t *out)
{
	EFI_STATUS s = fake_call(SERVICE_RANDOM, NULL);

	(void)self, (void)algorithm;
	memset(out, 0x5a, bytes / 2); /* a failure may leave traces */
	if (EFI_ERROR(s) || fake.options.rng_fails)
		return EFI_ERROR(s) ? s : EFI_DEVICE_ERROR;
	memset(out, 0xa5, bytes);
	return EFI_SUCCESS;
}

EFI_RNG_PROTOCOL fake_rng = { .GetRNG = get_rng };

/* ---- Runtime services ---------------------------------------------------------------------------------- */

static EFI_STATUS EFIAPI get_time(EFI_TIME *time, void *capabilities)
{
	EFI_STATUS s = fake_call(SERVICE_GET_TIME, NULL);

	(void)capabilities;
	if (s)
		return EFI_ERROR(s) ? s : EFI_SUCCESS;
	*time = fake.options.time;
	return EFI_SUCCESS;
}

static bool is_name(const CHAR16 *name, const char *wanted)
{
	while (*wanted && *name == (unsigned char)*wanted)
		name++, wanted++;
	return !*wanted && !*name;
}

static EFI_STATUS give(const void *from, size_t bytes, UINTN *room, void *to)
{
	if (*room < bytes) {
		*room = bytes;
		return EFI_BUFFER_TOO_SMALL;
	}
	*room = bytes;
	memcpy(to, from, bytes);
	return EFI_SUCCESS;
}

/* As much as fits of the path that a test has given, and as many bytes as it says. */
static EFI_STATUS give_console_path(UINTN *room, void *to)
{
	if (fake.options.console_status)
		return fake.options.console_status;
	memcpy(to, fake.options.console_path, min_u64(*room, FAKE_PATH_BYTES));
	*room = fake.options.console_path_bytes;
	return EFI_SUCCESS;
}

static struct fake_variable *find_variable(const CHAR16 *name)
{
	for (unsigned i = 0; i < fake.variable_count; i++)
		if (fake.variables[i].bytes && is_name(name, fake.variables[i].name))
			return &fake.variables[i];
	return NULL;
}

/* Of all vendors but the global one together. */
static EFI_STATUS EFIAPI set_variable(const CHAR16 *name, const EFI_GUID *vendor, uint32_t attributes, UINTN bytes,
                                      const void *data)
{
	EFI_STATUS s = fake_call(SERVICE_SET_VARIABLE, NULL);
	struct fake_variable *v = find_variable(name);

	(void)vendor;
	if (EFI_ERROR(s))
		return s;
	if (!v && !bytes)
		return EFI_NOT_FOUND;
	if (!v)
		v = &fake.variables[fake.variable_count++];
	if (fake.variable_count > FAKE_MAX_VARIABLES || bytes > sizeof v->data)
		abort();
	for (unsigned i = 0; i < sizeof v->name - 1 && (i == 0 || name[i - 1]); i++)
		v->name[i] = (char)name[i];
	v->attributes = attributes;
	v->bytes = bytes;
	if (bytes)
		memcpy(v->data, data, bytes);
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI get_variable(const CHAR16 *name, const EFI_GUID *vendor, uint32_t *attributes, UINTN *bytes,
                                      void *data)
{
	static const uint8_t path_end[] = { 0x7f, 0xff, 4, 0 }, path_uart[] = { 3, 14, 4, 0, 0x7f, 0xff, 4, 0 };
	EFI_STATUS s = fake_call(SERVICE_GET_VARIABLE, NULL);
	static const EFI_GUID global = EFI_GLOBAL_VARIABLE;
	uint8_t on[4] = { (uint8_t)fake.options.secure_boot };

	(void)attributes;
	if (EFI_ERROR(s))
		return s;
	if (s == FAULT_SHORT) {
		*bytes = 0;
		return EFI_SUCCESS;
	}
	const struct fake_variable *v = find_variable(name);
	if (memcmp(vendor, &global, sizeof global) != 0)
		return v ? give(v->data, v->bytes, bytes, data) : EFI_NOT_FOUND;
	if (is_name(name, "SecureBoot") && fake.options.secure_boot_status)
		return fake.options.secure_boot_status;
	if (is_name(name, "SecureBoot") && fake.options.secure_boot >= 0)
		return give(on, fake.options.secure_boot_bytes, bytes, data);
	if (is_name(name, "ConOut") && (fake.options.console_path || fake.options.console_status))
		return give_console_path(bytes, data);
	if (is_name(name, "ConOut"))
		return fake.options.serial_console ? give(path_uart, sizeof path_uart, bytes, data)
		                                   : give(path_end, sizeof path_end, bytes, data);
	return EFI_NOT_FOUND;
}

EFI_RUNTIME_SERVICES fake_runtime = { .GetTime = get_time, .GetVariable = get_variable,
                                       .SetVariable = set_variable };
