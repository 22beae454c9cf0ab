#include "volume_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base.h"
#include "cli.h"
#include "process.h"

enum { SECTOR_BYTES = 512 };

struct image {
	const char *path;
	char *at;               /* "path@@1M", as mtools wants it */
	bool has_table;         /* else the file system is all there is */
	uint64_t disk_sectors;
	uint64_t first;         /* of the partition */
	uint64_t sectors;
};

/* Files and folders in clusters of at most 4 KiB, both FATs (8 bytes a cluster), and some air. At least enough
 * clusters that everybody takes it for FAT32 (65525: Microsoft FAT specification, "FAT Type Determination"). */
static uint64_t needed_mib(const struct volume *v)
{
	uint64_t bytes = v->folders.count * KIB(32);

	for (size_t i = 0; i < v->count; i++)
		bytes += align_up(v->items[i].bytes, KIB(4)) + KIB(1);
	return max_u64((bytes + bytes / 32) / MIB(1) + 4, 48);
}

static unsigned cluster_sectors(uint64_t sectors)
{
	unsigned n = 8;

	while (n > 1 && sectors / n < 80000)
		n /= 2;
	return n;
}

static int image_measure(const struct volume *v, const struct volume_options *o, struct image *out)
{
	unsigned ends = out->has_table ? 1 : 0; /* the tables: 1 MiB at each end */
	uint64_t needed = needed_mib(v) + 2 * ends;
	uint64_t mib = o->size_mib ? o->size_mib : needed, power = 1;

	if (mib < needed)
		return complain(STATUS_TROUBLE, "--size %llu is too small: the files need %llu MiB", (unsigned long long)mib,
		                (unsigned long long)needed);
	while (power < mib)
		power *= 2;
	mib = o->power_of_two ? power : mib;
	out->disk_sectors = MIB(mib) / SECTOR_BYTES;
	out->first = MIB(ends) / SECTOR_BYTES;
	out->sectors = MIB(mib - 2 * ends) / SECTOR_BYTES;
	return 0;
}

static int image_create(const struct image *i)
{
	int fd = open(i->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	bool good = fd >= 0 && ftruncate(fd, (off_t)(i->disk_sectors * SECTOR_BYTES)) == 0;
	int status = good ? 0 : complain(STATUS_TROUBLE, "cannot make %s: %s", i->path, strerror(errno));

	if (fd >= 0)
		close(fd);
	return status;
}

/* sgdisk sleeps for a second after writing the table, so it does that while the files are copied. */
static int table_start(const struct image *i, struct tool *out)
{
	struct strings argv = { 0 };

	strings_of(&argv, "sgdisk", "--clear", NULL);
	strings_addf(&argv, "--new=1:%llu:%llu", (unsigned long long)i->first,
	             (unsigned long long)(i->first + i->sectors - 1));
	strings_of(&argv, "--typecode=1:ef00", "--change-name=1:Hobnail",
	           "--disk-guid=484F424E-4149-4C00-8000-000000000001",
	           "--partition-guid=1:484F424E-4149-4C00-8000-000000000002", i->path, NULL);
	int status = tool_start(&argv, out);
	strings_free(&argv);
	return status;
}

static int make_file_system(const struct image *i)
{
	struct strings argv = { 0 };

	strings_of(&argv, "mformat", "-i", i->at, "-F", "-h", "255", "-s", "63", "-N", "484f424e", "-v", "HOBNAIL", "-T", NULL);
	strings_addf(&argv, "%llu", (unsigned long long)i->sectors);
	strings_add(&argv, "-H");
	strings_addf(&argv, "%llu", (unsigned long long)i->first);
	strings_add(&argv, "-c");
	strings_addf(&argv, "%u", cluster_sectors(i->sectors));
	strings_add(&argv, "::");
	int status = tool_run(&argv);
	strings_free(&argv);
	return status;
}

static int make_folders(const struct image *i, const struct volume *v)
{
	struct strings argv = { 0 };

	if (v->folders.count == 0)
		return 0;
	strings_of(&argv, "mmd", "-i", i->at, NULL);
	for (size_t n = 0; n < v->folders.count; n++)
		strings_addf(&argv, "::%s", v->folders.at[n]);
	int status = tool_run(&argv);
	strings_free(&argv);
	return status;
}

static int copy_file(const struct image *i, const struct volume_item *f)
{
	struct strings argv = { 0 };

	strings_of(&argv, "mcopy", "-i", i->at, NULL);
	strings_addf(&argv, "%s%s", f->host[0] == '/' ? "" : "./", f->host);
	strings_addf(&argv, "::%s", f->path);
	int status = tool_run(&argv);
	strings_free(&argv);
	return status;
}

static int file_system_fill(const struct image *i, const struct volume *v)
{
	int status = make_file_system(i);

	if (!status)
		status = make_folders(i, v);
	for (size_t n = 0; n < v->count && !status; n++)
		status = copy_file(i, &v->items[n]);
	return status;
}

static int disk_fill(const struct image *i, const struct volume *v)
{
	struct tool table;
	int status = table_start(i, &table);

	if (status)
		return status;
	status = file_system_fill(i, v);

	int table_status = tool_wait(&table);
	return status ? status : table_status;
}

static int image_write(const struct volume *v, const struct volume_options *o, const char *path, bool has_table)
{
	char *at = string_format("%s@@%s", path, has_table ? "1M" : "0");
	struct image i = { .path = path, .at = at, .has_table = has_table };
	int status = image_measure(v, o, &i);

	if (!status)
		status = image_create(&i);
	if (!status)
		status = has_table ? disk_fill(&i, v) : file_system_fill(&i, v);
	free(at);
	return status;
}

/* ---- ISO ---------------------------------------------------------------------------------------------------- */

/* The file system is the El Torito boot image (UEFI 2.10, "ISO-9660 and El Torito" (13.3.2.1)), and a GPT partition for
 * those who find the same bytes on a disk. It is a file of the ISO's own: EDK2 takes a boot image whose size El Torito
 * cannot say (32 MiB and more) to reach up to the end of the ISO's file system, and finds nothing behind that. */
static int iso_make(const char *file_system, const char *path)
{
	struct strings argv = { 0 };

	strings_of(&argv, "xorriso", "-as", "mkisofs", "-quiet", "-o", path, "-V", "HOBNAIL", "-r", "--set_all_file_dates",
	           "1980010100000000", "-graft-points", "-e", "efi.img", "-no-emul-boot", "-efi-boot-part",
	           "--efi-boot-image", NULL);
	strings_addf(&argv, "efi.img=%s", file_system);
	int status = tool_run(&argv);
	strings_free(&argv);
	return status;
}

static int iso_write(const struct volume *v, const struct volume_options *o, const char *path)
{
	char *file_system = temporary_path("efi.img");
	int status = file_system ? image_write(v, o, file_system, false) : STATUS_TROUBLE;

	if (!status)
		status = iso_make(file_system, path);
	free(file_system);
	return status;
}

static bool is_iso(const char *path)
{
	size_t bytes = strlen(path);

	return bytes > 4 && strcasecmp(path + bytes - 4, ".iso") == 0;
}

/* ---- The whole ---------------------------------------------------------------------------------------------- */

/* Complete under another name first: what bears the image's name is always a whole image. */
int volume_write_image(const struct volume *v, const struct volume_options *o, const char *path)
{
	char *part = string_format("%s.part", path);
	int status = is_iso(path) ? iso_write(v, o, part) : image_write(v, o, part, true);

	if (!status && rename(part, path) != 0)
		status = complain(STATUS_TROUBLE, "cannot rename %s to %s: %s", part, path, strerror(errno));
	if (status)
		unlink(part);
	free(part);
	return status;
}
