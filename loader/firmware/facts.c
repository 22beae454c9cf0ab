#include "efi.h"
#include "graphics.h"
#include "rng.h"

#include <string.h>

static const EFI_GUID acpi_20_guid = EFI_ACPI_20_TABLE_GUID;
static const EFI_GUID acpi_10_guid = EFI_ACPI_10_TABLE_GUID;
static const EFI_GUID smbios_3_guid = EFI_SMBIOS3_TABLE_GUID;
static const EFI_GUID smbios_guid = EFI_SMBIOS_TABLE_GUID;
static const EFI_GUID dtb_guid = EFI_DTB_TABLE_GUID;
static const EFI_GUID graphics_guid = EFI_GRAPHICS_OUTPUT_PROTOCOL_GUID;
static const EFI_GUID rng_guid = EFI_RNG_PROTOCOL_GUID;
static const EFI_GUID global_guid = EFI_GLOBAL_VARIABLE;

static paddr configuration_table(const struct firmware *fw, const EFI_GUID *guid)
{
	const EFI_SYSTEM_TABLE *st = system_table(fw);

	for (UINTN i = 0; st->ConfigurationTable && i < st->NumberOfTableEntries; i++)
		if (memcmp(&st->ConfigurationTable[i].VendorGuid, guid, sizeof *guid) == 0)
			return (uintptr_t)st->ConfigurationTable[i].VendorTable;
	return 0;
}

void firmware_tables(const struct firmware *fw, struct firmware_tables *out)
{
	out->rsdp = configuration_table(fw, &acpi_20_guid);
	if (!out->rsdp)
		out->rsdp = configuration_table(fw, &acpi_10_guid);
	out->smbios = configuration_table(fw, &smbios_3_guid);
	if (!out->smbios)
		out->smbios = configuration_table(fw, &smbios_guid);
	out->device_tree = configuration_table(fw, &dtb_guid);
}

/* ---- Graphics ------------------------------------------------------------------------------------------ */

static bool pixel_masks(const EFI_GRAPHICS_OUTPUT_MODE_INFORMATION *info, struct hobnail_framebuffer *out)
{
	switch (info->PixelFormat) {
	case PixelRedGreenBlueReserved8BitPerColor:
		out->red_mask = 0xff, out->green_mask = 0xff00, out->blue_mask = 0xff0000;
		return true;
	case PixelBlueGreenRedReserved8BitPerColor:
		out->blue_mask = 0xff, out->green_mask = 0xff00, out->red_mask = 0xff0000;
		return true;
	case PixelBitMask:
		out->red_mask = info->PixelInformation.RedMask;
		out->green_mask = info->PixelInformation.GreenMask;
		out->blue_mask = info->PixelInformation.BlueMask;
		return out->red_mask && out->green_mask && out->blue_mask && !(out->red_mask & out->green_mask) &&
		       !((out->red_mask | out->green_mask) & out->blue_mask);
	default:
		return false; /* PixelBltOnly: no memory to draw in */
	}
}

/* Bytes of a pixel: as many as its highest mask bit needs. */
static uint32_t pixel_bits(const EFI_GRAPHICS_OUTPUT_MODE_INFORMATION *info)
{
	const EFI_PIXEL_BITMASK *m = &info->PixelInformation;
	uint32_t all = m->RedMask | m->GreenMask | m->BlueMask | m->ReservedMask, bits = 8;

	if (info->PixelFormat != PixelBitMask)
		return 32;
	while (bits < 32 && all >> bits)
		bits += 8;
	return bits;
}

static bool describe(const EFI_GRAPHICS_OUTPUT_PROTOCOL_MODE *mode, struct hobnail_framebuffer *out)
{
	const EFI_GRAPHICS_OUTPUT_MODE_INFORMATION *info = mode ? mode->Info : NULL;

	if (!info || !info->HorizontalResolution || !info->VerticalResolution || !mode->FrameBufferBase)
		return false;
	struct hobnail_framebuffer fb = {
		.phys = mode->FrameBufferBase,
		.width = info->HorizontalResolution,
		.height = info->VerticalResolution,
		.bits_per_pixel = pixel_bits(info),
	};
	fb.pitch = info->PixelsPerScanLine * (fb.bits_per_pixel / 8);
	fb.bytes = (uint64_t)fb.pitch * fb.height;
	if (!pixel_masks(info, &fb) || info->PixelsPerScanLine < fb.width || info->PixelsPerScanLine > 65536 ||
	    fb.height > 65536 || !sum_fits(fb.phys, fb.bytes) || (mode->FrameBufferSize && fb.bytes > mode->FrameBufferSize))
		return false;
	*out = fb;
	return true;
}

enum { MAX_MODES = 256 }; /* more are not believed */

/* The first mode of this size that can be drawn in; the current one if it is it. */
static bool set_mode(const struct firmware *fw, EFI_GRAPHICS_OUTPUT_PROTOCOL *gop, uint32_t width, uint32_t height)
{
	const EFI_GRAPHICS_OUTPUT_MODE_INFORMATION *now = gop->Mode->Info;

	if (now && now->HorizontalResolution == width && now->VerticalResolution == height)
		return true;
	for (uint32_t i = 0; i < gop->Mode->MaxMode && i < MAX_MODES; i++) {
		EFI_GRAPHICS_OUTPUT_MODE_INFORMATION *info = NULL;
		UINTN bytes;
		if (EFI_ERROR(gop->QueryMode(gop, i, &bytes, &info)) || !info)
			continue;
		bool fits = info->HorizontalResolution == width && info->VerticalResolution == height &&
		            info->PixelFormat != PixelBltOnly;
		boot_services(fw)->FreePool(info); /* the caller's: UEFI 2.10, "EFI_GRAPHICS_OUTPUT_PROTOCOL.QueryMode()" */
		if (fits)
			return !EFI_ERROR(gop->SetMode(gop, i));
	}
	return false;
}

bool firmware_framebuffer(const struct firmware *fw, uint32_t width, uint32_t height, struct hobnail_framebuffer *out)
{
	EFI_GRAPHICS_OUTPUT_PROTOCOL *gop = NULL;
	EFI_STATUS s = boot_services(fw)->HandleProtocol(system_table(fw)->ConsoleOutHandle, &graphics_guid, (void **)&gop);

	/* The console's own first: with several adapters it is the one that somebody looks at. */
	if (EFI_ERROR(s) || !gop || !gop->Mode || !gop->Mode->FrameBufferBase)
		s = boot_services(fw)->LocateProtocol(&graphics_guid, NULL, (void **)&gop);
	if (EFI_ERROR(s) || !gop || !gop->Mode)
		return false;
	if (width && height)
		(void)set_mode(fw, gop, width, height);
	return describe(gop->Mode, out);
}

/* ---- Chance, time, Secure Boot ------------------------------------------------------------------------- */

bool firmware_random(const struct firmware *fw, uint8_t *out, size_t bytes)
{
	EFI_RNG_PROTOCOL *rng = NULL;
	EFI_STATUS s = boot_services(fw)->LocateProtocol(&rng_guid, NULL, (void **)&rng);

	return !EFI_ERROR(s) && rng && !EFI_ERROR(rng->GetRNG(rng, NULL, bytes, out));
}

/* Days from 1970-01-01 to a date of the proleptic Gregorian calendar; years begin in March, so that the leap day is last. */
static uint64_t days_since_1970(unsigned year, unsigned month, unsigned day)
{
	unsigned y = month > 2 ? year : year - 1;
	unsigned m = month > 2 ? month - 3 : month + 9;

	return (uint64_t)y * 365 + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - 719468;
}

bool firmware_time(const struct firmware *fw, uint64_t *seconds_since_1970)
{
	EFI_TIME t = { 0 };
	EFI_STATUS s = system_table(fw)->RuntimeServices->GetTime(&t, NULL);

	if (EFI_ERROR(s) || t.Year < 1970 || t.Year > 9999 || t.Month < 1 || t.Month > 12 || t.Day < 1 || t.Day > 31 ||
	    t.Hour > 23 || t.Minute > 59 || t.Second > 59)
		return false;
	*seconds_since_1970 = days_since_1970(t.Year, t.Month, t.Day) * 86400 + t.Hour * 3600u + t.Minute * 60u + t.Second;
	return true;
}

/* UEFI 2.10, "Globally Defined Variables": SecureBoot alone says whether images are verified. SetupMode, AuditMode and
 * DeployedMode say who may change the keys. They are not asked: EDK2 has a switch of its own beside them (SecureBootEnable), so
 * with keys enrolled Secure Boot may be on or off. */
uint32_t firmware_secure_boot(const struct firmware *fw)
{
	uint8_t on = 0;
	UINTN bytes = sizeof on;
	EFI_STATUS s = system_table(fw)->RuntimeServices->GetVariable(u"SecureBoot", &global_guid, NULL, &bytes, &on);

	if (s == EFI_NOT_FOUND || s == EFI_UNSUPPORTED)
		return HOBNAIL_SECURE_BOOT_OFF; /* firmware without Secure Boot has no such variable, or no variables */
	if (EFI_ERROR(s) || bytes != sizeof on || on > 1)
		return HOBNAIL_SECURE_BOOT_UNKNOWN;
	return on ? HOBNAIL_SECURE_BOOT_ON : HOBNAIL_SECURE_BOOT_OFF;
}
