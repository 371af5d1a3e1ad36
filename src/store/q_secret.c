/* Secrets: made once, read at each start. */
#include "store/q_secret.h"

#include <glib.h>

int secret_get(struct db *db, const char *name, const char *fresh, char **ret_value)
{
	struct db_query *q = db_query(
		db, "INSERT INTO secret (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING");
	db_bind_text(q, 1, name);
	db_bind_text(q, 2, fresh);
	int result = db_run(q);
	if (result < 0)
		return result;
	q = db_query(db, "SELECT value FROM secret WHERE name = $1");
	db_bind_text(q, 1, name);
	result = db_next(q);
	if (result == 1)
		*ret_value = g_strdup(db_text(q, 0));
	db_done(q);
	if (result == 0)
		return -ERR_NOTFOUND;
	return result < 0 ? result : 0;
}
