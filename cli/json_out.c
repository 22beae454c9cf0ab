#include "json_out.h"

#include <assert.h>
#include <string.h>

#include "utf16.h"

/* All that stands before a value. */
static void begin(struct json_out *o, const char *name)
{
	if (o->follows[o->depth])
		fputs(", ", o->stream);
	o->follows[o->depth] = true;
	if (name)
		fprintf(o->stream, "\"%s\": ", name);
}

void json_out_begin(struct json_out *o, const char *name, char bracket)
{
	begin(o, name);
	assert(o->depth < JSON_OUT_DEPTH);
	fputc(bracket, o->stream);
	o->follows[++o->depth] = false;
}

void json_out_end(struct json_out *o, char bracket)
{
	o->depth--;
	fputc(bracket, o->stream);
}

/* RFC 8259, "Strings": controls, quotation mark and backslash must be escaped. */
static void put_character(FILE *stream, const char *at, size_t bytes)
{
	if (bytes == 0)
		fputs("\\ufffd", stream);
	else if ((unsigned char)*at < 0x20)
		fprintf(stream, "\\u%04x", (unsigned)*at);
	else if (*at == '"' || *at == '\\')
		fprintf(stream, "\\%c", *at);
	else
		fwrite(at, 1, bytes, stream);
}

void json_out_text(struct json_out *o, const char *name, const char *text)
{
	size_t left = text ? strlen(text) : 0;

	if (!text) {
		json_out_null(o, name);
		return;
	}
	begin(o, name);
	fputc('"', o->stream);
	while (left) {
		size_t bytes = utf8_next(text, left, NULL), step = bytes ? bytes : 1;
		put_character(o->stream, text, bytes);
		text += step;
		left -= step;
	}
	fputc('"', o->stream);
}

void json_out_bool(struct json_out *o, const char *name, bool value)
{
	begin(o, name);
	fputs(value ? "true" : "false", o->stream);
}

void json_out_number(struct json_out *o, const char *name, uint64_t value)
{
	begin(o, name);
	fprintf(o->stream, "%llu", (unsigned long long)value);
}

void json_out_hex(struct json_out *o, const char *name, uint64_t value)
{
	begin(o, name);
	fprintf(o->stream, "\"0x%llx\"", (unsigned long long)value);
}

void json_out_null(struct json_out *o, const char *name)
{
	begin(o, name);
	fputs("null", o->stream);
}
