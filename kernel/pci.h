/* pci.h — stops devices that the firmware has left running, so that they no longer write to memory. */
#ifndef KERNEL_PCI_H
#define KERNEL_PCI_H

#include <hobnail/boot.h>
#include <stdbool.h>

#include "base.h"

/* Switches bus mastering off in every PCI function except bridges and displays (docs/protocol.md, section 5). `map`
 * maps registers, as vm_device() does. false: a function may have escaped, or one refused. */
bool pci_stop(const struct hobnail_boot *boot, void *(*map)(paddr phys, uint64_t bytes));

/* PCI's configuration space by ports: writes *value, if there is one, to register `at` of a function, and returns the
 * register. Functions are numbered from 0, bus by bus, device by device. All bits set: no such function, or no
 * ports. */
uint32_t arch_pci(unsigned function, unsigned at, const uint32_t *value);

/* Does this architecture have such ports, on a machine with PCI? */
bool arch_has_pci_ports(void);

#endif
