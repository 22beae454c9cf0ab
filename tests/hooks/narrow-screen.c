/* QEMU's display is told to show fewer pixels of a line than lie in memory, as no firmware does there. What the loader
 * and the kernel know of it is changed, too, so the loader's last words, or the kernel's, must be as readable as
 * ever. */
#include "../broken/broken.h"

#include <string.h>

#include "format.h"
#include "mmio.h"
#include "after/serial.h"

enum { NARROWER = 200 }; /* pixels */

/* ---- x86_64: the standard VGA. QEMU, "docs/specs/standard-vga.rst", bochs dispi interface ---------------- */

enum { DISPI_INDEX = 0x1ce, DISPI_DATA = 0x1cf, DISPI_WIDTH = 1 };

static void narrow_vga(const struct hobnail_framebuffer *fb)
{
	arch_port_write(DISPI_INDEX, 2, DISPI_WIDTH);
	arch_port_write(DISPI_DATA, 2, fb->width); /* the virtual width, which makes the pitch, stays */
}

/* ---- aarch64: ramfb of the virt machine. QEMU, "docs/specs/fw_cfg.rst": all numbers are big-endian ------ */

enum {
	FW_CFG_DMA = 0x09020010,
	FW_CFG_READ = 1 << 1,
	FW_CFG_SELECT = 1 << 3,
	FW_CFG_WRITE = 1 << 4,
	FW_CFG_ERROR = 1 << 0,
	FW_CFG_DIRECTORY = 0x19, /* key of the list of files */
};

enum { FORMAT_XR24 = 0x34325258 }; /* "XR24": blue in the lowest byte */

struct fw_cfg_file {
	uint32_t bytes;
	uint16_t key, reserved;
	char name[56];
};

/* QEMU, hw/display/ramfb.c: struct RAMFBCfg */
struct ramfb {
	uint64_t address;
	uint32_t format, flags, width, height, pitch;
} __attribute__((packed));

static uint32_t big32(uint32_t n)
{
	return __builtin_bswap32(n);
}

static void fw_cfg(uint32_t control, const void *data, uint32_t bytes)
{
	static volatile struct {
		uint32_t control, bytes;
		uint64_t address;
	} access;
	uint64_t at = (uintptr_t)&access;

	access.control = big32(control);
	access.bytes = big32(bytes);
	access.address = __builtin_bswap64((uintptr_t)data);
	__asm__ volatile("" : : : "memory");
	mmio_write(FW_CFG_DMA, 4, big32((uint32_t)(at >> 32)));
	mmio_write(FW_CFG_DMA + 4, 4, big32((uint32_t)at)); /* starts it */
	while (access.control & ~big32(FW_CFG_ERROR))
		;
}

/* 0: there is no such file. */
static uint32_t file_key(const char *name)
{
	static struct fw_cfg_file file;
	static uint32_t count;

	fw_cfg(FW_CFG_DIRECTORY << 16 | FW_CFG_SELECT | FW_CFG_READ, &count, sizeof count);
	for (uint32_t i = 0; i < big32(count); i++) {
		fw_cfg(FW_CFG_READ, &file, sizeof file);
		if (strncmp(file.name, name, sizeof file.name) == 0)
			return __builtin_bswap16(file.key);
	}
	return 0;
}

static void narrow_ramfb(const struct hobnail_framebuffer *fb)
{
	static struct ramfb config;

	config = (struct ramfb){ __builtin_bswap64(fb->phys), big32(FORMAT_XR24), 0, big32(fb->width),
	                         big32(fb->height),
	                         big32(fb->pitch) };
	fw_cfg(file_key("etc/ramfb") << 16 | FW_CFG_SELECT | FW_CFG_WRITE, &config, sizeof config);
}

/* --------------------------------------------------------------------------------------------------------- */

void sabotage_checked(struct boot *b)
{
	struct hobnail_framebuffer *fb = &handoff.framebuffer;
	char text[80];

	if (!b->attempt.platform.has_framebuffer)
		return;
	fb->width -= NARROWER;
	*(struct hobnail_framebuffer *)broken_at(b, b->hobnail.record->framebuffers.offset) = *fb;
	if (arch_id == HOBNAIL_ARCH_X86_64)
		narrow_vga(fb);
	else
		narrow_ramfb(fb);
	serial_write(text, format(text, sizeof text, "\nhook: %u pixels in %u bytes\n", fb->width, fb->pitch));
}
