/* keys.c — keys from the firmware's console, by looking often: events that tell of a key are unreliable (they are
 * signalled for a shift key alone, or never), so none is waited for. */
#include "efi.h"
#include "key.h"

enum { LOOK_MILLISECONDS = 20 };

void keys_open(struct firmware *fw)
{
	static const EFI_GUID guid = EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL_GUID;
	EFI_HANDLE console = system_table(fw)->ConsoleInHandle;
	void *found = NULL;

	fw->keys = console && !EFI_ERROR(boot_services(fw)->HandleProtocol(console, &guid, &found)) ? found : NULL;
}

bool keys_exist(const struct firmware *fw)
{
	return system_table(fw)->ConIn;
}

/* A key press, or a shift key alone, which is KEY_NONE. */
static EFI_STATUS read_extended(EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL *in, uint32_t *key)
{
	EFI_KEY_DATA data = { .KeyShiftState = 0 };
	EFI_STATUS s = in->ReadKeyStrokeEx(in, &data);
	bool control = (data.KeyShiftState & EFI_SHIFT_STATE_VALID) &&
	               (data.KeyShiftState & (EFI_LEFT_CONTROL_PRESSED | EFI_RIGHT_CONTROL_PRESSED));

	*key = EFI_ERROR(s) ? KEY_NONE : key_of(data.Key.ScanCode, data.Key.UnicodeChar, control);
	return s;
}

bool keys_get(const struct firmware *fw, uint32_t *key)
{
	EFI_SIMPLE_TEXT_INPUT_PROTOCOL *in = system_table(fw)->ConIn;
	EFI_INPUT_KEY simple = { 0, 0 };
	uint32_t got = KEY_NONE;
	EFI_STATUS s = fw->keys ? read_extended(fw->keys, &got) : EFI_UNSUPPORTED;

	if (EFI_ERROR(s) && s != EFI_NOT_READY && in && !EFI_ERROR(in->ReadKeyStroke(in, &simple)))
		got = key_of(simple.ScanCode, simple.UnicodeChar, false);
	if (got != KEY_NONE)
		*key = got;
	return got != KEY_NONE;
}

/* Let a moment pass. Without a timer the processor is kept busy. */
static void let_pass(EFI_BOOT_SERVICES *bs, EFI_EVENT timer)
{
	UINTN index;

	if (!timer || EFI_ERROR(bs->WaitForEvent(1, &timer, &index)))
		(void)bs->Stall(LOOK_MILLISECONDS * 1000);
}

bool keys_wait(const struct firmware *fw, unsigned milliseconds, uint32_t *key)
{
	EFI_BOOT_SERVICES *bs = boot_services(fw);
	EFI_EVENT timer = NULL, event = NULL;
	bool got = keys_get(fw, key);

	if (!got && !EFI_ERROR(bs->CreateEvent(EFI_EVENT_TIMER, EFI_TPL_APPLICATION, NULL, NULL, &event)) &&
	    !EFI_ERROR(bs->SetTimer(event, TimerPeriodic, LOOK_MILLISECONDS * 10000)))
		timer = event;
	for (unsigned passed = 0; !got && passed < milliseconds; passed += LOOK_MILLISECONDS) {
		let_pass(bs, timer);
		got = keys_get(fw, key);
	}
	if (event)
		(void)bs->CloseEvent(event);
	return got;
}
