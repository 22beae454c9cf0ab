#include "source.h"

#include <string.h>

static enum err read_part(struct source *source, uint64_t offset, void *to, uint64_t bytes, struct problem *p)
{
	enum err e = source->failure.code;

	if (!e)
		e = source->read(source, offset, to, bytes, &source->failure);
	if (e && p)
		*p = source->failure;
	return e;
}

enum err source_fetch(struct source *source, uint64_t offset, void *to, uint64_t bytes, struct problem *p)
{
	uint8_t *out = to;

	while (bytes) {
		uint64_t part = bytes;
		const uint8_t *have = NULL;

		for (unsigned i = 0; i < source->piece_count; i++) {
			const struct source_piece *piece = &source->pieces[i];
			if (offset >= piece->offset && offset - piece->offset < piece->bytes) {
				have = piece->at + (offset - piece->offset);
				part = min_u64(bytes, piece->bytes - (offset - piece->offset));
				break;
			}
			if (piece->offset > offset)
				part = min_u64(part, piece->offset - offset);
		}
		if (have)
			memcpy(out, have, part);
		enum err e = have ? OK : read_part(source, offset, out, part, p);
		if (e)
			return e;
		offset += part;
		out += part;
		bytes -= part;
	}
	return OK;
}

enum err source_view(struct source *source, const struct pages *pages, uint64_t offset, uint64_t bytes,
                     const void **out, struct problem *p)
{
	paddr at;

	for (unsigned i = 0; i < source->piece_count; i++) {
		const struct source_piece *piece = &source->pieces[i];
		if (offset >= piece->offset && range_within(offset - piece->offset, bytes, piece->bytes)) {
			*out = piece->at + (offset - piece->offset);
			return OK;
		}
	}
	enum err e = pages_take(pages, bytes ? bytes : 1, HOBNAIL_MEMORY_USABLE, &at, p);
	if (!e)
		e = source_fetch(source, offset, pages_at(pages, at), bytes, p);
	if (e)
		return e;
	*out = pages_at(pages, at);
	if (source->piece_count < SOURCE_MAX_PIECES)
		source->pieces[source->piece_count++] = (struct source_piece){ offset, bytes, *out };
	return OK;
}

enum err source_text(struct source *source, const struct pages *pages, uint64_t most, struct text *out,
                     struct problem *p)
{
	const void *text;

	if (source->bytes > most)
		return problem(p, ERR_FILE_TOO_BIG, source->bytes, most);
	enum err e = source_view(source, pages, 0, source->bytes, &text, p);
	if (!e)
		*out = (struct text){ text, source->bytes };
	return e;
}
