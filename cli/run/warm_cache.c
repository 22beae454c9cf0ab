#include "warm_cache.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli.h"
#include "strlist.h"
#include "warm_key.h"

/* ---- Which go -------------------------------------------------------------------------------------------------- */

static int by_use(const void *a, const void *b)
{
	const struct cache_file *x = a, *y = b;

	return x->used_at != y->used_at ? (x->used_at < y->used_at ? -1 : 1) : strcmp(x->name, y->name);
}

size_t cache_surplus(struct cache_file *files, size_t count, uint64_t most_bytes, size_t most_files)
{
	uint64_t bytes = 0;
	size_t go = 0;

	if (count)
		qsort(files, count, sizeof(*files), by_use);
	for (size_t i = 0; i < count; i++)
		bytes += files[i].bytes;
	while (go < count && (bytes > most_bytes || count - go > most_files))
		bytes -= files[go++].bytes;
	return go;
}

/* ---- The folder ------------------------------------------------------------------------------------------------ */

char *cache_folder(void)
{
	const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");

	/* XDG Base Directory Specification 0.8: a relative path is invalid, and is ignored. */
	if (cache && *cache == '/')
		return string_format("%s/hobnail", cache);
	return home && *home == '/' ? string_format("%s/.cache/hobnail", home) : NULL;
}

/* XDG Base Directory Specification 0.8, "Referencing this specification": a missing one gets the mode 0700. */
bool cache_make(const char *folder)
{
	char *above = string_copy(folder);

	for (char *at = above; (at = strchr(at + 1, '/'));) {
		*at = '\0';
		mkdir(above, 0700);
		*at = '/';
	}
	free(above);
	mkdir(folder, 0700);
	return access(folder, W_OK | X_OK) == 0;
}

/* The last holder of the lock may have renamed the file meanwhile: then it is a complete state, and not to be
 * touched. */
int cache_lock(const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	struct stat opened, named;

	if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0 && fstat(fd, &opened) == 0 && stat(path, &named) == 0 &&
	    opened.st_ino == named.st_ino)
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

/* NAME.state and its like; other files in the folder are not this program's. */
static bool is_ours(const char *name)
{
	static const char *const kinds[] = { ".state", ".cold", ".kvm" };
	size_t digits = strspn(name, "0123456789abcdef");

	if (digits != WARM_NAME_BYTES - 1)
		return false;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strncmp(name + digits, kinds[i], strlen(kinds[i])) == 0)
			return true;
	return false;
}

struct listing {
	struct cache_file *files;
	size_t count;
};

static void list_one(const char *folder, const char *name, struct listing *out)
{
	char *path = string_format("%s/%s", folder, name);
	struct stat s;

	if (is_ours(name) && lstat(path, &s) == 0 && S_ISREG(s.st_mode)) {
		out->files = memory_resize(out->files, (out->count + 1) * sizeof(*out->files));
		out->files[out->count++] = (struct cache_file){ string_copy(name), (uint64_t)s.st_size, s.st_mtime };
	}
	free(path);
}

static struct listing list(const char *folder)
{
	struct listing all = { NULL, 0 };
	DIR *d = opendir(folder);

	for (struct dirent *entry; d && (entry = readdir(d));)
		list_one(folder, entry->d_name, &all);
	if (d)
		closedir(d);
	return all;
}

static void listing_free(struct listing *l)
{
	for (size_t i = 0; i < l->count; i++)
		free(l->files[i].name);
	free(l->files);
}

static bool remove_file(const char *folder, const char *name)
{
	char *path = string_format("%s/%s", folder, name);
	bool gone = unlink(path) == 0 || errno == ENOENT;

	free(path);
	return gone;
}

void cache_trim(const char *folder)
{
	struct listing all = list(folder);
	size_t go = cache_surplus(all.files, all.count, CACHE_MOST_BYTES, CACHE_MOST_FILES);

	for (size_t i = 0; i < go; i++)
		remove_file(folder, all.files[i].name);
	listing_free(&all);
}

static int forget_in(const char *folder)
{
	struct listing all = list(folder);
	uint64_t bytes = 0;
	size_t gone = 0;
	int status = 0;

	for (size_t i = 0; i < all.count && !status; i++) {
		if (!remove_file(folder, all.files[i].name))
			status = complain(STATUS_TROUBLE, "cannot remove %s/%s: %s", folder, all.files[i].name,
			                  strerror(errno));
		gone += !status;
		bytes += status ? 0 : all.files[i].bytes;
	}
	listing_free(&all);
	if (!status)
		printf("%zu file%s of kept machines removed from %s, %llu MiB\n", gone, gone == 1 ? "" : "s", folder,
		       (unsigned long long)((bytes + (1 << 20) - 1) >> 20));
	return status;
}

int cache_forget(void)
{
	char *folder = cache_folder();

	if (!folder)
		return complain(STATUS_TROUBLE, "nothing is kept: neither XDG_CACHE_HOME nor HOME is set");
	int status = forget_in(folder);
	free(folder);
	return status;
}
