/* pci.c — stops PCI devices before the kernel uses memory of the firmware's drivers: docs/protocol.md, section 5.
 *
 * PCI Local Bus Specification 3.0, "Configuration Space Organization"; PCI Express Base Specification, "PCI Express
 * Enhanced Configuration Access Mechanism (ECAM)": a function has 4 KiB, a device eight functions, a bus 32 devices. If
 * no table names such a space, the processor may have ports for it (arch_pci()). The scan visits every bus number, so
 * it does not need to read bridges. */
#include "pci.h"

#include "memory.h"
#include "tables.h"

enum { ID = 0x00, COMMAND = 0x04, CLASS = 0x08, HEADER = 0x0c }; /* of a function; CLASS in its highest byte */
enum { MASTER = 1u << 2, MANY_FUNCTIONS = 1u << 23, CLASS_DISPLAY = 0x03, CLASS_BRIDGE = 0x06 };
enum { FUNCTION_BYTES = 4096, FUNCTIONS = 8, PORT_FUNCTIONS = 256 * 32 * FUNCTIONS, SPACES_MOST = 16 };

/* Reads a function's register, after writing *value if there is one. All bits set: there is no such function. `space`
 * 0: access by ports. */
static uint32_t access(uintptr_t space, unsigned function, unsigned at, const uint32_t *value)
{
	if (!space)
		return arch_pci(function, at, value);
	volatile uint32_t *where = (volatile uint32_t *)(space + (uintptr_t)function * FUNCTION_BYTES + at);
	if (value)
		*where = *value;
	return *where;
}

static bool stop_function(uintptr_t space, unsigned function)
{
	uint32_t class = access(space, function, CLASS, NULL) >> 24;
	uint32_t command = access(space, function, COMMAND, NULL);

	if (!(command & MASTER) || class == CLASS_DISPLAY || class == CLASS_BRIDGE)
		return true;
	command &= 0xffff & ~(uint32_t)MASTER; /* zeros for the status half, whose bits are cleared by writing ones */
	/* The read returns after the device's earlier writes have arrived: "Transaction Ordering". */
	return !(access(space, function, COMMAND, &command) & MASTER);
}

static bool stop_functions(uintptr_t space, unsigned count)
{
	bool good = true;

	for (unsigned i = 0; i < count; i++) {
		bool there = (uint16_t)access(space, i, ID, NULL) != 0xffff;
		if (there)
			good &= stop_function(space, i);
		if (i % FUNCTIONS == 0 && !(there && access(space, i, HEADER, NULL) & MANY_FUNCTIONS))
			i += FUNCTIONS - 1;
	}
	return good;
}

bool pci_stop(const struct hobnail_boot *boot, void *(*map)(paddr phys, uint64_t bytes))
{
	struct span spaces[SPACES_MOST];
	struct acpi acpi;
	struct fdt tree;
	size_t count = memory_acpi(boot, &acpi) ? acpi_pci(&acpi, spaces, COUNT_OF(spaces)) : 0;
	bool has_tree = memory_tree(boot, &tree);
	/* Without ports and without a device tree, a bridge outside MCFG may be described in the DSDT alone, and pith
	 * does not interpret AML. */
	bool good = count || has_tree || arch_has_pci_ports();

	if (has_tree) {
		size_t of_tree = fdt_ecam(&tree, spaces + count, COUNT_OF(spaces) - count);
		good = of_tree == fdt_bridges(&tree); /* the other bridges' configuration space is unknown to pith */
		count += of_tree;
	}
	good &= count < COUNT_OF(spaces); /* else there may be more */
	for (size_t i = 0; i < count; i++) {
		void *space = map(spaces[i].base, spaces[i].bytes);
		good &= space && stop_functions((uintptr_t)space, (unsigned)(spaces[i].bytes / FUNCTION_BYTES));
	}
	return (count || stop_functions(0, PORT_FUNCTIONS)) && good;
}
