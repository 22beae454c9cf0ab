/* device.c — docs/protocol.md, "Devices": console and framebuffers. */
#include "contract/entry.h"
#include "console.h"
#include "contract.h"
#include "live.h"

static bool in_net(const struct hobnail_boot *boot, vaddr va, uint64_t bytes)
{
	return va >= boot->net_base && range_within(va - boot->net_base, bytes, live_slot_bytes());
}

/* Is [virt, virt + bytes) in the net's slot, and mapped to phys as writable memory of this type? */
static enum verdict check_mapping(const struct hobnail_boot *boot, vaddr virt, paddr phys, uint64_t bytes,
                                  enum walk_memory memory, struct finding *f)
{
	vaddr va = align_down(virt, PAGE_BYTES);
	uint64_t whole = align_up(virt + bytes, PAGE_BYTES) - va, done = 0;
	struct live_leaf leaf = { .va = va };
	struct live s;

	if (!live_open(boot, &s))
		return expect(f, "virt with translation off", virt, 0);
	if (!in_net(boot, va, whole))
		return broken(f, "%#lx is not in the net", (unsigned long)virt);
	while (live_next(&s, va, whole, &leaf) && leaf.va == va + done) {
		if (leaf.walk.phys != align_down(phys, PAGE_BYTES) + done)
			return broken(f, "%#lx leads to %#lx", (unsigned long)leaf.va, (unsigned long)leaf.walk.phys);
		if (!leaf.walk.writable || leaf.walk.executable || leaf.walk.memory != memory)
			return broken(f, "%#lx: got %s, %s, memory kind %u, want kind %u", (unsigned long)leaf.va,
			              leaf.walk.writable ? "writable" : "read-only",
			              leaf.walk.executable ? "executable" : "not executable", leaf.walk.memory, memory);
		done += leaf.bytes;
	}
	if (done != whole)
		return broken(f, "%#lx is not mapped", (unsigned long)(va + done));
	return holds(f, "%lu KiB at %#lx", (unsigned long)(whole >> 10), (unsigned long)virt);
}

/* ---- Console ------------------------------------------------------------------------------------------- */

static bool has_console(const struct hobnail_boot *boot)
{
	return (boot->valid & HOBNAIL_HAS_CONSOLE) != 0;
}

static enum verdict check_console(const struct hobnail_boot *boot, struct finding *f)
{
	static const char *const kinds[] = { "?", "16550 at port", "16550 at", "PL011 at", "BCM2835 mini UART at" };
	const struct hobnail_console *c = &boot->console;

	if (!has_console(boot))
		return not_applicable(f, "no console");
	if (c->kind < HOBNAIL_CONSOLE_16550_PORT || c->kind > HOBNAIL_CONSOLE_BCM2835)
		return broken(f, "kind %u", c->kind);
	if (c->source < HOBNAIL_CONSOLE_BY_SPCR || c->source > HOBNAIL_CONSOLE_BY_CONVENTION)
		return broken(f, "source %u", c->source);
	if ((c->access_bytes != 1 && c->access_bytes != 2 && c->access_bytes != 4) || c->register_shift > 3)
		return broken(f, "access of %u bytes, register shift %u", c->access_bytes, c->register_shift);
	if (!c->phys || !console_present())
		return broken(f, "nothing answers at %#lx", (unsigned long)c->phys);
	return holds(f, "%s %#lx", kinds[c->kind], (unsigned long)c->phys);
}

static enum verdict check_console_mapping(const struct hobnail_boot *boot, struct finding *f)
{
	const struct hobnail_console *c = &boot->console;

	if (!has_console(boot))
		return not_applicable(f, "no console");
	if (c->kind == HOBNAIL_CONSOLE_16550_PORT)
		return expect(f, "virt of a port", c->virt, 0);
	return check_mapping(boot, c->virt, c->phys, 8ull << c->register_shift, WALK_DEVICE, f);
}

/* ---- Framebuffers -------------------------------------------------------------------------------------- */

static const struct hobnail_framebuffer *framebuffer(const struct hobnail_boot *boot, uint32_t i)
{
	return hobnail_entry(boot, &boot->framebuffers, i);
}

static bool masks_fit(const struct hobnail_framebuffer *fb)
{
	uint32_t all = fb->red_mask | fb->green_mask | fb->blue_mask;
	uint64_t apart = (uint64_t)fb->red_mask + fb->green_mask + fb->blue_mask;

	return fb->red_mask && fb->green_mask && fb->blue_mask && apart == all &&
	       ((uint64_t)all >> fb->bits_per_pixel) == 0;
}

static enum verdict check_framebuffers(const struct hobnail_boot *boot, struct finding *f)
{
	for (uint32_t i = 0; i < boot->framebuffers.count; i++) {
		const struct hobnail_framebuffer *fb = framebuffer(boot, i);
		uint64_t line = (uint64_t)fb->width * (fb->bits_per_pixel / 8);

		if (fb->bits_per_pixel < 8 || fb->bits_per_pixel > 32 || fb->bits_per_pixel % 8 || !masks_fit(fb))
			return broken(f, "%u: %u bits a pixel, masks %#x %#x %#x", i, fb->bits_per_pixel, fb->red_mask,
			              fb->green_mask, fb->blue_mask);
		if (!fb->phys || !fb->width || !fb->height || fb->pitch < line ||
		    fb->bytes < (uint64_t)fb->pitch * (fb->height - 1) + line)
			return broken(f, "%u: %ux%u, pitch %u, %lu bytes at %#lx", i, fb->width, fb->height, fb->pitch,
			              (unsigned long)fb->bytes, (unsigned long)fb->phys);
	}
	if (!boot->framebuffers.count)
		return not_applicable(f, "no display");
	return holds(f, "%ux%u", framebuffer(boot, 0)->width, framebuffer(boot, 0)->height);
}

static enum verdict check_framebuffer_mapping(const struct hobnail_boot *boot, struct finding *f)
{
	enum verdict v = not_applicable(f, "no display");

	for (uint32_t i = 0; i < boot->framebuffers.count && v != BROKEN; i++) {
		const struct hobnail_framebuffer *fb = framebuffer(boot, i);
		v = check_mapping(boot, fb->virt, fb->phys, fb->bytes, WALK_WRITE_COMBINING, f);
	}
	return v;
}

static const struct promise device_promises[] = {
	{ 55, "the console is of a known kind and answers", check_console },
	{ 56, "the console is mapped as device memory, in the net", check_console_mapping },
	{ 57, "framebuffers are as large as their modes", check_framebuffers },
	{ 58, "framebuffers are mapped write-combining, in the net", check_framebuffer_mapping },
};

const struct chapter device_chapter = { device_promises, COUNT_OF(device_promises) };
