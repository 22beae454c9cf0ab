/* json_out.h — one JSON value on a stream, member by member: commas, quotation marks and escapes are its own.
 *
 *   Names     literals that need no escape; NULL in an array
 *   Text      what is not UTF-8 becomes U+FFFD
 *   Depth     at most JSON_OUT_DEPTH */
#ifndef CLI_JSON_OUT_H
#define CLI_JSON_OUT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum { JSON_OUT_DEPTH = 8 };

struct json_out {
	FILE *stream;
	unsigned depth;
	bool follows[JSON_OUT_DEPTH + 1]; /* something stands at this depth already */
};

/* bracket: '{' or '['; its end is json_out_end() with '}' or ']'. */
void json_out_begin(struct json_out *o, const char *name, char bracket);
void json_out_end(struct json_out *o, char bracket);

void json_out_text(struct json_out *o, const char *name, const char *text); /* NULL: null */
void json_out_bool(struct json_out *o, const char *name, bool value);
void json_out_number(struct json_out *o, const char *name, uint64_t value); /* less than 2^53 */
void json_out_hex(struct json_out *o, const char *name, uint64_t value);    /* "0x..." */
void json_out_null(struct json_out *o, const char *name);

#endif
