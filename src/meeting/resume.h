/* How a member comes back: a token that is replaced each time it is used.
 *
 * The one before stays good for one case only: the reply that carried its replacement never
 * arrived, because the connection broke. So it opens when the link that was given the new one has
 * not shown that it has it, and is gone or has been silent for a while (of a line that broke we
 * hear late); a token that has been used is of no use otherwise. */
#ifndef MEETING_RESUME_H
#define MEETING_RESUME_H

#include "meeting/member.h"
#include "meeting/room.h"

enum {
	RESUME_RESTART_MS = 60 * 1000, /* after a restart: the last change was so near */
	RESUME_SILENT_MS = 1500,       /* the link has not been heard for so long after it */
};

/* Gives the member a new token for a link.
 * ret_text  to be sent to the client once, and kept nowhere */
void resume_rotate(struct room *room, struct member *m, uint64_t link_serial,
	char ret_text[RANDOM_TOKEN_LEN + 1]);

/* The new token of this link could not be kept, and was not sent: the one before is good. */
void resume_undo(struct member *m, uint64_t link_serial);

/* Whom the token names, or NULL. */
struct member *resume_find(const struct room *room, const char *text);

/* The link has shown that it got the reply. */
void resume_confirm(struct member *m, uint64_t link_serial);

#endif
