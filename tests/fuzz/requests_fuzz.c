/* Any bytes as a PT_NOTE, read into requests and judged for every architecture: descriptors lie inside, a refusal
 * leaves everything as it was and has a sentence, and what passes keeps the promises of request.h. */
#include <hobnail/boot.h>

#include "elf.h"
#include "fuzz.h"
#include "request.h"

struct context {
	const uint8_t *bytes;
	size_t count;
	struct requests requests;
};

static void require_sentence(const struct problem *p, enum err e)
{
	char sentence[512];

	require(p->code == e && err_sentence(p, sentence, sizeof sentence) > 0);
}

static enum err visit(void *context, uint32_t type, const void *descriptor, uint32_t bytes, uint64_t offset,
                      struct problem *p)
{
	struct context *c = context;
	const uint8_t *at = descriptor;
	struct requests before = c->requests;

	require(at >= c->bytes && bytes <= c->count && at + bytes <= c->bytes + c->count);
	require(offset == 0x1000 + (uint64_t)(at - c->bytes));
	enum err e = requests_note(&c->requests, type, descriptor, bytes, offset, p);
	require(c->requests.note_count == before.note_count + 1);
	if (e) {
		before.note_count++;
		require(memcmp(&before, &c->requests, sizeof before) == 0);
		require(p->code == e);
	}
	return OK; /* the others, too */
}

/* A request that was dropped is not there; one that is required was not dropped; each has a name. */
static void check_promises(const struct requests *r)
{
	for (uint32_t type = 1; type <= REQUEST_LAST; type++) {
		const struct request *q = &r->of[type];
		require(!(r->dropped >> type & 1) || (!q->asked && !q->required));
		require(q->asked || !q->required);
		require(strcmp(request_name(type), "unknown") != 0);
	}
	require(r->of[HOBNAIL_REQUEST_STACK].value >= 4096 && r->of[HOBNAIL_REQUEST_STACK].value <= MIB(16));
	require(r->of[HOBNAIL_REQUEST_PROTOCOL].value <= HOBNAIL_VERSION);
	require(r->of[HOBNAIL_REQUEST_PAGING].value == 4 || r->of[HOBNAIL_REQUEST_PAGING].value == 5);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	static const uint32_t arches[] = { HOBNAIL_ARCH_X86_64, HOBNAIL_ARCH_AARCH64, HOBNAIL_ARCH_RISCV64 };
	uint8_t *copy = copy_of(data, bytes);
	struct context c = { .bytes = copy, .count = bytes };
	struct problem p = { .code = OK };

	requests_init(&c.requests);
	enum err e = elf_notes(copy, bytes, 0x1000, visit, &c, &p);
	if (e) {
		require(p.offset >= 0x1000 && p.offset <= 0x1000 + bytes);
		require_sentence(&p, e);
	}
	for (size_t a = 0; a < COUNT_OF(arches); a++) {
		struct requests r = c.requests;
		e = requests_check(&r, arches[a], &p);
		if (e)
			require_sentence(&p, e);
		else
			check_promises(&r);
	}
	free(copy);
	return 0;
}
