/* Writing a room to the database. What must be durable before it is answered takes a `done`; the
 * rest is sent on its way, and again later when the store is full. */
#ifndef MEETING_SAVE_H
#define MEETING_SAVE_H

#include "meeting/room.h"

/* The answer: 0 or more when it is kept. */
typedef void save_done(struct room *room, int result, void *arg);

/* Returns -ERR_FULL when the store takes no more; done is then not called. done may be called
 * before this returns (a room that is kept nowhere). */
NODISCARD int save_member(
	struct room *room, const struct member *m, save_done *done, void *arg);

/* In the background. */
void save_member_soon(struct room *room, struct member *m);
void save_room_soon(struct room *room);

/* What could not be sent on its way, or not be written, before. */
void save_again(struct room *room, usec now);
/* Something is under way, or waits to be: the room must stay in memory. */
bool save_is_due(const struct room *room);

/* Forgets a member who has gone. False: not now. */
bool save_forget(struct room *room, const struct member *m);

/* Adds to the chat.
 * row   takes
 * done  row borrowed, with its number; result 1: had been sent before, row is that one */
typedef void save_chat_done(
	struct room *room, int result, const struct chat_row *row, void *arg);
NODISCARD int save_chat(
	struct room *room, struct chat_row *row, save_chat_done *done, void *arg);

/* The demo's meeting begins anew: forgets chat and members. */
void save_reset(struct room *room);

#endif
