#include "still.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base.h"
#include "json.h"
#include "process.h"
#include "strlist.h"

enum { COPY_MILLISECONDS = 20000, PORTION = 1 << 20 };
#define MOST_BYTES GIB(2)

static uint64_t region_bytes(const struct region *r)
{
	return r->last - r->first + 1;
}

static uint64_t memory_bytes(const struct view *v)
{
	uint64_t bytes = 0;

	for (size_t i = 0; i < v->region_count; i++)
		if (v->regions[i].is_memory)
			bytes += region_bytes(&v->regions[i]);
	return bytes;
}

/* ---- Hashes ---------------------------------------------------------------------------------------------------- */

/* FNV-1a's step, for words. The rotation lets an upper bit reach the lower ones. */
static uint64_t mix(uint64_t hash, uint64_t word)
{
	hash = (hash ^ word) * 0x100000001b3;
	return hash << 29 | hash >> 35;
}

/* The hash of a part of a file. false: it cannot be read. */
static bool hash_file(int fd, uint64_t at, uint64_t bytes, uint64_t *hash)
{
	static uint64_t words[PORTION / sizeof(uint64_t)];

	*hash = 0xcbf29ce484222325;
	for (uint64_t done = 0; done < bytes;) {
		ssize_t n = pread(fd, words, min_u64(bytes - done, PORTION), (off_t)(at + done));
		if (n <= 0)
			return false;
		memset((char *)words + n, 0, -(size_t)n % sizeof(words[0]));
		for (size_t i = 0; i < ((size_t)n + 7) / sizeof(words[0]); i++)
			*hash = mix(*hash, words[i]);
		done += (uint64_t)n;
	}
	return true;
}

/* ---- One region ------------------------------------------------------------------------------------------------ */

/* The address in QEMU's own space at which the region lies (QEMU, "QEMU Monitor", gpa2hva); 0: unknown. */
static uint64_t place_in_qemu(struct view *v, const struct region *r)
{
	char *command = string_format("gpa2hva %#llx", (unsigned long long)r->first);
	char *text = guest_ask_monitor(v->guest, command, VIEW_MILLISECONDS, v->ears);
	const char *value = text ? strstr(text, ") is 0x") : NULL;
	uint64_t at = value ? strtoull(value + strlen(") is "), NULL, 16) : 0;

	free(text);
	free(command);
	return at;
}

/* A program may read the memory of its child, unless the administrator forbids that (proc(5), /proc/pid/mem; Yama). */
static bool hash_in_qemu(struct view *v, const struct region *r, uint64_t *hash)
{
	char *path = string_format("/proc/%d/mem", (int)v->guest->pid);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	uint64_t at = fd >= 0 ? place_in_qemu(v, r) : 0;
	bool good = at && hash_file(fd, at, region_bytes(r), hash);

	if (fd >= 0)
		close(fd);
	free(path);
	return good;
}

/* QEMU copies the region into a file, which takes several times as long. */
static bool hash_copy(struct view *v, const struct region *r, uint64_t *hash)
{
	char *path = temporary_path("memory"), *quoted = json_quoted(path);
	char *arguments = string_format("{\"val\":%llu,\"size\":%llu,\"filename\":%s}", (unsigned long long)r->first,
	                                (unsigned long long)region_bytes(r), quoted);
	struct json *said = guest_ask(v->guest, "pmemsave", arguments, COPY_MILLISECONDS, v->ears);
	int fd = json_member(said, "return") ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	bool good = fd >= 0 && hash_file(fd, 0, region_bytes(r), hash);

	if (fd >= 0)
		close(fd);
	unlink(path);
	json_free(said);
	free(arguments);
	free(quoted);
	free(path);
	return good;
}

/* ---- All of them ----------------------------------------------------------------------------------------------- */

static bool hash_memory(struct view *v, uint64_t *hashes)
{
	for (size_t i = 0; i < v->region_count; i++) {
		const struct region *r = &v->regions[i];
		hashes[i] = 0;
		if (r->is_memory && !hash_in_qemu(v, r, &hashes[i]) && !hash_copy(v, r, &hashes[i]))
			return false;
	}
	return true;
}

bool memory_is_still(struct view *v, int milliseconds)
{
	size_t bytes = v->region_count * sizeof(uint64_t);
	uint64_t *before = memory_resize(NULL, bytes), *after = memory_resize(NULL, bytes);
	bool is_still = v->region_count && memory_bytes(v) <= MOST_BYTES && hash_memory(v, before) &&
	                view_run(v, milliseconds) && hash_memory(v, after) && memcmp(before, after, bytes) == 0;

	free(before);
	free(after);
	return is_still;
}
