/* The steps stand in the table below, oldest first; migrate() at the end walks them.
 *
 * SQL for SQLite and PostgreSQL alike (db.h). Times are milliseconds since 1970, 0 for never. Ids
 * are random numbers of ours. */
#include "store/migrate.h"

#include <stddef.h>
#include <stdio.h>

static const char step_1[] =
	"CREATE TABLE person ("
	" id BIGINT NOT NULL PRIMARY KEY,"
	" login TEXT NOT NULL UNIQUE," /* lower case */
	" name TEXT NOT NULL,"
	" password TEXT NOT NULL," /* argon2id, encoded; '': can't sign in */
	" admin SMALLINT NOT NULL,"
	" created BIGINT NOT NULL"
	");"

	"CREATE TABLE session ("
	" token TEXT NOT NULL PRIMARY KEY," /* SHA-256 */
	" person BIGINT NOT NULL REFERENCES person (id),"
	" created BIGINT NOT NULL,"
	" expires BIGINT NOT NULL"
	");"
	"CREATE INDEX session_person ON session (person);"
	"CREATE INDEX session_expires ON session (expires);"

	"CREATE TABLE meeting ("
	" id BIGINT NOT NULL PRIMARY KEY,"
	" code TEXT NOT NULL UNIQUE,"
	" number TEXT NOT NULL UNIQUE," /* ten digits */
	" title TEXT NOT NULL,"
	" owner BIGINT," /* person; NULL: a stranger's */
	" hosting SMALLINT NOT NULL," /* who becomes host: meeting/room.h */
	" lobby SMALLINT NOT NULL,"
	" locked SMALLINT NOT NULL,"
	" created BIGINT NOT NULL,"
	" started BIGINT NOT NULL," /* somebody came in for the first time */
	" emptied BIGINT NOT NULL," /* the last one went; 0: somebody is there */
	" ended BIGINT NOT NULL,"
	" members BIGINT NOT NULL" /* the highest number given to a member */
	");"

	"CREATE TABLE invite ("
	" token TEXT NOT NULL PRIMARY KEY," /* SHA-256 */
	" meeting BIGINT NOT NULL REFERENCES meeting (id),"
	" grants TEXT NOT NULL" /* 'host', 'publish', 'watch' */
	");"
	"CREATE INDEX invite_meeting ON invite (meeting);"

	"CREATE TABLE member ("
	" meeting BIGINT NOT NULL REFERENCES meeting (id),"
	" number BIGINT NOT NULL," /* in the meeting, from 1, never used twice */
	" name TEXT NOT NULL,"
	" role TEXT NOT NULL,"
	" state TEXT NOT NULL," /* 'waiting', 'in', 'left', 'removed', 'refused' */
	" admitted SMALLINT NOT NULL," /* has been let in, or needed not to be */
	" person BIGINT,"
	" hand BIGINT NOT NULL," /* when it was raised */
	" pinned SMALLINT NOT NULL,"
	" since BIGINT NOT NULL,"
	" resume TEXT NOT NULL," /* SHA-256 of the token */
	" resume_before TEXT NOT NULL," /* of the one it took the place of */
	" resumed BIGINT NOT NULL," /* when it did */
	" PRIMARY KEY (meeting, number)"
	");"

	"CREATE TABLE chat ("
	" meeting BIGINT NOT NULL REFERENCES meeting (id),"
	" number BIGINT NOT NULL," /* in the meeting, from 1 */
	" member BIGINT NOT NULL,"
	" name TEXT NOT NULL," /* as it was then */
	" audience TEXT NOT NULL," /* 'all', 'hosts' */
	" body TEXT NOT NULL,"
	" at BIGINT NOT NULL,"
	" client_key TEXT," /* against doubles */
	" PRIMARY KEY (meeting, number),"
	" UNIQUE (meeting, member, client_key)"
	");"

	"CREATE TABLE report ("
	" id BIGINT NOT NULL PRIMARY KEY,"
	" at BIGINT NOT NULL,"
	" page TEXT NOT NULL,"
	" body TEXT NOT NULL,"
	" contact TEXT NOT NULL"
	");";

/* Has been host by right: by a link, or as the meeting's owner. */
static const char step_2[] = "ALTER TABLE member ADD COLUMN led SMALLINT NOT NULL DEFAULT 0";

/* How people found a meeting, by a digest of what they were given to say it with: no name, no
 * number. And what the server alone knows. */
static const char step_3[] =
	"CREATE TABLE rating ("
	" meeting BIGINT NOT NULL REFERENCES meeting (id),"
	" who TEXT NOT NULL," /* SHA-256 of the ticket: meeting/rate.h */
	" grade TEXT NOT NULL," /* 'good', 'fair', 'poor' */
	" wrong TEXT NOT NULL," /* 'sound', 'picture', 'other', '' */
	" at BIGINT NOT NULL," /* when it was first given */
	" PRIMARY KEY (meeting, who)"
	");"

	"CREATE TABLE secret ("
	" name TEXT NOT NULL PRIMARY KEY,"
	" value TEXT NOT NULL"
	");";

/* From where people were removed: digests, so that no address is kept. */
static const char step_4[] =
	"CREATE TABLE ban ("
	" meeting BIGINT NOT NULL REFERENCES meeting (id),"
	" who TEXT NOT NULL," /* meeting/join.c */
	" place SMALLINT NOT NULL," /* in order, the oldest first */
	" PRIMARY KEY (meeting, who)"
	");";

/* What is old is deleted, and no number of a chat is given twice. */
static const char step_5[] =
	"ALTER TABLE meeting ADD COLUMN chats BIGINT NOT NULL DEFAULT 0;" /* the highest number */
	"UPDATE meeting SET chats ="
	" (SELECT COALESCE(MAX(number), 0) FROM chat WHERE chat.meeting = meeting.id);"
	"CREATE INDEX meeting_ended ON meeting (ended);"
	"CREATE INDEX chat_at ON chat (at);";

static const char *const steps[] = {step_1, step_2, step_3, step_4, step_5};

enum { STEP_COUNT = sizeof steps / sizeof *steps };

int migrate_newest(void)
{
	return STEP_COUNT;
}

int migrate_version(struct db *db)
{
	int err = db_exec(db, "CREATE TABLE IF NOT EXISTS schema_step (number BIGINT NOT NULL)");
	if (err)
		return err;
	struct db_query *q = db_query(db, "SELECT COALESCE(MAX(number), 0) FROM schema_step");
	int result = db_next(q);
	if (result == 1)
		result = (int)db_int(q, 0);
	db_done(q);
	return result;
}

static int take_step(struct db *db, void *arg)
{
	int number = *(int *)arg;
	int err = db_exec(db, steps[number - 1]);
	if (err)
		return err;
	struct db_query *q = db_query(db, "INSERT INTO schema_step (number) VALUES ($1)");
	db_bind_int(q, 1, number);
	return db_run(q);
}

int migrate(struct db *db)
{
	int version = migrate_version(db);
	if (version < 0)
		return version;
	if (version > STEP_COUNT)
		return -ERR_UNSUPP;
	for (int number = version + 1; number <= STEP_COUNT; number++) {
		int err = db_transaction(db, take_step, &number);
		if (err < 0)
			return err;
	}
	return 0;
}
