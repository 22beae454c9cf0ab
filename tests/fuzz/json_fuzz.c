/* JSON: what is refused is refused with a place in the text; the strings of what is read, written as JSON, read as the
 * same strings. */
#include "../../cli/json.h"
#include "fuzz.h"

static void check_string(const char *s)
{
	struct json_problem p;
	char *quoted = json_quoted(s);

	require(quoted != NULL);
	struct json *again = json_read(quoted, strlen(quoted), &p);
	require(again && again->kind == JSON_STRING && strcmp(again->string, s) == 0);
	json_free(again);
	free(quoted);
}

static void check_value(const struct json *j, unsigned depth)
{
	require(depth <= JSON_MAX_DEPTH + 1);
	require((j->kind == JSON_STRING) == (j->string != NULL));
	require(!j->child || j->kind == JSON_ARRAY || j->kind == JSON_OBJECT);
	if (j->string)
		check_string(j->string);
	for (const struct json *c = j->child; c; c = c->next) {
		require((j->kind == JSON_OBJECT) == (c->name != NULL));
		require(!c->name || json_member(j, c->name) != NULL);
		check_value(c, depth + 1);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	struct json_problem p = { 0 };
	uint8_t *text = copy_of(data, bytes);
	struct json *j = json_read((const char *)text, bytes, &p);

	if (j)
		check_value(j, 0);
	else
		require(p.what && p.line >= 1 && p.line <= bytes + 1 && p.column >= 1 && p.column <= bytes + 1);
	json_free(j);
	free(text);
	return 0;
}
