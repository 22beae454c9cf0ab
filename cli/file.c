#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli.h"
#include "multiboot2.h"
#include "strlist.h"

bool file_exists(const char *path)
{
	return access(path, R_OK) == 0;
}

bool file_same(const char *a, const char *b)
{
	struct stat s, t;

	return stat(a, &s) == 0 && stat(b, &t) == 0 && s.st_dev == t.st_dev && s.st_ino == t.st_ino;
}

int file_zeros(const char *path, uint64_t bytes)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	bool good = fd >= 0 && ftruncate(fd, (off_t)bytes) == 0;
	int status = good ? 0 : complain(STATUS_TROUBLE, "cannot make %s: %s", path, strerror(errno));

	if (fd >= 0)
		close(fd);
	return status;
}

const char *file_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* Fill the buffer as far as the file goes. Negative: an error. */
static ssize_t read_up_to(int fd, char *bytes, size_t count)
{
	size_t done = 0;

	while (done < count) {
		ssize_t n = read(fd, bytes + done, count - done);
		if (n == 0)
			break;
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		done += (size_t)n;
	}
	return (ssize_t)done;
}

char *file_load(const char *path, size_t limit, size_t *bytes)
{
	struct stat s;
	char *content = NULL;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || fstat(fd, &s) != 0) {
		complain(STATUS_TROUBLE, "cannot open %s: %s", path, strerror(errno));
	} else if (!S_ISREG(s.st_mode) || (uint64_t)s.st_size > limit) {
		complain(STATUS_TROUBLE, "%s is no regular file of at most %zu bytes", path, limit);
	} else {
		content = memory_resize(NULL, (size_t)s.st_size + 1);
		ssize_t n = read_up_to(fd, content, (size_t)s.st_size);
		*bytes = n < 0 ? 0 : (size_t)n;
		content[*bytes] = '\0';
	}
	if (fd >= 0)
		close(fd);
	return content;
}

bool write_all(int fd, const char *bytes, size_t count)
{
	while (count) {
		ssize_t n = write(fd, bytes, count);
		if (n < 0 && errno != EINTR)
			return false;
		if (n > 0) {
			bytes += n;
			count -= (size_t)n;
		}
	}
	return true;
}

static int cannot_write(const char *path)
{
	return complain(STATUS_TROUBLE, "cannot write %s: %s", path, strerror(errno));
}

int file_write(const char *path, const void *bytes, size_t count)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);

	if (fd < 0)
		return cannot_write(path);
	bool good = write_all(fd, bytes, count);
	if (close(fd) != 0 || !good)
		return cannot_write(path);
	return 0;
}

bool all_zero(const char *bytes, size_t count)
{
	return count == 0 || (bytes[0] == 0 && memcmp(bytes, bytes + 1, count - 1) == 0);
}

static bool copy_bytes(int from, int to)
{
	static char block[65536];
	off_t length = 0;
	ssize_t n;

	while ((n = read_up_to(from, block, sizeof(block))) > 0) {
		length += n;
		if (all_zero(block, (size_t)n) ? lseek(to, n, SEEK_CUR) < 0 : !write_all(to, block, (size_t)n))
			return false;
	}
	return n == 0 && ftruncate(to, length) == 0;
}

int file_copy(const char *from, const char *to)
{
	int in = open(from, O_RDONLY | O_CLOEXEC);

	if (in < 0)
		return complain(STATUS_TROUBLE, "cannot open %s: %s", from, strerror(errno));
	int out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	bool good = out >= 0 && copy_bytes(in, out);
	int status = good ? 0 : complain(STATUS_TROUBLE, "cannot copy %s to %s: %s", from, to, strerror(errno));
	close(in);
	if (out >= 0)
		close(out);
	return status;
}

/* The first bytes of a file: 0 when it cannot be read (complained). */
static size_t read_head(const char *path, uint8_t *bytes, size_t room)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read_up_to(fd, (char *)bytes, room);

	if (n < 0)
		complain(STATUS_TROUBLE, "cannot read %s: %s", path, strerror(errno));
	else if (n == 0)
		complain(STATUS_TROUBLE, "%s is empty", path);
	if (fd >= 0)
		close(fd);
	return n < 0 ? 0 : (size_t)n;
}

enum arch file_loader_arch(const char *path)
{
	uint8_t head[4096];
	size_t n = read_head(path, head, sizeof(head));
	enum arch a = arch_of_pe(head, n);

	if (n && a == ARCH_NONE)
		complain(STATUS_TROUBLE, "%s is no EFI application for x86_64, aarch64 or riscv64", path);
	return a;
}

/* Multiboot2 kernels are for x86_64, whatever their format is. */
enum arch file_kernel_arch(const char *path)
{
	static uint8_t head[MULTIBOOT2_WITHIN];
	size_t n = read_head(path, head, sizeof(head));
	enum arch a = arch_of_kernel(head, n);
	uint64_t at;

	if (a == ARCH_NONE && multiboot2_find(head, n, &at))
		return ARCH_X86_64;
	if (n && a == ARCH_NONE)
		complain(STATUS_TROUBLE,
		         "%s is no 64-bit ELF file and no EFI program for x86_64, aarch64 or riscv64: say --arch to "
		         "use it all the same",
		         path);
	return a;
}

bool file_is_program(const char *path)
{
	uint8_t head[2];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool is = fd >= 0 && read_up_to(fd, (char *)head, sizeof head) == sizeof head && memcmp(head, "MZ", 2) == 0;

	if (fd >= 0)
		close(fd);
	return is;
}
