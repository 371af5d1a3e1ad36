/* What time takes away: meetings end that have been empty for too long or never begun, and what
 * was written and who was there is deleted when it has been kept for as long as the settings say.
 *
 * One job does a bounded part, so that others wait no longer than for anything else. */
#ifndef MEETING_EXPIRE_H
#define MEETING_EXPIRE_H

#include "meeting/rooms.h"

enum {
	EXPIRE_MEETINGS = 50, /* deleted in one job */
	EXPIRE_CHATS = 2000,
	EXPIRE_UNUSED_DAYS = 400, /* a meeting that nobody ever came to ends after so many days */
};

struct expire_job {
	/* ── Given ── */
	const struct rooms_limits *limits; /* borrowed */
	int64_t now;                       /* ms */

	/* ── Made ── */
	int ended, meetings, chats; /* ended; deleted */
};

/* A db_fn over a struct expire_job. */
int expire_part(struct db *db, void *job);

/* Has there been as much as one job takes, so that there may be more? */
bool expire_has_more(const struct expire_job *job);

/* All of it, in the background, by the clock of the rooms; what live rooms hold of an old chat
 * goes too. Once an hour is often enough. */
void expire_soon(struct rooms *rooms);

#endif
