/* Any bytes as a PCF font: cells that are read have a size, and no pixel outside of it. */
#include "../../tools/font2c/font2c.h"
#include "fuzz.h"

static void check_glyph(const struct cells *c, const uint32_t *rows)
{
	for (unsigned row = 0; row < CELL_SIDE_MOST; row++)
		require(row < c->height ? (uint64_t)rows[row] << c->width << 32 == 0 : rows[row] == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	uint8_t *file = copy_of(data, bytes);
	const char *why = NULL;
	struct cells cells;

	if (pcf_read(file, bytes, &cells, &why)) {
		require(cells.width >= 1 && cells.width <= CELL_SIDE_MOST);
		require(cells.height >= 1 && cells.height <= CELL_SIDE_MOST);
		for (unsigned i = 0; i < CHARACTERS; i++)
			check_glyph(&cells, cells.rows[i]);
	} else {
		require(why && *why);
	}
	free(file);
	return 0;
}
