#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>
#ifdef __linux__
#include <linux/fs.h>
#endif

#include "base.h"
#include "cli.h"
#include "file.h"
#include "process.h"
#include "strlist.h"

enum { LINKS_MOST = 40, LOOKED_AT_BYTES = 1 << 20, BLOCK_BYTES = 1 << 20 };

/* ---- The target -------------------------------------------------------------------------------------------------- */

/* The target of a link, relative to the current folder. The caller frees. */
static char *link_target(const char *path)
{
	char target[PATH_MAX];
	ssize_t n = readlink(path, target, sizeof(target) - 1);

	if (n < 0)
		return NULL;
	target[n] = '\0';
	if (target[0] == '/')
		return string_copy(target);
	return string_format("%.*s%s", (int)(file_name(path) - path), path, target);
}

/* The path behind all links, even if no file is there yet. NULL: a cycle. The caller frees. */
static char *resolve(const char *path)
{
	char *at = string_copy(path), *next;

	for (unsigned i = 0; (next = link_target(at)); i++) {
		free(at);
		at = next;
		if (i == LINKS_MOST) {
			free(at);
			return NULL;
		}
	}
	return at;
}

static const char *kind_of(mode_t mode)
{
	return S_ISDIR(mode) ? "folder" : S_ISFIFO(mode) ? "pipe" : S_ISSOCK(mode) ? "socket" : "device without an end";
}

/* ---- Disks ----------------------------------------------------------------------------------------------------- */

/* UEFI 2.10, "GPT Header" (§5.3.2) and "Legacy MBR" (§5.2.1). NULL: nothing is there. */
static const char *content_of(const char *bytes, size_t count)
{
	bool is_gpt = count >= 4104 &&
	              (memcmp(bytes + 512, "EFI PART", 8) == 0 || memcmp(bytes + 4096, "EFI PART", 8) == 0);

	if (all_zero(bytes, count))
		return NULL;
	return is_gpt ? "a partition table" :
	       count >= 512 && memcmp(bytes + 510, "\x55\xaa", 2) == 0 ? "a partition table or a file system" : "data";
}

/* The same of a disk's end: UEFI 2.10, "GPT disk layout" (§5.3.1), has the backup GPT header in the last sector. */
static const char *content_of_end(const char *bytes, size_t count)
{
	bool is_gpt = (count >= 512 && memcmp(bytes + count - 512, "EFI PART", 8) == 0) ||
	              (count >= 4096 && memcmp(bytes + count - 4096, "EFI PART", 8) == 0);

	return all_zero(bytes, count) ? NULL : is_gpt ? "a partition table" : "data";
}

static int disk_check_content(const struct output *o)
{
	char *bytes = memory_resize(NULL, LOOKED_AT_BYTES);
	ssize_t n = pread(o->fd, bytes, LOOKED_AT_BYTES, 0);
	const char *content = n > 0 ? content_of(bytes, (size_t)n) : NULL;
	int status = 0;

	if (n >= 0 && !content) {
		n = pread(o->fd, bytes, LOOKED_AT_BYTES, (off_t)(o->bytes - min_u64(o->bytes, LOOKED_AT_BYTES)));
		content = n > 0 ? content_of_end(bytes, (size_t)n) : NULL;
	}
	if (n < 0)
		status = complain(STATUS_TROUBLE, "cannot read %s: %s", o->path, strerror(errno));
	else if (content)
		status = complain(STATUS_TROUBLE, "the disk %s holds %s: --force writes over it", o->path, content);
	free(bytes);
	return status;
}

/* open(2): with O_EXCL a block device that is mounted, or otherwise in use, is refused, even with `force`. */
static int disk_open(struct output *o, bool force)
{
	off_t end;

	o->fd = open(o->path, O_RDWR | O_CLOEXEC | O_EXCL);
	if (o->fd < 0 && errno == EBUSY)
		return complain(STATUS_TROUBLE, "the disk %s is in use: unmount what is on it", o->path);
	if (o->fd < 0 || (end = lseek(o->fd, 0, SEEK_END)) < 0)
		return complain(STATUS_TROUBLE, "cannot open %s: %s", o->path, strerror(errno));
	o->bytes = (uint64_t)end;
	o->sector_bytes = 512;
#ifdef BLKSSZGET
	int sector;
	if (ioctl(o->fd, BLKSSZGET, &sector) == 0)
		o->sector_bytes = (unsigned)sector;
#endif
	return force ? 0 : disk_check_content(o);
}

/* ---- Opening --------------------------------------------------------------------------------------------------- */

/* An image may be written to /dev/null, but not to a terminal or the like. */
static int stream_open(struct output *o)
{
	o->fd = open(o->path, O_WRONLY | O_NOCTTY | O_CLOEXEC);
	if (o->fd < 0)
		return complain(STATUS_TROUBLE, "cannot open %s: %s", o->path, strerror(errno));
	return isatty(o->fd) ? complain(STATUS_TROUBLE, "%s is a terminal: an image needs a file or a disk", o->path) :
	                       0;
}

int output_open(const char *path, bool force, struct output *out)
{
	struct stat s;

	/* The text of a link need not be a name: /dev/stdout leads to "pipe:[1234]". */
	bool is_file = stat(path, &s) != 0 || S_ISREG(s.st_mode);
	*out = (struct output){ .path = is_file ? resolve(path) : string_copy(path), .is_file = is_file, .fd = -1 };
	if (!out->path)
		return complain(STATUS_TROUBLE, "%s is a symbolic link that leads to itself", path);
	if (is_file)
		return 0;
	out->is_disk = S_ISBLK(s.st_mode);
	int status = out->is_disk ? disk_open(out, force) : S_ISCHR(s.st_mode) ? stream_open(out) :
	             complain(STATUS_TROUBLE, "%s is a %s: an image needs a file or a disk", path, kind_of(s.st_mode));
	if (status)
		output_close(out);
	return status;
}

void output_close(struct output *o)
{
	if (o->fd >= 0)
		close(o->fd);
	free(o->path);
	*o = (struct output){ .fd = -1 };
}

/* ---- Writing --------------------------------------------------------------------------------------------------- */

/* Writes bytes [from, until) of the file, to the same offset, or to a stream's current position. A signal ends it. */
static bool write_range(const struct output *o, int in, uint64_t from, uint64_t until)
{
	char *block = memory_resize(NULL, BLOCK_BYTES);
	bool good = !o->is_disk || lseek(o->fd, (off_t)from, SEEK_SET) >= 0;

	while (good && from < until && !signal_seen()) {
		ssize_t n = pread(in, block, min_u64(until - from, BLOCK_BYTES), (off_t)from);
		if (n == 0)
			errno = EIO;
		good = n > 0 && write_all(o->fd, block, (size_t)n);
		from += n > 0 ? (uint64_t)n : 0;
	}
	free(block);
	return good;
}

int output_write(const struct output *o, const char *from, uint64_t head, uint64_t tail)
{
	struct stat s;
	int in = open(from, O_RDONLY | O_CLOEXEC);
	bool good = in >= 0 && fstat(in, &s) == 0;
	uint64_t bytes = good ? (uint64_t)s.st_size : 0;

	if (good && o->is_disk)
		good = write_range(o, in, 0, min_u64(head, bytes)) && write_range(o, in, min_u64(tail, bytes), bytes) &&
		       fsync(o->fd) == 0;
	else if (good)
		good = write_range(o, in, 0, bytes);
	int status = signal_seen() ? STATUS_SIGNAL + signal_seen() :
	             good ? 0 : complain(STATUS_TROUBLE, "cannot write %s: %s", o->path, strerror(errno));
#ifdef BLKRRPART
	if (good && o->is_disk)
		/* may fail; then the kernel reads the new partitions at the next open */
		(void)ioctl(o->fd, BLKRRPART);
#endif
	if (in >= 0)
		close(in);
	return status;
}

/* A new file can be written where its folder can. */
static bool can_be_written(const char *path, bool exists)
{
	int bytes = (int)(file_name(path) - path);
	char *folder = bytes ? string_format("%.*s", bytes, path) : string_copy(".");
	bool can = exists ? access(path, W_OK) == 0 : access(folder, W_OK | X_OK) == 0;

	free(folder);
	return can;
}

int output_check(const char *path, bool may_be_pipe)
{
	struct stat s;
	bool exists = stat(path, &s) == 0;

	if (exists && S_ISBLK(s.st_mode))
		return complain(STATUS_TROUBLE, "%s is a disk: say a file", path);
	if (exists && (S_ISDIR(s.st_mode) || (!may_be_pipe && (S_ISFIFO(s.st_mode) || S_ISSOCK(s.st_mode)))))
		return complain(STATUS_TROUBLE, "%s is a %s: say a file", path, kind_of(s.st_mode));
	if (!can_be_written(path, exists))
		return complain(STATUS_TROUBLE, "cannot write %s: %s", path, strerror(errno));
	return 0;
}
