#include "say.h"

#include "err.h"
#include "texts.h"

size_t say_text(char *out, size_t size, enum say name)
{
	return texts_read(TEXTS_PER_CODE * ERR_COUNT + name, out, size);
}

size_t say_any(char *out, size_t size, enum say name, ...)
{
	char text[128];
	va_list arguments;

	texts_read(TEXTS_PER_CODE * ERR_COUNT + name, text, sizeof text);
	va_start(arguments, name);
	size_t used = format_v(out, size, text, arguments);
	va_end(arguments);
	return used;
}
