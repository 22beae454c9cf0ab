/* fdt_machine.c — the few facts a loader needs from a device tree: console, processors, interrupt controller, PCI.
 *
 * Section titles are those of the Devicetree Specification, release 0.4; bindings are those of Linux'
 * documentation. */
#include "fdt_node.h"

#include <string.h>

/* ---- The debug console --------------------------------------------------------------------------------- */

/* Serial ports by their `compatible`, with widths for nodes that give none. */
static const struct {
	const char *compatible;
	uint32_t kind;
	uint32_t access_bytes;
	uint32_t register_shift;
} ports[] = {
	{ "arm,pl011", HOBNAIL_CONSOLE_PL011, 4, 0 },
	{ "arm,sbsa-uart", HOBNAIL_CONSOLE_PL011, 4, 0 },
	{ "brcm,bcm2835-aux-uart", HOBNAIL_CONSOLE_BCM2835, 4, 2 },
	{ "snps,dw-apb-uart", HOBNAIL_CONSOLE_16550_MMIO, 1, 0 },
	{ "ns16550a", HOBNAIL_CONSOLE_16550_MMIO, 1, 0 },
	{ "ns16550", HOBNAIL_CONSOLE_16550_MMIO, 1, 0 },
};

static bool port_kind(const struct fdt *f, uint32_t node, struct hobnail_console *c)
{
	for (size_t i = 0; i < COUNT_OF(ports); i++) {
		if (!fdt_is_compatible(f, node, ports[i].compatible))
			continue;
		c->kind = ports[i].kind;
		c->access_bytes = ports[i].access_bytes;
		c->register_shift = ports[i].register_shift;
		return true;
	}
	return false;
}

/* "National Semiconductor 16450/16550 Compatible UART" and its bindings: reg-shift, reg-io-width. */
static bool port_width(const struct fdt *f, uint32_t node, struct hobnail_console *c)
{
	uint32_t width = fdt_cell(f, node, "reg-io-width", c->access_bytes);
	uint32_t shift = fdt_cell(f, node, "reg-shift", c->register_shift);

	if (c->kind == HOBNAIL_CONSOLE_BCM2835)
		return true;
	c->access_bytes = width;
	c->register_shift = c->kind == HOBNAIL_CONSOLE_PL011 ? 0 : shift;
	return (width == 1 || width == 2 || width == 4) && shift <= 3;
}

bool fdt_console(const struct fdt *f, struct hobnail_console *out)
{
	struct hobnail_console c = { .source = HOBNAIL_CONSOLE_BY_DEVICE_TREE };
	struct fdt_place place;

	if (!fdt_find_stdout(f, &place))
		return false;
	uint32_t node = place.node[place.depth];
	if (!fdt_is_okay(f, node) || !port_kind(f, node, &c) || !port_width(f, node, &c))
		return false;
	struct span registers;
	struct fdt_way way;
	if (!fdt_find_way(f, &place, &way) || !fdt_physical_span(&way, 0, &registers))
		return false;
	c.phys = registers.base;
	*out = c;
	return true;
}

/* ---- Processors ---------------------------------------------------------------------------------------- */

static bool is_cpu(const struct fdt *f, uint32_t node)
{
	return fdt_lists(fdt_property(f, node, "device_type"), "cpu") ||
	       strncmp(fdt_node_name(f, node), "cpu@", 4) == 0;
}

/* Properties of /cpus that hold for all processors, looked up once. */
struct all_cpus {
	uint32_t cells;         /* of an id */
	struct fdt_property method; /* for a processor that names none itself */
};

/* Read how a processor is started. "cpu-release-addr" has 64 bits; 32 have been seen. enable-method may be in /cpus
 * for all. */
static void read_method(const struct fdt *f, const struct all_cpus *all, uint32_t node, struct table_cpu *cpu)
{
	struct fdt_property method = fdt_property(f, node, "enable-method");
	struct fdt_property release = fdt_property(f, node, "cpu-release-addr");

	if (!method.data)
		method = all->method;
	cpu->enabled |= method.data != NULL;
	if (!fdt_lists(method, "spin-table") || (release.bytes != 4 && release.bytes != 8))
		return;
	cpu->spin_table = true;
	cpu->release = fdt_number(release.data, release.bytes / 4);
}

/* "/cpus/cpu* Node Properties". A CPU that is "disabled" waits to be started, by its enable-method; one that failed
 * is left out. */
static bool read_cpu(const struct fdt *f, const struct all_cpus *all, uint32_t node, struct table_cpu *cpu)
{
	struct fdt_property reg = fdt_property(f, node, "reg");

	cpu->enabled = fdt_is_okay(f, node);
	if (!cpu->enabled && !fdt_lists(fdt_property(f, node, "status"), "disabled"))
		return false;
	if (all->cells < 1 || all->cells > 2 || reg.bytes < 4 * all->cells)
		return false;
	cpu->hardware_id = fdt_number(reg.data, all->cells);
	read_method(f, all, node, cpu);
	return true;
}

size_t fdt_cpus(const struct fdt *f, struct table_cpu *out, size_t capacity)
{
	uint32_t cpus = fdt_child_of_root(f, "cpus");
	uint32_t node = FDT_NONE, index = 0;
	size_t count = 0;

	if (cpus == FDT_NONE)
		return 0;
	struct all_cpus all = { fdt_cell(f, cpus, "#address-cells", 2), fdt_property(f, cpus, "enable-method") };
	while ((node = fdt_next_child(f, cpus, node)) != FDT_NONE) {
		if (!is_cpu(f, node))
			continue;
		struct table_cpu cpu = { .firmware_id = index++ };
		if (!read_cpu(f, &all, node, &cpu) ||
		    table_cpu_is_listed(out, min_u64(count, capacity), cpu.hardware_id))
			continue;
		if (count < capacity)
			out[count] = cpu;
		count++;
	}
	return count;
}

/* PSCI 0.1 is not used: the device tree chooses its function numbers. */
uint32_t fdt_psci(const struct fdt *f)
{
	uint32_t node = fdt_child_of_root(f, "psci");

	if (node == FDT_NONE ||
	    !(fdt_is_compatible(f, node, "arm,psci-0.2") || fdt_is_compatible(f, node, "arm,psci-1.0")))
		return HOBNAIL_PSCI_NONE;
	struct fdt_property method = fdt_property(f, node, "method");
	if (fdt_lists(method, "hvc"))
		return HOBNAIL_PSCI_HVC;
	return fdt_lists(method, "smc") ? HOBNAIL_PSCI_SMC : HOBNAIL_PSCI_NONE;
}

/* ---- The interrupt controller -------------------------------------------------------------------------- */

/* Linux, "ARM Generic Interrupt Controller" bindings: `reg` is the distributor and the CPU interface (v1 and v2);
 * or the distributor and "#redistributor-regions" regions (v3). */
static void read_gic(const struct fdt *f, const struct fdt_place *place, struct table_gic *gic)
{
	uint32_t node = place->node[place->depth];
	bool v3 = fdt_is_compatible(f, node, "arm,gic-v3");
	uint32_t regions = v3 ? fdt_cell(f, node, "#redistributor-regions", 1) : 0;
	struct span at;
	struct fdt_way way;

	gic->version = v3 ? 3 : 2;
	if (!fdt_find_way(f, place, &way))
		return;
	gic->distributor = fdt_physical_span(&way, 0, &at) ? at.base : 0;
	gic->cpu_interface = !v3 && fdt_physical_span(&way, 1, &at) ? at.base : 0;
	for (uint32_t i = 0; i < regions && i < TABLES_MAX_REDISTRIBUTORS && fdt_physical_span(&way, 1 + i, &at); i++)
		table_gic_add(gic, at.base, at.bytes);
}

bool fdt_gic(const struct fdt *f, struct table_gic *out)
{
	static const char *const kinds[] = { "arm,gic-v3", "arm,cortex-a15-gic", "arm,gic-400" };
	struct table_gic gic = { 0 };
	struct fdt_place place;

	if (!fdt_find_compatible(f, kinds, COUNT_OF(kinds), &place))
		return false;
	read_gic(f, &place, &gic);
	if (!table_gic_is_whole(&gic))
		return false;
	*out = gic;
	return true;
}

/* ---- PCI ----------------------------------------------------------------------------------------------- */

/* IEEE 1275, "PCI Bus Binding": in a host bridge's `ranges` a PCI address has three cells and a size two; the
 * processor's address stands between. */
enum { PCI_ADDRESS_CELLS = 3, PCI_SIZE_CELLS = 2, MAX_BRIDGES = 16, MAX_WINDOWS = 32 };

static bool is_host_bridge(const struct fdt *f, const struct fdt_place *p)
{
	return p->depth && fdt_lists(fdt_property(f, p->node[p->depth], "device_type"), "pci") &&
	       !fdt_lists(fdt_property(f, p->node[p->depth - 1], "device_type"), "pci") &&
	       fdt_is_okay(f, p->node[p->depth]);
}

/* Its registers (`reg`: with ECAM, configuration space), then its windows. */
static size_t bridge_spans(const struct fdt_way *w, struct fdt_property windows, struct span *out, size_t capacity,
                           bool *cut)
{
	uint32_t up = w->cells[w->depth - 1].address, stride = 4 * (PCI_ADDRESS_CELLS + up + PCI_SIZE_CELLS);
	size_t count = 0;

	while (count < capacity && fdt_physical_span(w, (unsigned)count, &out[count]))
		count++;
	for (uint32_t at = 0; at < MAX_WINDOWS * stride && range_within(at, stride, windows.bytes); at += stride) {
		if (count == capacity)
			break;
		const uint8_t *entry = windows.data + at + 4 * PCI_ADDRESS_CELLS;
		uint64_t address = fdt_number(entry, up);
		if (fdt_reach(w, &address))
			out[count++] = (struct span){ address, fdt_number(entry + 4 * up, PCI_SIZE_CELLS) };
	}
	*cut |= range_within(MAX_WINDOWS * stride, stride, windows.bytes);
	return count;
}

/* Go through up to MAX_BRIDGES. *cut: there are more of these, or one has more than MAX_WINDOWS. */
static size_t each_bridge(const struct fdt *f, bool ecam, struct span *out, size_t capacity, size_t *found, bool *cut)
{
	unsigned open = 0;
	size_t bridges = 0;
	struct fdt_place place;
	struct fdt_token t;
	struct fdt_way way;
	size_t count = 0;

	*cut = false;
	for (uint32_t at = f->structure; fdt_read_token(f, at, &t) && t.kind != FDT_END; at = t.next) {
		if (t.kind == FDT_END_NODE && open)
			open--;
		if (t.kind != FDT_BEGIN_NODE || open == FDT_MAX_DEPTH)
			continue;
		place.depth = open++;
		place.node[place.depth] = at;
		if (!is_host_bridge(f, &place))
			continue;
		if (bridges == MAX_BRIDGES) {
			*cut = true;
			break;
		}
		bridges++;
		if (!fdt_find_way(f, &place, &way))
			continue;
		if (!ecam)
			count += bridge_spans(&way, fdt_property(f, at, "ranges"), out + count, capacity - count, cut);
		else if (count < capacity && fdt_is_compatible(f, at, "pci-host-ecam-generic") &&
		         fdt_physical_span(&way, 0, &out[count]))
			count++;
	}
	*found = bridges;
	return count;
}

size_t fdt_pci(const struct fdt *f, struct span *out, size_t capacity, bool *cut)
{
	size_t bridges;

	return each_bridge(f, false, out, capacity, &bridges, cut);
}

size_t fdt_ecam(const struct fdt *f, struct span *out, size_t capacity)
{
	size_t bridges;
	bool cut;

	return each_bridge(f, true, out, capacity, &bridges, &cut);
}

size_t fdt_bridges(const struct fdt *f)
{
	size_t bridges;
	bool cut;

	(void)each_bridge(f, true, NULL, 0, &bridges, &cut);
	return bridges + cut;
}
