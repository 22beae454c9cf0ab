#include "efi.h"
#include "utf16.h"

#include <string.h>

static const EFI_GUID file_info_guid = EFI_FILE_INFO_ID;

/* The longest EFI_FILE_INFO: FAT names have at most 255 characters. */
union info {
	EFI_FILE_INFO info;
	uint8_t bytes[sizeof(EFI_FILE_INFO) + 2 * 512];
};

enum err firmware_path(struct text path, CHAR16 *out, size_t *out_units, struct problem *p)
{
	size_t units, used = 0;

	if (!path.bytes || utf16_from_utf8(path.at, path.bytes, out, CONFIG_MAX_PATH + 1, &units, NULL))
		return problem(p, ERR_PATH, CONFIG_MAX_PATH);
	for (size_t i = 0; i < units; i++) {
		CHAR16 c = out[i] == '/' ? '\\' : out[i];
		if (c != '\\' || !used || out[used - 1] != '\\')
			out[used++] = c;
	}
	out[used] = 0;
	*out_units = used;
	return OK;
}

static enum err open_path(struct firmware *fw, enum volume volume, struct text path, uint64_t mode,
                          EFI_FILE_PROTOCOL **out, union info *info, struct problem *p)
{
	CHAR16 name[CONFIG_MAX_PATH + 1];
	EFI_FILE_PROTOCOL *root, *file = NULL;
	size_t units;
	enum err e = firmware_path(path, name, &units, p);

	if (!e)
		e = firmware_root(fw, volume, &root, p);
	if (e)
		return e;
	EFI_STATUS s = root->Open(root, &file, name, mode, 0);
	if (s == EFI_NOT_FOUND)
		return problem(p, volume == VOLUME_OWN ? ERR_FILE_NOT_FOUND : ERR_FILE_NOT_FOUND_XBOOTLDR, s);
	s = brought(s, file);
	if (EFI_ERROR(s))
		return firmware_said(p, s);
	UINTN bytes = sizeof *info;
	s = file->GetInfo(file, &file_info_guid, &bytes, info);
	s = brought(s, bytes >= sizeof info->info ? info : NULL);
	if (EFI_ERROR(s)) {
		file->Close(file);
		return firmware_said(p, s);
	}
	*out = file;
	return OK;
}

enum err file_open(struct firmware *fw, enum volume volume, struct text path, struct file *out, struct problem *p)
{
	EFI_FILE_PROTOCOL *file;
	union info info;
	enum err e = open_path(fw, volume, path, EFI_FILE_MODE_READ, &file, &info, p);

	if (e)
		return e;
	if (info.info.Attribute & EFI_FILE_DIRECTORY) {
		file->Close(file);
		return problem(p, ERR_FILE_DIRECTORY);
	}
	*out = (struct file){ file, info.info.FileSize };
	return OK;
}

enum { READ_PIECE_BYTES = MIB(1) };

/* Normally the firmware grants one request for everything, and a short read that made progress is continued. Some
 * drivers cannot move many MiB at once, over USB for instance: a request that failed or brought nothing is repeated
 * in pieces. */
enum err file_read(struct file *f, uint64_t offset, void *to, uint64_t bytes, struct problem *p)
{
	EFI_FILE_PROTOCOL *file = f->handle;
	uint64_t most = bytes, done = 0;
	EFI_STATUS s = file->SetPosition(file, offset);

	while (!EFI_ERROR(s) && done < bytes) {
		uint64_t asked = min_u64(bytes - done, most);
		UINTN part = asked;
		s = file->Read(file, &part, (uint8_t *)to + done);
		bool brought_none = EFI_ERROR(s) || !part;
		if (brought_none && asked > READ_PIECE_BYTES) {
			most = READ_PIECE_BYTES;
			s = file->SetPosition(file, offset + done); /* the position is unknown after a failure */
			continue;
		}
		if (!EFI_ERROR(s) && (!part || part > asked))
			return problem_at(p, ERR_FILE_SHORT, offset + done, offset + done, f->bytes);
		done += EFI_ERROR(s) ? 0 : part;
	}
	return EFI_ERROR(s) ? problem(p, ERR_FILE_READ, s, offset + done) : OK;
}

void file_close(struct file *f)
{
	EFI_FILE_PROTOCOL *file = f->handle;

	if (file)
		file->Close(file);
	f->handle = NULL;
}

/* UEFI 2.10, "EFI_FILE_PROTOCOL.SetInfo()" (§13.5): another FileName renames the file. */
enum err file_rename(struct firmware *fw, enum volume volume, struct text path, struct text name, struct problem *p)
{
	EFI_FILE_PROTOCOL *file;
	union info info;
	size_t units, room = (sizeof info - sizeof info.info) / sizeof(CHAR16);
	enum err e = open_path(fw, volume, path, EFI_FILE_MODE_READ | EFI_FILE_MODE_WRITE, &file, &info, p);

	if (e)
		return e;
	e = utf16_from_utf8(name.at, name.bytes, info.info.FileName, room, &units, p);
	if (!e) {
		info.info.Size = sizeof info.info + (units + 1) * sizeof(CHAR16);
		EFI_STATUS s = file->SetInfo(file, &file_info_guid, info.info.Size, &info);
		e = EFI_ERROR(s) ? firmware_said(p, s) : OK;
	}
	file->Close(file);
	return e;
}

static enum err visit_entry(const EFI_FILE_INFO *info, UINTN bytes, file_visit *visit, void *context, struct problem *p)
{
	char name[CONFIG_MAX_PATH];
	struct text text = { name, 0 };

	if (bytes < sizeof *info || info->Attribute & EFI_FILE_DIRECTORY)
		return OK;
	enum err e = utf8_from_utf16(info->FileName, (bytes - sizeof *info) / sizeof(CHAR16), name, sizeof name,
	                             &text.bytes, p);
	return e ? e : visit(context, text, p);
}

/* A damaged directory may lead back into itself. */
enum { DIRECTORY_ENTRIES = 4096 };

enum err file_list(struct firmware *fw, enum volume volume, struct text directory, file_visit *visit, void *context,
                   struct problem *p)
{
	EFI_FILE_PROTOCOL *dir;
	union info info;
	enum err e = open_path(fw, volume, directory, EFI_FILE_MODE_READ, &dir, &info, p);

	if (e == ERR_FILE_NOT_FOUND || e == ERR_FILE_NOT_FOUND_XBOOTLDR)
		return OK;
	if (e)
		return e;
	if (!(info.info.Attribute & EFI_FILE_DIRECTORY)) {
		dir->Close(dir);
		return OK;
	}
	for (unsigned i = 0; !e; i++) {
		UINTN bytes = sizeof info;
		EFI_STATUS s = dir->Read(dir, &bytes, &info);
		if (EFI_ERROR(s))
			e = firmware_said(p, s);
		else if (!bytes)
			break;
		else if (bytes > sizeof info)
			e = firmware_said(p, EFI_BAD_BUFFER_SIZE); /* the bytes behind the buffer are no name */
		else if (i == DIRECTORY_ENTRIES)
			e = problem(p, ERR_DIRECTORY_END, DIRECTORY_ENTRIES);
		else
			e = visit_entry(&info.info, bytes, visit, context, p);
	}
	dir->Close(dir);
	return e;
}
