#include "efi.h"

/* VARIABLE_LOADER: systemd, "The Boot Loader Interface" */
static const EFI_GUID vendors[VARIABLE_VENDORS] = {
	[VARIABLE_HOBNAIL] = { 0x3f5fd58a, 0x2f31, 0x4bd4, { 0x9c, 0x60, 0x0d, 0x6b, 0x1e, 0x9a, 0x57, 0xc2 } },
	[VARIABLE_LOADER] = { 0x4a67b082, 0x0a4c, 0x41cf, { 0xb6, 0xc7, 0x44, 0x0b, 0x29, 0xbb, 0x8c, 0x4f } },
};

bool variable_get(const struct firmware *fw, enum variable_vendor vendor, const uint16_t *name, void *out,
                  size_t capacity, size_t *bytes)
{
	const EFI_RUNTIME_SERVICES *rt = system_table(fw)->RuntimeServices;
	UINTN size = capacity;

	if (EFI_ERROR(rt->GetVariable(name, &vendors[vendor], NULL, &size, out)) || size > capacity)
		return false;
	*bytes = size;
	return true;
}

bool variable_set(const struct firmware *fw, enum variable_vendor vendor, const uint16_t *name, bool stays,
                  const void *data, size_t bytes)
{
	const EFI_RUNTIME_SERVICES *rt = system_table(fw)->RuntimeServices;
	uint32_t attributes = EFI_VARIABLE_BOOTSERVICE_ACCESS | EFI_VARIABLE_RUNTIME_ACCESS;

	if (stays)
		attributes |= EFI_VARIABLE_NON_VOLATILE;
	return !EFI_ERROR(rt->SetVariable(name, &vendors[vendor], attributes, bytes, data));
}

/* UEFI 2.10, "SetVariable()" (§8.2): no attributes and no bytes delete it. */
bool variable_delete(const struct firmware *fw, enum variable_vendor vendor, const uint16_t *name)
{
	const EFI_RUNTIME_SERVICES *rt = system_table(fw)->RuntimeServices;
	EFI_STATUS s = rt->SetVariable(name, &vendors[vendor], 0, 0, NULL);

	return !EFI_ERROR(s) || s == EFI_NOT_FOUND;
}
