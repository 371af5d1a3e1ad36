/* What this installation knows and nobody else, from one start to the next. All run inside a job
 * (store.h). */
#ifndef STORE_Q_SECRET_H
#define STORE_Q_SECRET_H

#include "store/db.h"

/* The secret of that name; when there is none, `fresh` becomes it.
 * ret_value  gives (g_free) */
NODISCARD int secret_get(struct db *db, const char *name, const char *fresh, char **ret_value);

#endif
