/* The rules of the door, apart from how a join travels: who may come in, as what, called what. */
#ifndef MEETING_JOIN_H
#define MEETING_JOIN_H

#include "meeting/room.h"

/* Who asks. */
struct join_ask {
	const char *invite;  /* token of a personal link; NULL: none */
	int64_t person;      /* signed in as; 0: nobody */
	struct addr peer;
};

/* What the door says. */
struct join_leave {
	const struct problem *problem; /* NULL: may come */
	bool wait;                     /* in the lobby first */
	enum role role;
	bool by_right;                 /* host by a link, or as the owner */
};

/* May somebody new come in? */
struct join_leave join_ask_new(const struct room *room, const struct join_ask *ask);

/* May m, who has the token, come back? The role is m's, or what a personal link makes of it. */
struct join_leave join_ask_back(
	const struct room *room, const struct member *m, const struct join_ask *ask);

/* The name, with a number behind it when somebody else who is here, or away
 * for a moment, has it. name: takes; gives. */
char *join_name(const struct room *room, char *name, const struct member *self);

/* A stranger from there (of IPv6: from that /64) waits in the lobby from now on, also when the
 * server has restarted, until nobody is in the meeting. Kept as a digest, not as an address. */
void join_ban(struct room *room, const struct addr *peer);
void join_unban(struct room *room);

/* It has been locked: who had left before needs to be let in again. Not whom a broken line took
 * away, nor who leads by right. */
void join_shut(struct room *room);

#endif
