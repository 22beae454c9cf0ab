#include "efi.h"
#include "graphics.h"
#include "rng.h"
#include "tcg2.h"
#include "tpm_log.h"

#include <string.h>

static const EFI_GUID acpi_20_guid = EFI_ACPI_20_TABLE_GUID;
static const EFI_GUID acpi_10_guid = EFI_ACPI_10_TABLE_GUID;
static const EFI_GUID smbios_3_guid = EFI_SMBIOS3_TABLE_GUID;
static const EFI_GUID smbios_guid = EFI_SMBIOS_TABLE_GUID;
static const EFI_GUID dtb_guid = EFI_DTB_TABLE_GUID;
static const EFI_GUID graphics_guid = EFI_GRAPHICS_OUTPUT_PROTOCOL_GUID;
static const EFI_GUID edid_guid = EFI_EDID_ACTIVE_PROTOCOL_GUID;
static const EFI_GUID rng_guid = EFI_RNG_PROTOCOL_GUID;
static const EFI_GUID tcg2_guid = EFI_TCG2_PROTOCOL_GUID;
static const EFI_GUID global_guid = EFI_GLOBAL_VARIABLE;

void *firmware_table(const struct firmware *fw, const EFI_GUID *guid)
{
	const EFI_SYSTEM_TABLE *st = system_table(fw);

	for (UINTN i = 0; st->ConfigurationTable && i < st->NumberOfTableEntries; i++)
		if (memcmp(&st->ConfigurationTable[i].VendorGuid, guid, sizeof *guid) == 0)
			return st->ConfigurationTable[i].VendorTable;
	return NULL;
}

static paddr configuration_table(const struct firmware *fw, const EFI_GUID *guid)
{
	return (uintptr_t)firmware_table(fw, guid);
}

void firmware_tables(const struct firmware *fw, struct firmware_tables *out)
{
	out->rsdp = configuration_table(fw, &acpi_20_guid);
	if (!out->rsdp)
		out->rsdp = configuration_table(fw, &acpi_10_guid);
	out->smbios_64 = configuration_table(fw, &smbios_3_guid);
	out->smbios_32 = configuration_table(fw, &smbios_guid);
	out->smbios = out->smbios_64 ? out->smbios_64 : out->smbios_32;
	out->device_tree = configuration_table(fw, &dtb_guid);
}

void firmware_own_tables(const struct firmware *fw, struct span out[FIRMWARE_OWN_TABLES])
{
	enum { VENDOR_MOST = 1000 }; /* units; a longer name is not believed */
	const EFI_SYSTEM_TABLE *st = system_table(fw);
	const CHAR16 *vendor = st->FirmwareVendor;
	uint64_t units = 0;

	while (vendor && units < VENDOR_MOST && vendor[units])
		units++;
	out[0] = (struct span){ (uintptr_t)st, sizeof *st };
	out[1] = (struct span){ (uintptr_t)st->RuntimeServices, sizeof *st->RuntimeServices };
	out[2] = (struct span){ (uintptr_t)st->ConfigurationTable,
	                        st->NumberOfTableEntries * sizeof *st->ConfigurationTable };
	out[3] = (struct span){ (uintptr_t)vendor, vendor ? (units + 1) * sizeof *vendor : 0 };
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

/* Bits of a pixel: as many bytes as its highest mask bit needs. */
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
	    fb.height > 65536 || !sum_fits(fb.phys, fb.bytes) ||
	    (mode->FrameBufferSize && fb.bytes > mode->FrameBufferSize))
		return false;
	*out = fb;
	return true;
}

enum { MAX_MODES = 256 }; /* more are not believed */

/* Set the first mode of this size that can be drawn in; keep the current mode if it has that size. */
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
		/* the caller frees it: UEFI 2.10, "EFI_GRAPHICS_OUTPUT_PROTOCOL.QueryMode()" */
		boot_services(fw)->FreePool(info);
		if (fits)
			return !EFI_ERROR(gop->SetMode(gop, i));
	}
	return false;
}

static bool has_pixels(const EFI_GRAPHICS_OUTPUT_PROTOCOL *gop)
{
	return gop && gop->Mode && gop->Mode->FrameBufferBase;
}

/* Any display with memory to draw in; NULL: there is none. */
static EFI_GRAPHICS_OUTPUT_PROTOCOL *find_pixels(const struct firmware *fw)
{
	EFI_GRAPHICS_OUTPUT_PROTOCOL *found = NULL;
	EFI_HANDLE *handles = NULL;
	UINTN count = 0;
	EFI_STATUS s = boot_services(fw)->LocateHandleBuffer(ByProtocol, &graphics_guid, NULL, &count, &handles);

	if (EFI_ERROR(s) || !handles)
		return NULL;
	for (UINTN i = 0; i < count && !found; i++) {
		EFI_GRAPHICS_OUTPUT_PROTOCOL *gop = NULL;
		s = boot_services(fw)->HandleProtocol(handles[i], &graphics_guid, (void **)&gop);
		found = !EFI_ERROR(s) && has_pixels(gop) ? gop : NULL;
	}
	boot_services(fw)->FreePool(handles);
	return found;
}

/* The console's own adapter comes first: with several, somebody looks at that one. Then comes the firmware's first one,
 * and in place of one without memory to draw in (EDK2's for virtio-gpu) another that has it. */
static EFI_GRAPHICS_OUTPUT_PROTOCOL *find_display(const struct firmware *fw)
{
	EFI_GRAPHICS_OUTPUT_PROTOCOL *gop = NULL, *other = NULL;
	EFI_STATUS s = boot_services(fw)->HandleProtocol(system_table(fw)->ConsoleOutHandle, &graphics_guid,
	                                                 (void **)&gop);

	if (!EFI_ERROR(s) && has_pixels(gop))
		return gop;
	s = boot_services(fw)->LocateProtocol(&graphics_guid, NULL, (void **)&gop);
	if (EFI_ERROR(s))
		return NULL;
	if (!has_pixels(gop))
		other = find_pixels(fw);
	return other ? other : gop && gop->Mode ? gop : NULL;
}

bool firmware_framebuffer(const struct firmware *fw, uint32_t width, uint32_t height, struct hobnail_framebuffer *out)
{
	EFI_GRAPHICS_OUTPUT_PROTOCOL *gop = find_display(fw);

	if (!gop)
		return false;
	if (width && height)
		(void)set_mode(fw, gop, width, height);
	return describe(gop->Mode, out);
}

int firmware_mode(const struct firmware *fw, uint32_t number, struct hobnail_framebuffer *out)
{
	EFI_GRAPHICS_OUTPUT_PROTOCOL *gop = find_display(fw);
	EFI_GRAPHICS_OUTPUT_MODE_INFORMATION *info = NULL;
	UINTN bytes;

	if (!gop || number >= gop->Mode->MaxMode || number >= MAX_MODES)
		return -1;
	if (EFI_ERROR(gop->QueryMode(gop, number, &bytes, &info)) || !info)
		return 0;
	EFI_GRAPHICS_OUTPUT_PROTOCOL_MODE mode = { .Info = info, .FrameBufferBase = 1 }; /* any address */
	bool good = describe(&mode, out);
	boot_services(fw)->FreePool(info);
	return good;
}

/* UEFI 2.10, "EFI_EDID_ACTIVE_PROTOCOL": it is on the handle of its display, which the console's graphics protocol may
 * stand for. So displays are compared by their memory. */
static const EFI_EDID_ACTIVE_PROTOCOL *edid_of(const struct firmware *fw, EFI_HANDLE handle, uint64_t memory)
{
	EFI_GRAPHICS_OUTPUT_PROTOCOL *gop = NULL;
	EFI_EDID_ACTIVE_PROTOCOL *edid = NULL;
	EFI_STATUS s = boot_services(fw)->HandleProtocol(handle, &graphics_guid, (void **)&gop);

	if (EFI_ERROR(s) || !has_pixels(gop) || gop->Mode->FrameBufferBase != memory)
		return NULL;
	s = boot_services(fw)->HandleProtocol(handle, &edid_guid, (void **)&edid);
	return EFI_ERROR(s) || !edid || !edid->Edid ? NULL : edid;
}

uint64_t firmware_edid(const struct firmware *fw, uint8_t *out, uint64_t capacity)
{
	const EFI_GRAPHICS_OUTPUT_PROTOCOL *gop = find_display(fw);
	const EFI_EDID_ACTIVE_PROTOCOL *edid = NULL;
	EFI_HANDLE *handles = NULL;
	UINTN count = 0;
	EFI_STATUS s = boot_services(fw)->LocateHandleBuffer(ByProtocol, &edid_guid, NULL, &count, &handles);

	if (EFI_ERROR(s) || !handles)
		return 0;
	for (UINTN i = 0; i < count && gop && !edid; i++)
		edid = edid_of(fw, handles[i], gop->Mode->FrameBufferBase);
	boot_services(fw)->FreePool(handles);
	uint64_t bytes = edid ? min_u64(edid->SizeOfEdid, capacity) : 0;
	if (bytes)
		memcpy(out, edid->Edid, bytes);
	return bytes;
}

/* ---- The TPM's log ------------------------------------------------------------------------------------- */

static bool read_log(EFI_TCG2_PROTOCOL *tcg, unsigned format, const void **log, uint64_t *bytes)
{
	EFI_PHYSICAL_ADDRESS first = 0, last = 0;
	BOOLEAN truncated = false;
	EFI_STATUS s = tcg->GetEventLog(tcg, format, &first, &last, &truncated);

	if (EFI_ERROR(s) || !first || (last && last < first))
		return false;
	*log = (const void *)(uintptr_t)first;
	*bytes = last ? tpm_log_bytes(format, *log, last - first) : 0;
	return *bytes || !last;
}

bool firmware_tpm_log(const struct firmware *fw, const void **log, uint64_t *bytes, unsigned *format)
{
	EFI_TCG2_PROTOCOL *tcg = NULL;
	EFI_TCG2_BOOT_SERVICE_CAPABILITY can = { .Size = sizeof can };
	EFI_STATUS s = boot_services(fw)->LocateProtocol(&tcg2_guid, NULL, (void **)&tcg);

	if (EFI_ERROR(s) || !tcg || EFI_ERROR(tcg->GetCapability(tcg, &can)) || !can.TPMPresentFlag)
		return false;
	for (*format = TPM_LOG_CRYPTO_AGILE; *format; --*format)
		if (can.SupportedEventLogs >> (*format - 1) & 1 && read_log(tcg, *format, log, bytes))
			return true;
	return false;
}

/* ---- Chance, time, Secure Boot ------------------------------------------------------------------------- */

bool firmware_random(const struct firmware *fw, uint8_t *out, size_t bytes)
{
	EFI_RNG_PROTOCOL *rng = NULL;
	EFI_STATUS s = boot_services(fw)->LocateProtocol(&rng_guid, NULL, (void **)&rng);

	return !EFI_ERROR(s) && rng && !EFI_ERROR(rng->GetRNG(rng, NULL, bytes, out));
}

/* Days from 1970-01-01 to a date of the proleptic Gregorian calendar; years begin in March, so that the leap day is
 * last. */
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
	*seconds_since_1970 = days_since_1970(t.Year, t.Month, t.Day) * 86400 +
	                      t.Hour * 3600u + t.Minute * 60u + t.Second;
	return true;
}

/* UEFI 2.10, "Globally Defined Variables": SecureBoot alone says whether images are verified. SetupMode, AuditMode and
 * DeployedMode say who may change the keys. They are not asked: EDK2 has a switch of its own beside them
 * (SecureBootEnable), so with keys enrolled Secure Boot may be on or off. */
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
