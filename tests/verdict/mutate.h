/* mutate.h — kernels and EFI programs, spoilt by chance: fields of headers, notes, requests, dynamic section,
 * relocations, sections and symbols get values at their edges or of their neighbours, and files are cut. The same for
 * the same seed. */
#ifndef TESTS_VERDICT_MUTATE_H
#define TESTS_VERDICT_MUTATE_H

#include <stdint.h>
#include <string.h>

struct chance {
	uint64_t state;
};

/* splitmix64 */
static inline uint64_t chance_next(struct chance *c)
{
	uint64_t z = c->state += 0x9e3779b97f4a7c15ull;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ z >> 27) * 0x94d049bb133111ebull;
	return z ^ z >> 31;
}

static inline uint64_t chance_below(struct chance *c, uint64_t n)
{
	return n ? chance_next(c) % n : 0;
}

struct mutant_file {
	uint8_t *bytes;
	uint64_t count;
};

static inline uint64_t mutant_get(const struct mutant_file *f, uint64_t at, unsigned bytes)
{
	uint64_t value = 0;

	if (at < f->count && f->count - at >= bytes)
		memcpy(&value, f->bytes + at, bytes);
	return value;
}

static inline void mutant_put(struct mutant_file *f, uint64_t at, unsigned bytes, uint64_t value)
{
	if (at < f->count && f->count - at >= bytes)
		memcpy(f->bytes + at, &value, bytes);
}

/* A value for a field that has `now`. */
static inline uint64_t mutant_value(struct chance *c, const struct mutant_file *f, uint64_t now)
{
	switch (chance_below(c, 12)) {
	case 0:  return 0;
	case 1:  return now + 1;
	case 2:  return now - 1;
	case 3:  return UINT64_MAX - chance_below(c, 0x2000);
	case 4:  return now ^ 1ull << chance_below(c, 64);
	case 5:  return f->count - chance_below(c, 3);
	case 6:  return now + PAGE_BYTES;
	case 7:  return now - PAGE_BYTES;
	case 8:  return chance_below(c, 32);
	case 9:  return 1ull << chance_below(c, 64);
	case 10: return 0xffffffff80000000 + chance_below(c, 0x100000);
	default: return chance_next(c);
	}
}

static inline void mutant_field(struct chance *c, struct mutant_file *f, uint64_t at, unsigned bytes)
{
	mutant_put(f, at, bytes, mutant_value(c, f, mutant_get(f, at, bytes)));
}

/* One of the program headers of a type, or any; 0: none. */
static inline uint64_t mutant_header(struct chance *c, const struct mutant_file *f, uint32_t type)
{
	uint64_t table = mutant_get(f, 32, 8), count = mutant_get(f, 56, 2), first = chance_below(c, count);

	for (uint64_t i = 0; i < count; i++) {
		uint64_t at = table + 56 * ((first + i) % count);
		if (!type || mutant_get(f, at, 4) == type)
			return at;
	}
	return 0;
}

/* A field in the bytes of a program header of this type. */
static inline void mutant_inside(struct chance *c, struct mutant_file *f, uint32_t type, unsigned bytes)
{
	uint64_t header = mutant_header(c, f, type), words = header ? mutant_get(f, header + 32, 8) / bytes : 0;

	if (words)
		mutant_field(c, f, mutant_get(f, header + 8, 8) + bytes * chance_below(c, words), bytes);
}

static inline void mutant_header_field(struct chance *c, struct mutant_file *f)
{
	uint64_t header = mutant_header(c, f, 0);
	unsigned field = (unsigned)chance_below(c, 8);

	if (header)
		mutant_field(c, f, header + (field < 2 ? 4 * field : 8 * (field - 1)), field < 2 ? 4 : 8);
}

static inline void mutant_file_header(struct chance *c, struct mutant_file *f)
{
	/* offset and bytes */
	static const uint8_t fields[][2] = {
		{ 0, 4 },  { 4, 1 },  { 5, 1 },  { 6, 1 },  { 16, 2 }, { 18, 2 }, { 20, 4 }, { 24, 8 },
		{ 32, 8 }, { 40, 8 }, { 52, 2 }, { 54, 2 }, { 56, 2 }, { 58, 2 }, { 60, 2 }, { 62, 2 },
	};
	unsigned i = (unsigned)chance_below(c, sizeof fields / sizeof fields[0]);

	mutant_field(c, f, fields[i][0], fields[i][1]);
}

/* Markers, tag and requests of the Limine protocol begin with these. */
static inline bool mutant_is_limine(uint64_t word)
{
	return word == 0xc7b1dd30df4c8b88 || word == 0xf9562b2d5c95a6c8 || word == 0xf6b8f4b39de7d1ae ||
	       word == 0xadc0e0531bb10d03;
}

/* One of the words of such an object, or one behind it, in place of a note. false: the kernel has none. */
static inline bool mutant_request(struct chance *c, struct mutant_file *f)
{
	enum { OBJECTS = 64, WORDS = 9 };
	uint64_t found[OBJECTS];
	unsigned count = 0;

	for (uint64_t at = 0; at + 8 <= f->count && count < OBJECTS; at += 8)
		if (mutant_is_limine(mutant_get(f, at, 8)))
			found[count++] = at;
	if (count)
		mutant_field(c, f, found[chance_below(c, count)] + 8 * chance_below(c, WORDS), 8);
	return count;
}

/* Section headers, or a word anywhere: symbols, relocations, code. */
static inline void mutant_elsewhere(struct chance *c, struct mutant_file *f)
{
	uint64_t sections = mutant_get(f, 40, 8), count = mutant_get(f, 60, 2);

	if (chance_below(c, 2))
		mutant_field(c, f, sections + 64 * chance_below(c, count) + 8 * chance_below(c, 8), 8);
	else
		mutant_field(c, f, 8 * chance_below(c, f->count / 8), 8);
}

/* PE Format: a field of an EFI program's headers, or of its sections'. */
static inline void mutant_program_field(struct chance *c, struct mutant_file *f)
{
	/* offset from the signature, and bytes */
	static const uint8_t fields[][2] = {
		{ 0, 4 },   { 4, 2 },   { 6, 2 },   { 20, 2 },  { 24, 2 }, { 40, 4 },
		{ 80, 4 },  { 92, 2 },  { 4, 2 },   { 92, 2 },
	};
	uint64_t at = mutant_get(f, 0x3c, 4), table = at + 24 + mutant_get(f, at + 20, 2);
	uint64_t section = table + 40 * chance_below(c, mutant_get(f, at + 6, 2));
	unsigned i = (unsigned)chance_below(c, sizeof fields / sizeof fields[0]);

	switch (chance_below(c, 8)) {
	case 0:  mutant_field(c, f, 0, 2); break;
	case 1:  mutant_field(c, f, 0x3c, 4); break;
	case 2:
	case 3:  mutant_field(c, f, section + 8 + 4 * chance_below(c, 4), 4); break;
	default: mutant_field(c, f, at + fields[i][0], fields[i][1]);
	}
}

static inline bool mutant_is_program(const struct mutant_file *f)
{
	return f->count > 1 && f->bytes[0] == 'M' && f->bytes[1] == 'Z';
}

static inline void mutant_spoil_program(struct chance *c, struct mutant_file *f)
{
	for (uint64_t i = chance_below(c, 3) + 1; i; i--)
		mutant_program_field(c, f);
	if (!chance_below(c, 12))
		f->count = chance_below(c, f->count) + 1;
}

enum { MUTANT_LOAD = 1, MUTANT_DYNAMIC = 2, MUTANT_NOTE = 4 };

/* Spoil it in up to three places. */
static inline void mutant_spoil(struct chance *c, struct mutant_file *f)
{
	for (uint64_t i = chance_below(c, 3) + 1; i; i--)
		switch (chance_below(c, 10)) {
		case 0:  mutant_file_header(c, f); break;
		case 1:
		case 2:
		case 3:  mutant_header_field(c, f); break;
		case 4:
		case 5:
			if (!mutant_request(c, f))
				mutant_inside(c, f, MUTANT_NOTE, 4);
			break;
		case 6:
		case 7:  mutant_inside(c, f, MUTANT_DYNAMIC, 8); break;
		case 8:  mutant_elsewhere(c, f); break;
		default:
			if (!chance_below(c, 4))
				f->count = chance_below(c, f->count) + 1;
		}
}

#endif
