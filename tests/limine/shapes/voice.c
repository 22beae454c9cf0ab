#include "shape.h"
#include "voice.h"

void say(const char *text)
{
	static bool open;

	if (!open)
		voice_open();
	open = true;
	for (; *text; text++) {
		if (*text == '\n')
			voice_put('\r');
		voice_put(*text);
	}
}

void number(uint64_t value)
{
	char text[2] = { 0 };

	say("0x");
	for (int shift = 60; shift >= 0; shift -= 4)
		if (value >> shift || shift == 0) {
			text[0] = "0123456789abcdef"[value >> shift & 15];
			say(text);
		}
}

void named(const char *name, uint64_t value)
{
	say(" ");
	say(name);
	say(" ");
	number(value);
}

/* The compiler may call these by itself. */
void *memset(void *at, int value, size_t bytes);
void *memcpy(void *to, const void *from, size_t bytes);

void *memset(void *at, int value, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++)
		((volatile uint8_t *)at)[i] = (uint8_t)value;
	return at;
}

void *memcpy(void *to, const void *from, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++)
		((volatile uint8_t *)to)[i] = ((const uint8_t *)from)[i];
	return to;
}
