/* same_text.h — a text is compared with a literal; a failure shows both. Behind <cmocka.h>. */
#ifndef SAME_TEXT_H
#define SAME_TEXT_H

#include "text.h"

static inline void same(struct text t, const char *want)
{
	if (!text_is(t, want))
		fail_msg("\"%.*s\" is not \"%s\"", (int)t.bytes, t.bytes ? t.at : "", want);
}

#endif
