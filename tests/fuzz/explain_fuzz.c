/* hobnail explain: any text is explained or not. In pieces it is the same as whole; memory is whatever the input says,
 * so that walks and stacks are arbitrary, too. */
#include <stdio.h>

#include "../../cli/explain/explanation.h"
#include "../../cli/explain/reader.h"
#include "fuzz.h"

static const uint8_t *input;
static size_t input_bytes;

/* The input, over and over; the upper half of what is addressable is not there. */
static bool read_memory(void *context, paddr at, void *to, size_t bytes)
{
	(void)context;
	if (!input_bytes || at >> 40)
		return false;
	for (size_t i = 0; i < bytes; i++)
		((uint8_t *)to)[i] = input[(at + i) % input_bytes];
	return true;
}

static void check_report(const struct report *r)
{
	static FILE *nowhere;

	require(r->walk_count <= REPORT_MAX_WALK && r->note_count <= REPORT_MAX_NOTES);
	require(r->frame_count <= REPORT_MAX_FRAMES);
	if (!nowhere)
		nowhere = fopen("/dev/null", "w");
	require(nowhere != NULL);
	report_print(r, NULL, nowhere);
	struct json_out o = { .stream = nowhere };
	json_out_begin(&o, NULL, '{');
	report_json(r, &o);
	json_out_end(&o, '}');
	require(o.depth == 0);
}

/* Does the text tell of a failure? */
static bool explained(const uint8_t *data, size_t bytes, size_t piece)
{
	static struct reader reader;
	static struct failure failure;
	static struct report report;
	const struct memory memory = { read_memory, NULL };
	char why[200];

	memset(&reader, 0, sizeof reader);
	for (size_t at = 0; at < bytes; at += piece)
		reader_feed(&reader, (const char *)data + at, bytes - at < piece ? bytes - at : piece);
	bool found = reader_found(&reader, &failure);
	reader_why(&reader, why, sizeof why);
	reader_free(&reader);
	if (found) {
		explanation_make(&failure, &memory, NULL, &report);
		check_report(&report);
	}
	return found;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	input = copy_of(data, bytes);
	input_bytes = bytes;
	require(explained(input, bytes, bytes + 1) == explained(input, bytes, 7));
	free((void *)(uintptr_t)input);
	return 0;
}
