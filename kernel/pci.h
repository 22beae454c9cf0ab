/* pci.h — devices that the firmware has left running write no memory any more. */
#ifndef KERNEL_PCI_H
#define KERNEL_PCI_H

#include <hobnail/boot.h>
#include <stdbool.h>

#include "base.h"

/* Switch bus mastering off in every function of PCI that can be found, but for bridges and displays (docs/protocol.md, section 5).
 * `map` gives registers an address, as vm_device() does. false: there may be some that cannot be
 * found or reached, or some stay as they are. */
bool pci_stop(const struct hobnail_boot *boot, void *(*map)(paddr phys, uint64_t bytes));

/* PCI's configuration space by way of ports: register `at` of a function, after it was given this value if there is one. Functions
 * are numbered from 0 on, bus by bus, device by device. All bits set: it is not there, or there are no such ports. */
uint32_t arch_pci(unsigned function, unsigned at, const uint32_t *value);

/* Would a processor of this architecture have such ports, were there PCI? */
bool arch_has_pci_ports(void);

#endif
