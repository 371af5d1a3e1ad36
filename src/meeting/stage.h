/* A room's streams: gates, slots, and what the media half reports. The only file that calls it,
 * beside the offer. */
#ifndef MEETING_STAGE_H
#define MEETING_STAGE_H

#include "meeting/room.h"

/* Opens and closes the gates of m's sources by what it means to send and may. */
void stage_gates(struct room *room, struct member *m);

/* What m's own streams should be reported as: after it changed what it sends. */
void stage_heard_later(struct room *room, struct member *m, unsigned after_ms);

/* Fills m's slots by its view. True when a source changed. */
bool stage_fill(struct room *room, struct member *m);
/* Everybody's, and tells those for whom something changed. */
void stage_fill_all(struct room *room);

/* {"<mid>": source, …} of m, filled slots only; gives. */
json_t *stage_slots_json(const struct member *m);

/* Ends m's transport, if there is one, and empties the slots in which its sources stood. */
void stage_close(struct room *room, struct member *m);
/* The same, but for the slots: the caller fills them, once for all that it does. False: there was
 * none. */
bool stage_drop(struct room *room, struct member *m);

/* An answer was given: these lines are there. fresh: a new transport. */
void stage_answered(
	struct room *room, struct member *m, const struct media_answer *answer, bool fresh);

/* From the media half. */
void stage_event(struct room *room, const struct media_event *ev);

/* Who speaks and whose line is bad, to one who has just come in. */
void stage_tell_newcomer(struct room *room, struct member *m);

/* Tells what has been waiting to be told. */
void stage_tick(struct room *room, usec now);

#endif
