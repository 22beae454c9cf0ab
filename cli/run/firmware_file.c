/* firmware_file.c — a firmware file that no descriptor names: recognises flash images and finds the variable store. */
#include "firmware.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base.h"
#include "cli.h"
#include "file.h"
#include "strlist.h"

enum { HEAD_BYTES = 48 };

struct flash_file {
	uint64_t bytes; /* as the machine sees it */
	bool is_qcow2;
	uint8_t head[HEAD_BYTES];
};

/* QEMU, docs/interop/qcow2: "QFI\xfb", and the virtual size at 24, big-endian. */
static void read_qcow2(struct flash_file *f)
{
	f->is_qcow2 = memcmp(f->head, "QFI\xfb", 4) == 0;
	if (!f->is_qcow2)
		return;
	f->bytes = 0;
	for (unsigned i = 24; i < 32; i++)
		f->bytes = f->bytes << 8 | f->head[i];
}

static bool read_flash(const char *path, struct flash_file *f)
{
	struct stat s;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool good = fd >= 0 && fstat(fd, &s) == 0 && read(fd, f->head, HEAD_BYTES) == HEAD_BYTES;

	if (fd >= 0)
		close(fd);
	if (!good)
		return false;
	f->bytes = (uint64_t)s.st_size;
	read_qcow2(f);
	return true;
}

/* ---- Recognising it --------------------------------------------------------------------------------------------- */

/* UEFI Platform Initialization Specification, vol. 3, "EFI_FIRMWARE_VOLUME_HEADER": the file system's GUID at 16, the
 * volume's length at 32, "_FVH" at 40. */
static bool is_volume(const struct flash_file *f)
{
	return memcmp(f->head + 40, "_FVH", 4) == 0;
}

/* EFI_SYSTEM_NV_DATA_FV_GUID (EDK II, MdeModulePkg/Include/Guid/SystemNvDataGuid.h) */
static bool is_store(const struct flash_file *f)
{
	return is_volume(f) &&
	       memcmp(f->head + 16, "\x8d\x2b\xf1\xff\x96\x76\x8b\x4c\xa9\x85\x27\x47\x07\x5b\x4f\x50", 16) == 0;
}

/* The size of the firmware's variable store; 0: this file is not a flash image. Machines with flash banks need images
 * of exactly the bank's size (QEMU, hw/arm/virt.c and hw/riscv/virt.c). OVMF's code and store together fill whole MiB;
 * an image of both, which is whole MiB by itself, is loaded as BIOS. */
static uint64_t store_bytes(enum arch arch, const struct flash_file *f)
{
	uint64_t bank = arch == ARCH_AARCH64 ? MIB(64) : arch == ARCH_RISCV64 ? MIB(32) : 0;

	if (bank)
		return f->bytes == bank ? bank : 0;
	return f->is_qcow2 || is_volume(f) ? align_up(f->bytes, MIB(1)) - f->bytes : 0;
}

/* ---- Which store belongs to it ---------------------------------------------------------------------------------- */

/* "…/OVMF_VARS_4M.fd" of "…/OVMF_CODE_4M.secboot.fd", with and without what is between the dots. The caller frees. */
static char *store_name(const char *code, bool short_name)
{
	char *name = string_copy(code), *base = name + (file_name(code) - code);
	char *part = strstr(base, "CODE"), *small = strstr(base, "code"), *dot = strchr(base, '.'),
	     *last = strrchr(base, '.');

	if (part)
		memcpy(part, "VARS", 4);
	else if (small)
		memcpy(small, "vars", 4);
	if (short_name && dot != last)
		memmove(dot, last, strlen(last) + 1);
	return name;
}

static bool take_store(const char *code, bool short_name, uint64_t bytes, struct qemu_firmware *out)
{
	struct flash_file store;
	char *name = store_name(code, short_name);

	if (strcmp(name, code) != 0 && read_flash(name, &store) && store.bytes == bytes) {
		out->vars = name;
		out->vars_format = string_copy(store.is_qcow2 ? "qcow2" : "raw");
		return true;
	}
	free(name);
	return false;
}

bool firmware_has_own_store(enum arch arch, const char *path)
{
	struct qemu_firmware taken = { 0 };
	struct flash_file f;
	bool has = read_flash(path, &f) && store_bytes(arch, &f) &&
	           take_store(path, false, store_bytes(arch, &f), &taken);

	free(taken.vars);
	free(taken.vars_format);
	return has;
}

int firmware_from_file(enum arch arch, const char *path, struct qemu_firmware *out)
{
	struct flash_file f;

	if (!file_exists(path))
		return complain(STATUS_TROUBLE, "the firmware %s cannot be read", path);
	*out = (struct qemu_firmware){ .kind = FIRMWARE_BIOS, .code = string_copy(path) };
	if (!read_flash(path, &f))
		return 0;
	uint64_t bytes = store_bytes(arch, &f);
	if (is_store(&f) && bytes)
		return complain(STATUS_TROUBLE, "%s is a variable store: say the firmware itself, such as OVMF_CODE.fd",
		                path);
	if (bytes == 0)
		return 0;
	out->kind = FIRMWARE_FLASH;
	out->code_format = string_copy(f.is_qcow2 ? "qcow2" : "raw");
	if (take_store(path, false, bytes, out) || take_store(path, true, bytes, out))
		return 0;
	out->empty_vars_bytes = bytes;
	out->vars_format = string_copy("raw");
	return 0;
}

/* ---- The machine's own store ------------------------------------------------------------------------------------ */

int firmware_make_vars(const struct qemu_firmware *f, const char *path)
{
	return f->vars ? file_copy(f->vars, path) : file_zeros(path, f->empty_vars_bytes);
}

uint64_t firmware_vars_bytes(const struct qemu_firmware *f)
{
	struct flash_file store;

	if (!f->vars)
		return f->empty_vars_bytes;
	return strcmp(f->vars_format, "raw") == 0 && read_flash(f->vars, &store) ? store.bytes : 0;
}
