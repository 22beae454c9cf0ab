#include "files.h"

#include "boot.h"

static enum err read_from_volume(struct source *source, uint64_t at, void *to, uint64_t bytes, struct problem *p)
{
	return file_read(source->context, at, to, bytes, p);
}

enum err files_open(struct boot *b, enum volume volume, struct text path, struct opened *out, struct problem *p)
{
	*out = (struct opened){ .source = { .read = read_from_volume, .context = &out->file } };
	enum err e = file_open(&b->fw, volume, path, &out->file, p);

	out->source.bytes = out->file.bytes;
	return e;
}

void files_close(struct opened *opened)
{
	file_close(&opened->file);
}

enum err files_list(struct boot *b, enum volume volume, struct text directory, file_visit *visit, void *context,
                    struct problem *p)
{
	return file_list(&b->fw, volume, directory, visit, context, p);
}
