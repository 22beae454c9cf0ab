/* Any bytes as a device tree. */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "tables.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	struct hobnail_console console;
	struct table_cpu cpus[4];
	struct table_gic gic;
	struct span spans[4];
	bool cut;
	struct fdt f;

	if (fdt_open(data, bytes, &f, NULL))
		return 0;
	if (fdt_console(&f, &console) && console.kind == HOBNAIL_CONSOLE_NONE)
		abort();
	fdt_cpus(&f, cpus, COUNT_OF(cpus));
	fdt_psci(&f);
	require(fdt_pci(&f, spans, COUNT_OF(spans), &cut) <= COUNT_OF(spans));
	require(!fdt_gic(&f, &gic) || gic.redistributor_count <= COUNT_OF(gic.redistributors));
	return 0;
}
