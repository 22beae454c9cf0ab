#include "folder.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "cli.h"
#include "path.h"

static bool is_separator(char c)
{
	return c == '/' || c == '\\';
}

static bool exists(const char *path)
{
	struct stat s;

	return stat(path, &s) == 0;
}

/* The name in the folder, as it is written there. NULL: it is not there. */
static char *find_name(const char *folder, const char *name)
{
	char *found = string_format("%s/%s", folder, name);

	if (exists(found))
		return found;
	free(found);
	found = NULL;
	DIR *dir = opendir(folder);
	for (struct dirent *d; !found && dir && (d = readdir(dir));)
		if (strcasecmp(d->d_name, name) == 0)
			found = string_format("%s/%s", folder, d->d_name);
	if (dir)
		closedir(dir);
	return found;
}

/* UEFI 2.10, "EFI_FILE_PROTOCOL.Open()": "." and ".." mean what they mean elsewhere; nothing is above the root. */
static void take_part(struct strings *parts, const char *part, bool *outside)
{
	if (strcmp(part, "..") == 0) {
		*outside |= !parts->count;
		if (parts->count)
			free(parts->at[--parts->count]);
	} else if (*part && strcmp(part, ".") != 0) {
		strings_add(parts, part);
	}
}

/* NULL: there is nothing of that name. */
static char *resolve(const char *root, struct text path)
{
	struct strings parts = { 0 };
	bool outside = false;

	for (size_t at = 0, from = 0; at <= path.bytes; at++) {
		if (at < path.bytes && !is_separator(path.at[at]))
			continue;
		char *part = string_format("%.*s", (int)(at - from), path.at + from);
		take_part(&parts, part, &outside);
		free(part);
		from = at + 1;
	}
	char *found = outside ? NULL : string_copy(root);
	for (size_t i = 0; found && i < parts.count; i++) {
		char *next = find_name(found, parts.at[i]);
		free(found);
		found = next;
	}
	strings_free(&parts);
	return found;
}

char *folder_find(const char *root, struct text path, struct problem *p)
{
	struct stat s;

	if (path_check(path, p))
		return NULL;
	char *found = resolve(root, path);
	if (found && stat(found, &s) == 0 && S_ISREG(s.st_mode))
		return found;
	problem(p, found && stat(found, &s) == 0 && S_ISDIR(s.st_mode) ? ERR_FILE_DIRECTORY : ERR_FILE_NOT_FOUND);
	free(found);
	return NULL;
}

static int order(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int folder_list(const char *root, struct text directory, struct strings *names)
{
	struct stat s;
	char *folder = resolve(root, directory);
	DIR *dir = folder ? opendir(folder) : NULL;
	int status = folder && !dir && errno != ENOTDIR
	             ? complain(STATUS_TROUBLE, "cannot open %s: %s", folder, strerror(errno)) : 0;

	for (struct dirent *d; dir && (d = readdir(dir));) {
		char *path = string_format("%s/%s", folder, d->d_name);
		if (stat(path, &s) == 0 && S_ISREG(s.st_mode))
			strings_add(names, d->d_name);
		free(path);
	}
	if (dir)
		closedir(dir);
	free(folder);
	if (names->count)
		qsort(names->at, names->count, sizeof *names->at, order);
	return status;
}
