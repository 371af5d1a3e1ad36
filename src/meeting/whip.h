/* Encoders and players in a meeting, by WHIP (RFC 9725) and WHEP: members whose line is an HTTP
 * resource instead of a WebSocket. An encoder appears as a participant that sends what its offer
 * has; a player hears the loudest and sees the screen, or else whoever speaks. */
#ifndef MEETING_WHIP_H
#define MEETING_WHIP_H

#include "meeting/rooms.h"

enum whip_kind { WHIP_PUBLISH, WHIP_WATCH };

enum { WHIP_ETAG_LEN = 16 };

struct whip_ask {
	enum whip_kind kind;
	const char *code;  /* borrowed, as all here */
	const char *token; /* Bearer; a token to publish opens watching too. NULL: none was sent */
	const char *name;  /* what to call an encoder; NULL: nothing was said */
	struct span sdp;   /* the offer */
	struct addr addr;  /* whose attempt it is */
};

struct whip_answer {
	const char *id;   /* names the resource, and is the right to it */
	const char *sdp;
	const char *etag; /* without quotes */
};

/* Called once, now or later. answer NULL: problem says why. */
typedef void whip_done(const struct whip_answer *answer, const struct problem *problem, void *arg);
void whip_open(struct rooms *rooms, const struct whip_ask *ask, whip_done *done, void *arg);

/* Ends it. -ERR_NOTFOUND: no such resource, or it has ended. */
NODISCARD int whip_close(
	struct rooms *rooms, enum whip_kind kind, const char *code, const char *id);

/* Its entity tag, borrowed until the loop turns; NULL: no such resource. */
const char *whip_etag(
	struct rooms *rooms, enum whip_kind kind, const char *code, const char *id);

#endif
