/* limine.c — finds the requests of a kernel of the Limine Boot Protocol: "Requests delimiters", "Base protocol
 * revisions", "Features". All are aligned to 8 bytes in memory, and lie in the bytes that the file has. */
#include "limine.h"

#include "blake2b.h"

#include <string.h>

#define COMMON_0 UINT64_C(0xc7b1dd30df4c8b88)
#define COMMON_1 UINT64_C(0x0a82e883a194f07b)
#define TAG_0    UINT64_C(0xf9562b2d5c95a6c8)
#define TAG_1    UINT64_C(0x6a7b384944536bdc)
#define START_0  UINT64_C(0xf6b8f4b39de7d1ae)
#define END_0    UINT64_C(0xadc0e0531bb10d03)

static const uint64_t start_marker[] = { START_0, 0xfab91a6940fcb9cf, 0x785c6ed015d3e316, 0x181e920a7852b9d9 };
static const uint64_t end_marker[] = { END_0, 0x9572709f31764c62 };

static const struct {
	uint64_t id[2];
	uint16_t first_bytes, bytes; /* of the request in revision 0 and in the last revision */
	uint8_t revision;
	const char name[24];
} known[LIMINE_REQUESTS] = {
#define X(name, a, b, first, bytes, revision, text) { { a, b }, first, bytes, revision, text },
	LIMINE_REQUESTS_LIST(X)
#undef X
};

const char *limine_name(enum limine_id id)
{
	return known[id].name;
}

/* ---- In the image ---------------------------------------------------------------------------------------- */

struct hit {
	vaddr virt;
	paddr at;
	uint64_t left; /* bytes of the segment's file part from here on */
	bool writable; /* in a writable segment */
	bool tag;      /* a base revision tag; else a request           */
};

struct scan {
	const struct pages *pages;
	struct hit hits[LIMINE_MAX_HITS];
	unsigned hit_count;
	bool too_many;
	bool writable; /* one of the hits is in a writable segment */
	vaddr start, end; /* markers; 0: none */
};

/* A word that begins something of the protocol's, perhaps. */
static void take(struct scan *s, const uint64_t *word, struct hit hit)
{
	if (*word == START_0 && hit.left >= sizeof start_marker && !memcmp(word, start_marker, sizeof start_marker)) {
		s->start = hit.virt; /* the last one counts */
	} else if (*word == END_0 && hit.left >= sizeof end_marker && !memcmp(word, end_marker, sizeof end_marker)) {
		s->end = s->end ? s->end : hit.virt; /* the first one */
	} else if ((*word == COMMON_0 && hit.left >= 16 && word[1] == COMMON_1) ||
	           (*word == TAG_0 && hit.left >= 24 && word[1] == TAG_1)) {
		hit.tag = *word == TAG_0;
		s->writable |= hit.writable;
		s->too_many |= s->hit_count == LIMINE_MAX_HITS;
		if (!s->too_many)
			s->hits[s->hit_count++] = hit;
	}
}

static void scan_segment(struct scan *s, const struct elf_segment *segment)
{
	uint64_t lead = -segment->virt % 8;
	const uint8_t *bytes = pages_at(s->pages, segment->loaded);

	if (segment->file_bytes < lead + 8)
		return;
	const uint64_t *words = (const uint64_t *)(const void *)(bytes + lead);
	uint64_t count = (segment->file_bytes - lead) / 8;
	for (uint64_t i = 0; i < count; i++) {
		uint64_t word = words[i];
		if (!(word >> 63)) /* all of them have this bit, and most words of a kernel do not */
			continue;
		if (word == COMMON_0 || word == TAG_0 || word == START_0 || word == END_0)
			take(s, &words[i], (struct hit){ .virt = segment->virt + lead + 8 * i,
			                                 .writable = segment->rights & ELF_WRITE,
			                                 .at = segment->loaded + lead + 8 * i,
			                                 .left = segment->file_bytes - lead - 8 * i });
	}
}

static bool within(const struct scan *s, vaddr virt)
{
	return !s->start || !s->end || (virt > s->start && virt < s->end);
}

/* ---- What was found -------------------------------------------------------------------------------------- */

static enum err read_tag(const struct scan *s, struct limine *out, struct problem *p)
{
	vaddr first = 0;

	for (unsigned i = 0; i < s->hit_count; i++) {
		const struct hit *tag = &s->hits[i];
		if (!tag->tag || !within(s, tag->virt))
			continue;
		if (out->has_tag)
			return problem(p, ERR_LIMINE_TAG_TWICE, first, tag->virt);
		first = tag->virt;
		out->has_tag = true;
		out->tag = tag->at;
		out->asked_revision = ((const uint64_t *)pages_at(s->pages, tag->at))[2];
	}
	out->revision = (unsigned)min_u64(out->asked_revision, LIMINE_LAST_REVISION);
	return OK;
}

static enum err check_markers(const struct scan *s, const struct limine *l, struct problem *p)
{
	if (s->start && s->end && s->end < s->start)
		return problem(p, ERR_LIMINE_MARKER_ORDER, s->end, s->start);
	if (l->revision < 2 || !s->start == !s->end)
		return OK;
	return s->start ? problem(p, ERR_LIMINE_MARKER_START, s->start) : problem(p, ERR_LIMINE_MARKER_END, s->end);
}

static enum err read_hit(const struct scan *s, const struct hit *hit, struct limine *out, struct problem *p)
{
	const struct limine_request *r = pages_at(s->pages, hit->at);
	unsigned id = 0;

	if (hit->left < sizeof *r)
		return problem(p, ERR_LIMINE_CUT, hit->virt);
	while (id < LIMINE_REQUESTS && (r->id[2] != known[id].id[0] || r->id[3] != known[id].id[1]))
		id++;
	out->count++;
	if (id == LIMINE_REQUESTS) {
		if (out->unknown_count < LIMINE_MAX_UNKNOWN)
			memcpy(out->unknown[out->unknown_count], &r->id[2], 16);
		out->unknown_count++;
		return OK;
	}
	struct limine_found found = { hit->at, hit->virt, min_u64(r->revision, known[id].revision) };
	enum err e = OK;
	if (hit->left < (r->revision ? known[id].bytes : known[id].first_bytes))
		e = problem(p, ERR_LIMINE_CUT, hit->virt);
	else if (!out->of[id].at)
		out->of[id] = found;
	else if (!out->revision && out->again_count < LIMINE_MAX_AGAIN)
		out->again[out->again_count++] = (struct limine_again){ id, found };
	else
		e = problem(p, ERR_LIMINE_TWICE, out->of[id].virt, hit->virt);
	if (e && p)
		p->text[0] = known[id].name;
	return e;
}

enum err limine_scan(const struct elf_layout *layout, const struct pages *pages, struct limine *out, struct problem *p)
{
	struct scan s = { .pages = pages };

	*out = (struct limine){ .found = false };
	for (unsigned i = 0; i < layout->segment_count; i++)
		scan_segment(&s, &layout->segments[i]);
	out->found = s.hit_count && (s.writable || (s.start && s.end)); /* a loader has such numbers as constants */
	if (!out->found)
		return OK;
	if (s.too_many)
		return problem(p, ERR_LIMINE_MANY, LIMINE_MAX_HITS);
	out->has_markers = s.start && s.end;
	enum err e = read_tag(&s, out, p);
	if (!e)
		e = check_markers(&s, out, p);
	for (unsigned i = 0; !e && i < s.hit_count; i++)
		if (!s.hits[i].tag && within(&s, s.hits[i].virt))
			e = read_hit(&s, &s.hits[i], out, p);
		else if (!s.hits[i].tag && !out->outside++)
			out->first_outside = s.hits[i].virt;
	return e;
}

/* ---- Base revision 0 ------------------------------------------------------------------------------------- */

static bool is_listed(const uint8_t *list, uint64_t count, uint64_t address)
{
	for (uint64_t i = 0; i < count && read_le64(list + 8 * i); i++)
		if (read_le64(list + 8 * i) == address)
			return true;
	return false;
}

static void leave_out(struct limine *l, struct limine_found *found)
{
	found->at = 0;
	l->count--;
	if (!l->outside++)
		l->first_outside = found->virt;
}

/* The list chooses one of the requests that are there more than once. */
static void choose_listed(struct limine *l, const void *list, uint64_t count, uint64_t slide)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < l->again_count; i++) {
		struct limine_again a = l->again[i];
		if (!is_listed(list, count, a.found.virt + slide))
			leave_out(l, &a.found);
		else if (l->of[a.id].at)
			l->again[kept++] = a;
		else
			l->of[a.id] = a.found;
	}
	l->again_count = kept;
}

/* "Requests": with a section .limine_reqs only the requests that it lists are there. */
void limine_keep_listed(struct limine *l, const void *list, uint64_t count, uint64_t slide)
{
	if (count && !read_le64(list))
		return; /* relocations that are not there yet, or an empty list: all requests stay */
	for (unsigned id = 0; id < LIMINE_REQUESTS; id++)
		if (l->of[id].at && !is_listed(list, count, l->of[id].virt + slide))
			leave_out(l, &l->of[id]);
	choose_listed(l, list, count, slide);
}

enum err limine_check_twice(const struct limine *l, struct problem *p)
{
	const struct limine_again *a = &l->again[0];

	if (!l->again_count)
		return OK;
	enum err e = problem(p, ERR_LIMINE_TWICE, l->of[a->id].virt, a->found.virt);
	if (p)
		p->text[0] = known[a->id].name;
	return e;
}

void limine_check_list(const struct attempt *a, struct limine *l, const void *list, uint64_t count)
{
	for (uint64_t i = 0; i < count; i++) {
		vaddr address = read_le64((const uint8_t *)list + 8 * i);
		const uint64_t *request = address % 8 ? NULL : limine_at(a, address, 16);
		if (!address)
			return;
		if (request && request[0] == COMMON_0 && request[1] == COMMON_1)
			continue;
		if (!l->odd++)
			l->first_odd = address;
	}
	l->odd++;
}

/* ---- The kernel's memory ----------------------------------------------------------------------------------- */

void *limine_at(const struct attempt *a, vaddr run, uint64_t bytes)
{
	const struct elf_layout *layout = &a->kernel.layout;

	for (unsigned i = 0; i < layout->segment_count; i++) {
		const struct elf_segment *s = &layout->segments[i];
		if (run >= s->run && range_within(run - s->run, bytes, s->memory_bytes))
			return pages_at(a->pages, s->loaded + (run - s->run));
	}
	return NULL;
}

bool limine_string(const struct attempt *a, vaddr run, struct text *out)
{
	const char *at = limine_at(a, run, 1);
	size_t bytes = 0;

	if (!at)
		return false;
	while (limine_at(a, run + bytes, 1) && at[bytes])
		if (++bytes > CONFIG_MAX_CMDLINE)
			return false;
	*out = (struct text){ at, bytes };
	return limine_at(a, run + bytes, 1) != NULL;
}

/* ---- Hashes of modules ------------------------------------------------------------------------------------- */

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20; /* small letters */
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool is_hash(struct text hash)
{
	for (size_t i = 0; i < hash.bytes; i++)
		if (digit(hash.at[i]) < 0)
			return false;
	return hash.bytes == 2 * BLAKE2B_BYTES;
}

enum err limine_check_hash(const void *data, uint64_t bytes, struct text hash, struct problem *p)
{
	uint8_t found[BLAKE2B_BYTES];

	if (!is_hash(hash))
		return problem(p, ERR_LIMINE_HASH_TEXT, hash.bytes);
	blake2b(data, bytes, found);
	for (unsigned i = 0; i < BLAKE2B_BYTES; i++)
		if (found[i] != digit(hash.at[2 * i]) * 16 + digit(hash.at[2 * i + 1]))
			return problem(p, ERR_LIMINE_HASH, i);
	return OK;
}

/* ---- Random values ------------------------------------------------------------------------------------------- */

void limine_stretch(const void *seed, uint64_t bytes, uint64_t *values, uint64_t count)
{
	enum { EACH = BLAKE2B_BYTES / 8 };
	uint8_t state[BLAKE2B_BYTES + 1], block[BLAKE2B_BYTES];

	blake2b(seed, bytes, state);
	for (uint64_t i = 0; i < count; i++) {
		state[BLAKE2B_BYTES] = (uint8_t)(i / EACH);
		if (i % EACH == 0)
			blake2b(state, sizeof state, block);
		values[i] = read_le64(block + 8 * (i % EACH));
	}
}

/* ---- Internal modules ---------------------------------------------------------------------------------------- */

/* The request's own words: the number of modules, and the address of pointers to them. */
static const uint64_t *internal_words(const struct attempt *a, const struct limine *l)
{
	const struct limine_found *f = &l->of[LIMINE_MODULES];

	return f->at && f->revision ? (const uint64_t *)pages_at(a->pages, f->at) + 6 : NULL;
}

enum err limine_internal_count(const struct attempt *a, const struct limine *l, unsigned *out, struct problem *p)
{
	const uint64_t *words = internal_words(a, l);
	uint64_t count = words ? words[0] : 0;

	if (count > LIMINE_MAX_INTERNAL)
		return problem(p, ERR_TOO_MANY_MODULES, LIMINE_MAX_INTERNAL);
	if (count && !limine_at(a, words[1], count * sizeof(uint64_t)))
		return problem(p, ERR_LIMINE_MODULE, words[1]);
	*out = (unsigned)count;
	return OK;
}

/* The text in front of a #, and what follows it. */
static struct text cut_hash(struct text *path)
{
	for (size_t i = 0; i < path->bytes; i++)
		if (path->at[i] == '#') {
			struct text hash = { path->at + i + 1, path->bytes - i - 1 };
			path->bytes = i;
			return hash;
		}
	return (struct text){ NULL, 0 };
}

enum err limine_internal(const struct attempt *a, const struct limine *l, unsigned i, struct limine_internal *out,
                         struct problem *p)
{
	const uint8_t *list = limine_at(a, internal_words(a, l)[1], (i + 1) * sizeof(uint64_t));
	uint64_t at = read_le64(list + i * sizeof(uint64_t));
	const void *there = limine_at(a, at, sizeof(struct limine_internal_module));
	struct limine_internal_module from; /* a copy: nothing in the kernel need be aligned */
	struct limine_internal m = { .string = { "", 0 } };

	if (!there)
		return problem(p, ERR_LIMINE_MODULE, at);
	memcpy(&from, there, sizeof from);
	if (!limine_string(a, from.path, &m.path))
		return problem(p, ERR_LIMINE_MODULE, from.path);
	if (from.string && !limine_string(a, from.string, &m.string))
		return problem(p, ERR_LIMINE_MODULE, from.string);
	m.hash = cut_hash(&m.path);
	m.flags = from.flags;
	*out = m;
	return OK;
}

enum err limine_internal_allowed(const struct limine_internal *m, struct problem *p)
{
	if (m->flags & LIMINE_MODULE_COMPRESSED)
		return problem(p, ERR_LIMINE_COMPRESSED);
	return m->hash.at && !is_hash(m->hash) ? problem(p, ERR_LIMINE_HASH_TEXT, m->hash.bytes) : OK;
}

/* No file has a name that FAT cannot have. */
static bool is_missing(enum err e)
{
	return e == ERR_FILE_NOT_FOUND || e == ERR_FILE_NOT_FOUND_XBOOTLDR || e == ERR_PATH ||
	       e == ERR_PATH_CHARACTER || e == ERR_PATH_END || e == ERR_PATH_NAME;
}

enum err limine_internal_judge(const struct limine_internal *m, enum err e, const void *data, uint64_t bytes,
                               bool *there, struct problem *p)
{
	*there = false;
	if (e)
		return is_missing(e) && !(m->flags & LIMINE_MODULE_REQUIRED) ? OK : e;
	if (m->hash.at)
		e = limine_check_hash(data, bytes, m->hash, p);
	*there = !e;
	return e;
}

enum err limine_internal_all(const struct attempt *a, const struct limine *l, struct problem *p)
{
	struct limine_internal m;
	unsigned count = 0;
	enum err e = limine_internal_count(a, l, &count, p);

	for (unsigned i = 0; !e && i < count; i++) {
		e = limine_internal(a, l, i, &m, p);
		if (!e)
			e = limine_internal_allowed(&m, p);
	}
	return e;
}

/* ---- Modes of the display ------------------------------------------------------------------------------------ */

void limine_masks(const struct hobnail_framebuffer *fb, uint8_t out[6])
{
	const uint32_t masks[3] = { fb->red_mask, fb->green_mask, fb->blue_mask };

	for (unsigned i = 0; i < 3; i++) {
		out[2 * i] = (uint8_t)__builtin_popcount(masks[i]);
		out[2 * i + 1] = (uint8_t)(masks[i] ? __builtin_ctz(masks[i]) : 0);
	}
}

void limine_mode(const struct hobnail_framebuffer *fb, struct limine_video_mode *out)
{
	*out = (struct limine_video_mode){ .pitch = fb->pitch, .width = fb->width, .height = fb->height,
	                                   .bpp = (uint16_t)fb->bits_per_pixel, .model = 1 };
	limine_masks(fb, out->masks);
}

/* VESA E-EDID 1.4, "Header", "Checksum": the first block begins so, and its bytes sum to 0. */
uint64_t limine_edid_bytes(const uint8_t *edid, uint64_t bytes)
{
	enum { BLOCK_BYTES = 128 };
	static const uint8_t header[8] = { 0, 255, 255, 255, 255, 255, 255, 0 };

	if (bytes < BLOCK_BYTES || memcmp(edid, header, sizeof header) != 0)
		return 0;
	return sums_to_zero(edid, BLOCK_BYTES) ? bytes : 0;
}
