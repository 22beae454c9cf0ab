/* say.h — what reports say, packed as the texts of errors are (packed.h): a list of names and formats in say.def, each
 * for the one place that says it. Only for what is said when something is wrong. */
#ifndef CORE_SAY_H
#define CORE_SAY_H

#include "base.h"
#include "format.h"

#define S(name, text) name,
enum say {
#include "say.def"
	SAY_COUNT
};
#undef S

/* For the compiler, which holds a call's arguments against them, and leaves them out. */
#define S(name, text) static const char name##_FORMAT[] __attribute__((unused)) = text;
#include "say.def"
#undef S

/* format() with the text of that name, which must be written there as it stands. At most 127 bytes. */
#define say(out, size, name, ...) \
	((void)sizeof format(NULL, 0, name##_FORMAT, ##__VA_ARGS__), say_any(out, size, name, ##__VA_ARGS__))

/* The same for a name that is known later; nothing checks the arguments: none, or one unsigned number. */
size_t say_any(char *out, size_t size, enum say name, ...);

/* The text as it stands, "" if there is none. */
size_t say_text(char *out, size_t size, enum say name);

#endif
