/* How was it? Whoever has been in a meeting may say so, once each and without a name.
 *
 * The answer to a join holds a ticket. It is a digest by a key that only this installation has, so
 * that nothing needs to be remembered of people who have left; it opens nothing but this. What is
 * kept is a digest of the ticket, and what is shown are sums (store/q_rating.h). */
#ifndef MEETING_RATE_H
#define MEETING_RATE_H

#include "meeting/room.h"
#include "store/q_rating.h"

enum {
	RATE_TICKET_LEN = 64,          /* at most, without the NUL */
	RATE_CHANGE_MS = 3600 * 1000,  /* for so long may a rating be changed */
	RATE_MEETING_MAX = 10000,      /* ratings of one meeting */
};

/* The ticket of a member of a meeting that is kept. */
void rate_ticket(const struct room *room, const struct member *m,
	char ret_ticket[RATE_TICKET_LEN + 1]);

/* Gives, changes, or with RATING_NONE takes back. done is called once, now or later; problem NULL:
 * it is kept. ticket: borrowed, from anybody. */
struct rate_ask {
	const char *ticket;
	enum rating_grade grade;
	enum rating_wrong wrong;
};
typedef void rate_done(const struct problem *problem, void *arg);
void rate_put(struct rooms *rooms, const struct rate_ask *ask, rate_done *done, void *arg);

#endif
