/* json.h — a strict reader of JSON (RFC 8259), for QEMU's firmware descriptors and its machine protocol.
 *
 *   Text      UTF-8 (not checked); \u escapes become UTF-8; a NUL inside a string is refused
 *   Depth     at most JSON_MAX_DEPTH
 *   Memory    the tree owns everything in it; json_free() gives it back */
#ifndef CLI_JSON_H
#define CLI_JSON_H

#include <stdbool.h>
#include <stddef.h>

enum { JSON_MAX_DEPTH = 64 };

enum json_kind { JSON_NULL, JSON_FALSE, JSON_TRUE, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT };

struct json {
	enum json_kind kind;
	char *name;         /* in an object; else NULL */
	char *string;       /* JSON_STRING; else NULL  */
	double number;      /* JSON_NUMBER             */
	struct json *child; /* first one of an array or object */
	struct json *next;  /* in the same array or object     */
};

/* The place of a refusal, and its reason. */
struct json_problem {
	size_t line; /* from 1 */
	size_t column;
	const char *what;
};

/* NULL: refused, with the reason in *p. */
struct json *json_read(const char *text, size_t bytes, struct json_problem *p);
void json_free(struct json *j);

/* The member of that name (the first), or NULL; also when j is NULL or no object, so that look-ups chain. */
const struct json *json_member(const struct json *j, const char *name);

/* The string member of that name, or NULL. */
const char *json_text(const struct json *j, const char *name);

/* Is there such a string in the array? */
bool json_has(const struct json *array, const char *s);

/* The string as JSON writes it, quotes included. The caller frees. */
char *json_quoted(const char *s);

#endif
