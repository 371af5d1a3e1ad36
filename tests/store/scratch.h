/* A folder of its own for a test that needs files, removed with what is in it. */
#ifndef TESTS_STORE_SCRATCH_H
#define TESTS_STORE_SCRATCH_H

#include <glib.h>

/* Gives a path: remove with scratch_free. */
char *scratch_new(void);
void scratch_free(char *dir);

#endif
