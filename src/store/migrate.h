/* The schema, as numbered steps from nothing to now. A step that has been released is never
 * changed: what comes later is a new step. */
#ifndef STORE_MIGRATE_H
#define STORE_MIGRATE_H

#include "store/db.h"

/* Brings the schema to this program's number, each step in a transaction of its own.
 * -ERR_UNSUPP: the database is of a newer program and is left alone; else as db_run. */
NODISCARD int migrate(struct db *db);

/* The number that migrate leads to. */
int migrate_newest(void);

/* The number the database has; 0: empty. -ERR_*: can't be read. */
NODISCARD int migrate_version(struct db *db);

#endif
