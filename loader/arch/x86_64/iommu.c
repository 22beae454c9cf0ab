/* iommu.c — IOMMUs that the firmware has left on, for kernels that expect none. */
#include "iommu.h"

#include "after/serial.h"
#include "boot.h"
#include "format.h"
#include "local.h"
#include "log.h"
#include "mmio.h"

/* Found in firmware; the image takes them along into the net. The units are the last of handoff.devices. */
static uint8_t kinds[IOMMU_MOST];
static unsigned unit_count;

/* A table can name RAM, or an address that page tables cannot have. */
static bool may_be_registers(const struct boot *b, const struct iommu *unit)
{
	const struct hobnail_memory *entry = memmap_find(&b->attempt.platform.memory, unit->base);

	return is_aligned(unit->base, PAGE_BYTES) && (!entry || !memmap_in_direct_map(entry)) &&
	       range_within(unit->base, unit->bytes, 1ull << b->attempt.platform.arch.phys_bits);
}

size_t iommus_find(const struct boot *b, struct span *out, size_t capacity)
{
	struct iommu found[IOMMU_MOST];
	size_t count = b->facts.has_acpi ? acpi_iommus(&b->facts.acpi, found, IOMMU_MOST) : 0;

	unit_count = 0;
	if (count > IOMMU_MOST)
		log_line("%zu IOMMUs: only %u are switched off", count, IOMMU_MOST);
	for (size_t i = 0; i < count && i < IOMMU_MOST && unit_count < capacity; i++) {
		if (!may_be_registers(b, &found[i])) {
			log_line("tables name an IOMMU at %#llx, which cannot be: it is left as it is",
			         (unsigned long long)found[i].base);
			continue;
		}
		out[unit_count] = (struct span){ found[i].base, found[i].bytes };
		kinds[unit_count++] = (uint8_t)found[i].kind;
	}
	return unit_count;
}

static uint32_t read_unit(void *context, unsigned offset)
{
	return mmio_read((uintptr_t)context + offset, 4);
}

static void write_unit(void *context, unsigned offset, uint32_t value)
{
	mmio_write((uintptr_t)context + offset, 4, value);
}

/* The kernel runs all the same: it may do without DMA, and it finds the unit in the tables, too. */
static void complain(paddr base, const char *part)
{
	char text[160];
	size_t used = format(text, sizeof text, "the IOMMU at %#llx does not switch off: %s is still on",
	                     (unsigned long long)base, part);

	log_line("%s", text);
	serial_write("\nhobnail: ", 10);
	serial_write(text, used);
	serial_write("\n", 1);
}

void iommus_off(const struct handoff *h)
{
	const struct span *units = &h->devices[h->device_count - unit_count];

	for (unsigned i = 0; i < unit_count; i++) {
		struct iommu_registers registers = { read_unit, write_unit, memory_at(units[i].base) };
		const char *part = iommu_off(kinds[i], &registers);
		if (part)
			complain(units[i].base, part);
	}
}
