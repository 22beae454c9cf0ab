/* fake_console.c — the console: its screen, its keys, and the time that passes while nobody presses one. */
#include "fake.h"

#include <stdio.h>
#include <string.h>

#include "key.h"

/* ---- The screen ------------------------------------------------------------------------------------------ */

static void clear(void)
{
	memset(fake.screen, 0, sizeof fake.screen);
	memset(fake.colours, 0, sizeof fake.colours);
	fake.column = fake.row = 0;
}

static void scroll(void)
{
	memmove(fake.screen[0], fake.screen[1], sizeof fake.screen - sizeof fake.screen[0]);
	memmove(fake.colours, fake.colours + 1, FAKE_ROWS - 1);
	memset(fake.screen[FAKE_ROWS - 1], 0, sizeof fake.screen[0]);
	fake.colours[FAKE_ROWS - 1] = 0;
}

static void next_row(void)
{
	if (fake.row + 1 < FAKE_ROWS)
		fake.row++;
	else
		scroll();
}

/* UEFI 2.10, "EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL.OutputString()": a text goes on in the next row. */
static void put(char c)
{
	if (c == '\r') {
		fake.column = 0;
		return;
	}
	if (c == '\n') {
		next_row();
		return;
	}
	for (unsigned i = 0; i < fake.column; i++)
		if (!fake.screen[fake.row][i])
			fake.screen[fake.row][i] = ' ';
	fake.screen[fake.row][fake.column++] = c;
	fake.colours[fake.row] = (uint8_t)fake.attribute;
	if (fake.column == FAKE_COLUMNS) {
		fake.column = 0;
		next_row();
	}
}

static EFI_STATUS called(enum service service)
{
	fake.console_calls++;
	return fake_call(service, NULL);
}

static EFI_STATUS EFIAPI output_string(EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *self, const CHAR16 *text)
{
	EFI_STATUS s = called(SERVICE_OUTPUT);

	(void)self;
	if (s)
		return EFI_ERROR(s) ? s : EFI_SUCCESS;
	for (; *text; text++) {
		char c = *text < 0x80 ? (char)*text : '?';
		put(c);
		if (c != '\r')
			fake_say(fake.console, sizeof fake.console, &fake.console_used, c);
	}
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI query_text_mode(EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *self, UINTN mode, UINTN *columns, UINTN *rows)
{
	EFI_STATUS s = called(SERVICE_TEXT_SIZE);

	(void)self;
	if (s)
		return EFI_ERROR(s) ? s : EFI_SUCCESS; /* FAULT_SHORT: nothing is written */
	if (mode)
		return EFI_UNSUPPORTED;
	*columns = FAKE_COLUMNS;
	*rows = FAKE_ROWS;
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI set_text_mode(EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *self, UINTN mode)
{
	EFI_STATUS s = called(SERVICE_TEXT_MODE);

	(void)self;
	if (s)
		return EFI_ERROR(s) ? s : EFI_SUCCESS;
	if (mode)
		return EFI_UNSUPPORTED;
	clear();
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI clear_screen(EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *self)
{
	EFI_STATUS s = called(SERVICE_CLEAR);

	(void)self;
	if (!s)
		clear();
	return EFI_ERROR(s) ? s : EFI_SUCCESS;
}

static EFI_STATUS EFIAPI set_attribute(EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *self, UINTN attribute)
{
	EFI_STATUS s = called(SERVICE_ATTRIBUTE);

	(void)self;
	if (!s)
		fake.attribute = (unsigned)attribute;
	return EFI_ERROR(s) ? s : EFI_SUCCESS;
}

/* A text elsewhere is a line of its own in the record. */
static EFI_STATUS EFIAPI set_cursor_position(EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *self, UINTN column, UINTN row)
{
	EFI_STATUS s = called(SERVICE_CURSOR);

	(void)self;
	if (s)
		return EFI_ERROR(s) ? s : EFI_SUCCESS;
	if (column >= FAKE_COLUMNS || row >= FAKE_ROWS)
		return EFI_UNSUPPORTED;
	fake.column = (unsigned)column;
	fake.row = (unsigned)row;
	if (fake.console_used && fake.console[fake.console_used - 1] != '\n')
		fake_say(fake.console, sizeof fake.console, &fake.console_used, '\n');
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI enable_cursor(EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *self, BOOLEAN visible)
{
	EFI_STATUS s = called(SERVICE_SHOW_CURSOR);

	(void)self;
	if (!s)
		fake.cursor_is_shown = visible;
	return EFI_ERROR(s) ? s : EFI_SUCCESS;
}

static EFI_SIMPLE_TEXT_OUTPUT_MODE text_mode = { .MaxMode = 1 };

EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL fake_console_out = {
	.OutputString = output_string, .QueryMode = query_text_mode, .SetMode = set_text_mode,
	.SetAttribute = set_attribute, .ClearScreen = clear_screen, .SetCursorPosition = set_cursor_position,
	.EnableCursor = enable_cursor, .Mode = &text_mode,
};

/* ---- Keys ------------------------------------------------------------------------------------------------ */

/* UEFI 2.10, "EFI_SIMPLE_TEXT_INPUT_PROTOCOL.ReadKeyStroke()", table "EFI Scan Codes" (§12.1.2). */
static EFI_INPUT_KEY stroke_of(uint32_t key)
{
	static const uint16_t codes[] = { 1, 2, 3, 4, 5, 6, 8, 9, 10, 0x17, 0x0b };

	if (key >= KEY_UP)
		return (EFI_INPUT_KEY){ .ScanCode = codes[key - KEY_UP] };
	return (EFI_INPUT_KEY){ .UnicodeChar = (CHAR16)key };
}

static EFI_STATUS EFIAPI read_key(EFI_SIMPLE_TEXT_INPUT_PROTOCOL *self, EFI_INPUT_KEY *out)
{
	EFI_STATUS s = fake_call(SERVICE_READ_KEY, NULL);

	(void)self;
	if (s)
		return EFI_ERROR(s) ? s : EFI_SUCCESS; /* FAULT_SHORT: nothing is written */
	uint32_t key = fake.options.next_key();
	*out = stroke_of(key);
	return key ? EFI_SUCCESS : EFI_NOT_READY;
}

/* Control and a letter is the letter here, with the state of the control key. */
static EFI_STATUS EFIAPI read_key_ex(EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL *self, EFI_KEY_DATA *out)
{
	EFI_STATUS s = fake_call(SERVICE_READ_KEY_EX, NULL);

	(void)self;
	if (s)
		return EFI_ERROR(s) ? s : EFI_SUCCESS;
	uint32_t key = fake.options.next_key();
	bool control = key >= 1 && key < 27 && key != KEY_BACKSPACE && key != KEY_TAB && key != KEY_RETURN;
	out->Key = stroke_of(control ? key + 'a' - 1 : key);
	out->KeyShiftState = EFI_SHIFT_STATE_VALID;
	if (control)
		out->KeyShiftState |= EFI_LEFT_CONTROL_PRESSED;
	return key ? EFI_SUCCESS : EFI_NOT_READY;
}

EFI_SIMPLE_TEXT_INPUT_PROTOCOL fake_console_in = { .ReadKeyStroke = read_key };
EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL fake_console_in_ex = { .ReadKeyStrokeEx = read_key_ex };

/* ---- Time ------------------------------------------------------------------------------------------------ */

/* One timer is enough: the loader closes it before it makes another. */
static struct { bool is_open; uint64_t milliseconds; } timer;

static EFI_STATUS EFIAPI create_event(uint32_t type, UINTN level, void *notify, void *context, EFI_EVENT *out)
{
	EFI_STATUS s = fake_call(SERVICE_CREATE_EVENT, NULL);

	(void)level;
	if (s)
		return EFI_ERROR(s) ? s : EFI_SUCCESS;
	if (type != EFI_EVENT_TIMER || notify || context)
		return EFI_INVALID_PARAMETER;
	timer.is_open = true;
	timer.milliseconds = 0;
	fake.open_events++;
	*out = &timer;
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI set_timer(EFI_EVENT event, EFI_TIMER_DELAY type, uint64_t hundred_nanoseconds)
{
	EFI_STATUS s = fake_call(SERVICE_SET_TIMER, NULL);

	if (EFI_ERROR(s))
		return s;
	if (event != &timer || !timer.is_open || type != TimerPeriodic)
		return EFI_INVALID_PARAMETER;
	timer.milliseconds = hundred_nanoseconds / 10000;
	return EFI_SUCCESS;
}

/* A timer that was not set never comes. FAULT_SHORT: it comes at once. */
static EFI_STATUS EFIAPI wait_for_event(UINTN count, EFI_EVENT *events, UINTN *index)
{
	EFI_STATUS s = fake_call(SERVICE_WAIT, NULL);

	if (s)
		return EFI_ERROR(s) ? s : EFI_SUCCESS;
	if (count != 1 || events[0] != &timer || !timer.is_open)
		return EFI_INVALID_PARAMETER;
	if (!timer.milliseconds)
		fake_end(FAKE_HANGS);
	fake.milliseconds += timer.milliseconds;
	*index = 0;
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI close_event(EFI_EVENT event)
{
	EFI_STATUS s = fake_call(SERVICE_CLOSE_EVENT, NULL);

	if (event != &timer || !timer.is_open)
		return EFI_INVALID_PARAMETER;
	if (EFI_ERROR(s)) {
		fake.excused_events++;
		return s;
	}
	timer.is_open = false;
	fake.open_events--;
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI stall(UINTN microseconds)
{
	EFI_STATUS s = fake_call(SERVICE_STALL, NULL);

	if (s)
		return EFI_ERROR(s) ? s : EFI_SUCCESS;
	fake.milliseconds += microseconds / 1000;
	return EFI_SUCCESS;
}

void fake_console_fill(EFI_BOOT_SERVICES *services)
{
	timer.is_open = false;
	services->CreateEvent = create_event;
	services->SetTimer = set_timer;
	services->WaitForEvent = wait_for_event;
	services->CloseEvent = close_event;
	services->Stall = stall;
}
