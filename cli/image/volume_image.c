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
#include "gpt.h"
#include "output.h"
#include "process.h"

enum { SECTOR_BYTES = 512 };

struct image {
	const char *path;
	char *at;               /* "path@@1M", mtools' syntax */
	bool has_table;         /* false: a file system without a partition table */
	struct gpt disk;        /* with the file system's place */
};

/* Files and folders in clusters of at most 4 KiB, both FATs (8 bytes a cluster), and some spare room. At least as many
 * clusters as FAT32 needs (65525: Microsoft FAT specification, "FAT Type Determination"). */
static uint64_t needed_mib(const struct volume_tree *v, unsigned sector_bytes)
{
	uint64_t bytes = v->folders.count * KIB(32);

	for (size_t i = 0; i < v->count; i++)
		bytes += align_up(v->items[i].bytes, KIB(4)) + KIB(1);
	return max_u64((bytes + bytes / 32) / MIB(1) + 4, sector_bytes == SECTOR_BYTES ? 48 : 272);
}

static unsigned cluster_sectors(const struct gpt *disk)
{
	unsigned n = KIB(4) / disk->sector_bytes;

	while (n > 1 && disk->sectors / n < 80000)
		n /= 2;
	return n;
}

/* An image for a disk is as large as the disk, but its partition only as large as needed. */
static int image_measure(const struct volume_tree *v, const struct volume_options *o, const struct output *to,
                         struct image *out)
{
	unsigned ends = out->has_table ? 1 : 0; /* the tables: 1 MiB at each end */
	uint64_t needed = needed_mib(v, out->disk.sector_bytes) + 2 * ends;
	uint64_t mib = o->size_mib ? o->size_mib : needed, power = 1;

	if (mib < needed)
		return complain(STATUS_TROUBLE, "--size %llu is too small: the files need %llu MiB",
		                (unsigned long long)mib, (unsigned long long)needed);
	while (power < mib)
		power *= 2;
	mib = o->power_of_two ? power : mib;
	if (to->is_disk && to->bytes < MIB(mib))
		return complain(STATUS_TROUBLE, "the disk %s is too small: it has %llu MiB of the %llu that are needed",
		                to->path, (unsigned long long)(to->bytes / MIB(1)), (unsigned long long)mib);
	out->disk.disk_sectors = (to->is_disk && out->has_table ? to->bytes : MIB(mib)) / out->disk.sector_bytes;
	out->disk.first = MIB(ends) / out->disk.sector_bytes;
	out->disk.sectors = MIB(mib - 2 * ends) / out->disk.sector_bytes;
	return 0;
}

static uint64_t disk_bytes(const struct image *i)
{
	return i->disk.disk_sectors * i->disk.sector_bytes;
}

/* The partition tables are written last, because mformat reads them. */
static int image_create(const struct image *i)
{
	int fd = open(i->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	bool good = fd >= 0 && ftruncate(fd, (off_t)disk_bytes(i)) == 0;
	int status = good ? 0 : complain(STATUS_TROUBLE, "cannot make %s: %s", i->path, strerror(errno));

	if (fd >= 0)
		close(fd);
	return status;
}

static int table_write(const struct image *i)
{
	uint8_t head[GPT_MAX_BYTES], tail[GPT_MAX_BYTES];
	size_t head_bytes = gpt_head(&i->disk, head), tail_bytes = gpt_tail(&i->disk, tail);
	int fd = open(i->path, O_WRONLY | O_CLOEXEC);
	bool good = fd >= 0 && pwrite(fd, head, head_bytes, 0) == (ssize_t)head_bytes &&
	            pwrite(fd, tail, tail_bytes, (off_t)(disk_bytes(i) - tail_bytes)) == (ssize_t)tail_bytes;
	int status = good ? 0 : complain(STATUS_TROUBLE, "cannot write %s: %s", i->path, strerror(errno));

	if (fd >= 0)
		close(fd);
	return status;
}

/* -S: the sector size as a power of two, 7 less. Hidden sectors: those before the partition. */
static int make_file_system(const struct image *i)
{
	struct strings argv = { 0 };

	strings_of(&argv, "mformat", "-i", i->at, "-F", "-h", "255", "-s", "63", "-N", "484f424e", "-v", "HOBNAIL",
	           "-S", i->disk.sector_bytes == SECTOR_BYTES ? "2" : "5", "-T", NULL);
	strings_addf(&argv, "%llu", (unsigned long long)i->disk.sectors);
	strings_add(&argv, "-H");
	strings_addf(&argv, "%llu", (unsigned long long)i->disk.first);
	strings_add(&argv, "-c");
	strings_addf(&argv, "%u", cluster_sectors(&i->disk));
	strings_add(&argv, "::");
	int status = tool_run(&argv);
	strings_free(&argv);
	return status;
}

static int make_folders(const struct image *i, const struct volume_tree *v)
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

static int file_system_fill(const struct image *i, const struct volume_tree *v)
{
	int status = make_file_system(i);

	if (!status)
		status = make_folders(i, v);
	for (size_t n = 0; n < v->count && !status; n++)
		status = copy_file(i, &v->items[n]);
	return status;
}

static int image_write(const struct volume_tree *v, const struct volume_options *o, const struct output *to,
                       struct image *i)
{
	char *at = string_format("%s@@%s", i->path, i->has_table ? "1M" : "0");

	i->at = at;
	int status = image_measure(v, o, to, i);
	if (!status)
		status = image_create(i);
	if (!status)
		status = file_system_fill(i, v);
	if (!status && i->has_table)
		status = table_write(i);
	free(at);
	return status;
}

/* ---- ISO ---------------------------------------------------------------------------------------------------- */

/* The file system is the El Torito boot image (UEFI 2.10, "ISO-9660 and El Torito" (13.3.2.1)), and also a GPT
 * partition, for the same bytes on a disk. It lies in a file of the ISO: El Torito cannot express sizes of 32 MiB and
 * more, and EDK2 then assumes that the boot image reaches to the end of the ISO's file system, not beyond it. */
static int iso_make(const char *file_system, const char *path)
{
	struct strings argv = { 0 };

	/* -no_rc: no commands of the user's own (~/.xorrisorc). */
	strings_of(&argv, "xorriso", "-no_rc", "-as", "mkisofs", "-quiet", "-o", path, "-V", "HOBNAIL", "-r",
	           "--set_all_file_dates", "1980010100000000", "-graft-points", "-e", "efi.img", "-no-emul-boot",
	           "-efi-boot-part", "--efi-boot-image", NULL);
	strings_addf(&argv, "efi.img=%s", file_system);
	int status = tool_run(&argv);
	strings_free(&argv);
	return status;
}

static int iso_write(const struct volume_tree *v, const struct volume_options *o, const struct output *to,
                     const char *path)
{
	char *file_system = temporary_path("efi.img");
	struct image i = { .path = file_system, .disk.sector_bytes = SECTOR_BYTES };
	int status = file_system ? image_write(v, o, to, &i) : STATUS_TROUBLE;

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

/* Make it at `path`, and say where its content ends and its end begins. */
static int write_at(const struct volume_tree *v, const struct volume_options *o, const struct output *to, bool iso,
                    const char *path, uint64_t *head, uint64_t *tail)
{
	unsigned sector = o->sector_bytes ? o->sector_bytes : to->sector_bytes ? to->sector_bytes : SECTOR_BYTES;
	struct image i = { .path = path, .has_table = true, .disk.sector_bytes = sector };

	*head = *tail = UINT64_MAX;
	if (iso)
		return sector == SECTOR_BYTES || to->sector_bytes ? iso_write(v, o, to, path) :
		       complain(STATUS_TROUBLE, "--sector-size is for disks: an ISO has its own");
	int status = image_write(v, o, to, &i);
	*head = (i.disk.first + i.disk.sectors) * sector;
	*tail = disk_bytes(&i) - GPT_MAX_BYTES;
	return status;
}

static int check_sectors(const struct volume_options *o, const struct output *to)
{
	unsigned sector = to->sector_bytes;

	if (sector && o->sector_bytes && o->sector_bytes != sector)
		return complain(STATUS_TROUBLE, "--sector-size %u: the disk %s has sectors of %u bytes",
		                o->sector_bytes, to->path, sector);
	if (sector && sector != 512 && sector != 4096)
		return complain(STATUS_TROUBLE, "the disk %s has sectors of %u bytes, not of 512 or 4096", to->path,
		                sector);
	return 0;
}

/* A file is completed under another name and then renamed, so that the image's name never has a partial image. A disk
 * or stream is written when the image is complete. */
static int write_to(const struct volume_tree *v, const struct volume_options *o, const struct output *to, bool iso)
{
	char *path = to->is_file ? string_format("%s.part", to->path) : temporary_path(iso ? "image.iso" : "image.img");
	uint64_t head, tail;
	int status = path ? write_at(v, o, to, iso, path, &head, &tail) : STATUS_TROUBLE;

	if (!status && !to->is_file)
		status = output_write(to, path, head, tail);
	else if (!status && rename(path, to->path) != 0)
		status = complain(STATUS_TROUBLE, "cannot rename %s to %s: %s", path, to->path, strerror(errno));
	if (status && path && to->is_file)
		unlink(path);
	free(path);
	return status;
}

int volume_write_image(const struct volume_tree *v, const struct volume_options *o, const char *path)
{
	struct output to;
	int status = output_open(path, o->force, &to);

	if (status)
		return status;
	status = check_sectors(o, &to);
	if (!status)
		status = write_to(v, o, &to, o->iso || is_iso(path));
	output_close(&to);
	return status;
}
