/* files.c — the archive, and the log. */
#include "tests.h"

static int64_t file_read(const char *path, uint64_t offset, void *to, uint64_t bytes)
{
	struct pith_file_read r = { path, strlen(path), offset, to, bytes };

	return sys_file_read(&r);
}

/* Each file that is listed can be read, to its end and not further. */
static void files(const uint64_t number[4])
{
	struct pith_file f;
	char text[1000];
	uint64_t index = 0, programs = 0;

	(void)number;
	for (; sys_file(index, &f) == 0; index++) {
		CHECK(strlen(f.name) == f.name_bytes && f.name_bytes > 0);
		uint64_t offset = 0, n;
		while ((n = GOOD(file_read(f.name, offset, text, sizeof text))) > 0) {
			programs += offset == 0 && memcmp(text, "\177ELF", 4) == 0;
			offset += n;
		}
		EXPECT(offset, f.bytes);
	}
	CHECK(index > 5 && programs > 3);
	EXPECT(sys_file(index, &f), PITH_NOT_FOUND);
	EXPECT(sys_file(~0ull, &f), PITH_NOT_FOUND);
}

static void file_parts(const uint64_t number[4])
{
	static char whole[512];
	char part[16];
	int64_t bytes = file_read("etc/motd", 0, whole, sizeof whole);

	(void)number;
	CHECK(bytes > 32);
	for (uint64_t offset = 0; offset < (uint64_t)bytes; offset += 7) {
		uint64_t left = (uint64_t)bytes - offset, n = left < sizeof part ? left : sizeof part;
		EXPECT(file_read("etc/motd", offset, part, sizeof part), n);
		CHECK(memcmp(part, whole + offset, n) == 0);
	}
	EXPECT(file_read("etc/motd", (uint64_t)bytes, part, sizeof part), 0);
	EXPECT(file_read("etc/motd", ~0ull, part, sizeof part), 0);
	EXPECT(file_read("etc/motd", 0, part, 0), 0);
	EXPECT(file_read("etc/mot", 0, part, sizeof part), PITH_NOT_FOUND);
	EXPECT(file_read("etc", 0, part, sizeof part), PITH_NOT_FOUND);
	EXPECT(file_read("", 0, part, sizeof part), PITH_NOT_FOUND);
}

/* What is printed can be found there. */
static void log(const uint64_t number[4])
{
	char text[64], word[40];
	uint64_t from = 0, found = 0, far = ~0ull;

	(void)number;
	print("log: it is %lu ns\n", sys_clock());
	format(word, sizeof word, "log: it is ");
	size_t bytes = strlen(word);
	for (; sys_log(&from, text, bytes) == (int64_t)bytes; from -= bytes - 1)
		found += memcmp(text, word, bytes) == 0;
	CHECK(found >= 1);
	EXPECT(sys_log(&far, text, sizeof text), 0);
	CHECK(far >= from && far < from + 10000);
}

const struct test file_tests[] = {
	{ "files", files, TEST },
	{ "file-parts", file_parts, TEST },
	{ "log", log, TEST },
	{ NULL, NULL, ROLE },
};
