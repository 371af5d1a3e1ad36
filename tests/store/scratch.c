#include "scratch.h"

#include <glib/gstdio.h>
#include <stdlib.h>

char *scratch_new(void)
{
	char *dir = g_dir_make_tmp("ting-store-XXXXXX", NULL);
	g_assert_nonnull(dir);
	return dir;
}

void scratch_free(char *dir)
{
	GDir *entries = g_dir_open(dir, 0, NULL);
	for (const char *name; (name = g_dir_read_name(entries));) {
		g_autofree char *path = g_build_filename(dir, name, NULL);
		g_unlink(path);
	}
	g_dir_close(entries);
	g_rmdir(dir);
	g_free(dir);
}
