/* fake_files.c — a volume of files in memory. Paths are compared without regard to case, as FAT does. */
#include "fake.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct handle {
	EFI_FILE_PROTOCOL protocol; /* first: the loader's pointer is ours */
	bool open;
	struct fake_file *file; /* NULL: a directory ... */
	char path[256];         /* ... of this path, without a final backslash */
	unsigned volume;
	uint64_t position;      /* of a directory: index into fake.files */
};

static struct handle handles[FAKE_MAX_HANDLES];

void fake_files_reset(void)
{
	for (unsigned i = 0; i < fake.file_count; i++)
		free(fake.files[i].seen);
	memset(handles, 0, sizeof handles);
}

struct fake_file *fake_add(const char *path, const void *data, uint64_t bytes)
{
	struct fake_file *f = &fake.files[fake.file_count++];

	*f = (struct fake_file){ .path = path, .data = data, .bytes = bytes, .said = bytes,
	                         .seen = calloc(1, bytes ? bytes : 1) };
	if (fake.file_count > FAKE_MAX_FILES || !f->seen)
		abort();
	return f;
}

static const char *subject_of(const struct handle *h)
{
	return h->file ? h->file->path : h->path;
}

/* ---- Handles ------------------------------------------------------------------------------------------- */

static EFI_STATUS EFIAPI file_open_(EFI_FILE_PROTOCOL *self, EFI_FILE_PROTOCOL **out, const CHAR16 *name, uint64_t mode,
                                    uint64_t attributes);
static EFI_STATUS EFIAPI file_close_(EFI_FILE_PROTOCOL *self);
static EFI_STATUS EFIAPI file_read_(EFI_FILE_PROTOCOL *self, UINTN *bytes, void *buffer);
static EFI_STATUS EFIAPI file_set_position(EFI_FILE_PROTOCOL *self, uint64_t position);
static EFI_STATUS EFIAPI file_get_info(EFI_FILE_PROTOCOL *self, const EFI_GUID *type, UINTN *bytes, void *buffer);
static EFI_STATUS EFIAPI file_set_info(EFI_FILE_PROTOCOL *self, const EFI_GUID *type, UINTN bytes, void *buffer);

static struct handle *handle_of(EFI_FILE_PROTOCOL *self)
{
	struct handle *h = (struct handle *)(void *)self;

	if (!h->open) {
		fprintf(stderr, "a file is used after it was closed\n");
		abort();
	}
	return h;
}

static EFI_STATUS new_handle(unsigned volume, struct fake_file *file, const char *path, EFI_FILE_PROTOCOL **out)
{
	for (unsigned i = 0; i < FAKE_MAX_HANDLES; i++) {
		struct handle *h = &handles[i];
		if (h->open)
			continue;
		*h = (struct handle){ .open = true, .file = file, .volume = volume,
		                      .protocol = { .Open = file_open_, .Close = file_close_, .Read = file_read_,
		                                    .SetPosition = file_set_position, .GetInfo = file_get_info,
		                                    .SetInfo = file_set_info } };
		snprintf(h->path, sizeof h->path, "%s", path);
		fake.open_files++;
		*out = &h->protocol;
		return EFI_SUCCESS;
	}
	return EFI_OUT_OF_RESOURCES;
}

static void ascii_path(const CHAR16 *name, char *out, size_t size)
{
	size_t used = 0;

	if (name[0] != '\\')
		out[used++] = '\\';
	for (; *name && used < size - 1; name++)
		out[used++] = *name < 0x80 ? (char)*name : '?';
	while (used && out[used - 1] == '\\')
		used--;
	out[used] = 0;
}

/* Is `path` a directory on the way to some file? */
static bool is_directory(unsigned volume, const char *path)
{
	size_t bytes = strlen(path);

	for (unsigned i = 0; i < fake.file_count; i++)
		if (fake.files[i].volume == volume && strncasecmp(fake.files[i].path, path, bytes) == 0 &&
		    fake.files[i].path[bytes] == '\\')
			return true;
	return bytes == 0;
}

struct fake_file *fake_find_on(unsigned volume, const char *path)
{
	for (unsigned i = 0; i < fake.file_count; i++)
		if (fake.files[i].volume == volume && strcasecmp(fake.files[i].path, path) == 0)
			return &fake.files[i];
	return NULL;
}

struct fake_file *fake_find(const char *path)
{
	return fake_find_on(0, path);
}

static EFI_STATUS EFIAPI file_open_(EFI_FILE_PROTOCOL *self, EFI_FILE_PROTOCOL **out, const CHAR16 *name, uint64_t mode,
                                    uint64_t attributes)
{
	char path[256];
	unsigned volume = handle_of(self)->volume;

	(void)mode, (void)attributes;
	ascii_path(name, path, sizeof path);
	struct fake_file *file = fake_find_on(volume, path);
	EFI_STATUS s = fake_call(SERVICE_OPEN, file ? file->path : NULL);
	if (s)
		return EFI_ERROR(s) ? s : EFI_SUCCESS; /* FAULT_SHORT: nothing is written */
	if (file)
		file->opened++;
	return file || is_directory(volume, path) ? new_handle(volume, file, path, out) : EFI_NOT_FOUND;
}

static EFI_STATUS EFIAPI file_close_(EFI_FILE_PROTOCOL *self)
{
	struct handle *h = handle_of(self);
	EFI_STATUS s = fake_call(SERVICE_CLOSE, subject_of(h));

	h->open = false; /* UEFI 2.10, "EFI_FILE_PROTOCOL.Close()": whatever it returns */
	fake.open_files--;
	return EFI_ERROR(s) ? s : EFI_SUCCESS;
}

static EFI_STATUS EFIAPI file_set_position(EFI_FILE_PROTOCOL *self, uint64_t position)
{
	struct handle *h = handle_of(self);
	EFI_STATUS s = fake_call(SERVICE_SET_POSITION, subject_of(h));

	if (EFI_ERROR(s))
		return s;
	h->position = position;
	return EFI_SUCCESS;
}

/* ---- Contents ------------------------------------------------------------------------------------------ */

static EFI_STATUS give_info(const char *name, size_t name_bytes, uint64_t file_bytes, bool directory, UINTN *bytes,
                            void *buffer)
{
	UINTN wanted = sizeof(EFI_FILE_INFO) + (name_bytes + 1) * sizeof(CHAR16);
	EFI_FILE_INFO *info = buffer;

	if (*bytes < wanted) {
		*bytes = wanted;
		return EFI_BUFFER_TOO_SMALL;
	}
	*bytes = wanted;
	*info = (EFI_FILE_INFO){ .Size = wanted, .FileSize = file_bytes, .PhysicalSize = align_up(file_bytes, 512),
	                         .Attribute = directory ? EFI_FILE_DIRECTORY : 0 };
	for (size_t i = 0; i < name_bytes; i++)
		info->FileName[i] = (unsigned char)name[i];
	info->FileName[name_bytes] = 0;
	return EFI_SUCCESS;
}

/* Fill the buffer with a name that has no end in it, and say that there is more. */
static EFI_STATUS give_too_much(UINTN *bytes, void *buffer)
{
	EFI_FILE_INFO *info = buffer;

	*info = (EFI_FILE_INFO){ .Size = *bytes };
	for (size_t i = 0; i < (*bytes - sizeof *info) / sizeof(CHAR16); i++)
		info->FileName[i] = 'x';
	*bytes += fake.options.list_excess;
	return EFI_SUCCESS;
}

/* The name of the next thing in a directory: files only; a directory in it is shown once for each file below. */
static EFI_STATUS read_directory(struct handle *h, UINTN *bytes, void *buffer)
{
	size_t prefix = strlen(h->path);

	if (fake.options.endless_directories)
		h->position %= fake.file_count;
	while (h->position < fake.file_count) {
		const struct fake_file *f = &fake.files[h->position++];
		if (f->volume != h->volume || strncasecmp(f->path, h->path, prefix) != 0 || f->path[prefix] != '\\')
			continue;
		const char *name = f->path + prefix + 1, *end = strchr(name, '\\');
		if (fake.options.list_excess)
			return give_too_much(bytes, buffer);
		return give_info(name, end ? (size_t)(end - name) : strlen(name), f->said, end != NULL, bytes, buffer);
	}
	*bytes = 0;
	return EFI_SUCCESS;
}

static bool is_refused(const struct handle *h, uint64_t bytes)
{
	const struct fake_options *o = &fake.options;

	return (o->read_limit && bytes > o->read_limit) || o->bad_byte - h->position < bytes;
}

static EFI_STATUS EFIAPI file_read_(EFI_FILE_PROTOCOL *self, UINTN *bytes, void *buffer)
{
	struct handle *h = handle_of(self);
	EFI_STATUS s = fake_call(SERVICE_READ, subject_of(h));

	if (EFI_ERROR(s))
		return s;
	if (!h->file) {
		if (s == FAULT_SHORT)
			*bytes = 0;
		return s == FAULT_SHORT ? EFI_SUCCESS : read_directory(h, bytes, buffer);
	}
	if (h->position > h->file->bytes)
		return EFI_DEVICE_ERROR; /* UEFI 2.10, "EFI_FILE_PROTOCOL.Read()" */
	if (is_refused(h, *bytes)) {
		h->position += 77; /* anywhere */
		*bytes = 0;
		return fake.options.read_nothing ? EFI_SUCCESS : EFI_DEVICE_ERROR;
	}
	uint64_t part = min_u64(min_u64(*bytes, fake.options.read_most), h->file->bytes - h->position);
	if (s == FAULT_SHORT)
		part /= 2;
	if (part)
		memcpy(buffer, h->file->data + h->position, part);
	for (uint64_t i = 0; i < part; i++)
		h->file->seen[h->position + i]++;
	h->position += part;
	*bytes = part + fake.options.read_excess;
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI file_get_info(EFI_FILE_PROTOCOL *self, const EFI_GUID *type, UINTN *bytes, void *buffer)
{
	static const EFI_GUID info_guid = EFI_FILE_INFO_ID;
	struct handle *h = handle_of(self);
	EFI_STATUS s = fake_call(SERVICE_GET_INFO, subject_of(h));

	if (EFI_ERROR(s))
		return s;
	if (memcmp(type, &info_guid, sizeof info_guid) != 0)
		return EFI_UNSUPPORTED;
	if (s == FAULT_SHORT) {
		*bytes = 0; /* and nothing is written */
		return EFI_SUCCESS;
	}
	const char *path = subject_of(h), *last = strrchr(path, '\\');
	const char *name = last ? last + 1 : path;
	uint64_t said = h->file ? h->file->said : 0;
	if (h->file)
		h->file->said += (uint64_t)h->file->said_step;
	return give_info(name, strlen(name), said, !h->file, bytes, buffer);
}

/* Another name in the same directory. */
static EFI_STATUS EFIAPI file_set_info(EFI_FILE_PROTOCOL *self, const EFI_GUID *type, UINTN bytes, void *buffer)
{
	struct handle *h = handle_of(self);
	EFI_STATUS s = fake_call(SERVICE_SET_INFO, subject_of(h));
	const EFI_FILE_INFO *info = buffer;
	char name[256];

	(void)type;
	if (EFI_ERROR(s) || !h->file || info->Size != bytes)
		return EFI_ERROR(s) ? s : EFI_UNSUPPORTED;
	ascii_path(info->FileName, name, sizeof name);
	int directory = (int)(strrchr(h->file->path, '\\') - h->file->path);
	snprintf(h->file->renamed, sizeof h->file->renamed, "%.*s%.100s", directory > 100 ? 100 : directory,
	         h->file->path, name);
	h->file->path = h->file->renamed;
	return EFI_SUCCESS;
}

/* ---- The volume ---------------------------------------------------------------------------------------- */

static EFI_STATUS EFIAPI open_volume(EFI_SIMPLE_FILE_SYSTEM_PROTOCOL *self, EFI_FILE_PROTOCOL **root)
{
	EFI_STATUS s = fake_call(SERVICE_OPEN_VOLUME, NULL);

	if (s)
		return EFI_ERROR(s) ? s : EFI_SUCCESS;
	return new_handle(self == &fake_file_systems[1], NULL, "", root);
}

EFI_SIMPLE_FILE_SYSTEM_PROTOCOL fake_file_systems[2] = { { .OpenVolume = open_volume }, { .OpenVolume = open_volume } };
