/* A glimpse of a meeting from outside, for who has its link or its number. */
#ifndef MEETING_LOOK_H
#define MEETING_LOOK_H

#include "meeting/rooms.h"

struct look {
	const char *code, *title, *number;
	bool lobby, locked, ended;
	unsigned people; /* in it now */
};

/* Called once, now or later. look NULL: problem says why. Borrowed for the call. */
typedef void look_done(const struct look *look, const struct problem *problem, void *arg);

/* addr: whose attempt it is; what does not exist is counted against it. */
void look_code(struct rooms *rooms, const char *code, const struct addr *addr, look_done *done,
	void *arg);
/* number: ten digits */
void look_number(struct rooms *rooms, const char *number, const struct addr *addr,
	look_done *done, void *arg);

#endif
