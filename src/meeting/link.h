/* One client's connection: texts in, texts out. Knows no socket: the app feeds it from a WebSocket,
 * tests feed it from a story.
 *
 * It counts what comes, checks its form, and gives it to the verb (verbs.h); until the client has
 * joined, and while that is on its way, what comes waits its turn. */
#ifndef MEETING_LINK_H
#define MEETING_LINK_H

#include "base/addr.h"
#include "base/bytes.h"
#include "http/problem.h"

#include <jansson.h>

struct link;
struct member;
struct room;
struct rooms;

/* Where the texts go. Neither calls back into the link. */
struct link_calls {
	void (*send)(void *user, const char *text, size_t len);
	/* Begins to close; link_free comes when it is done. code: RFC 6455 7.4.1 */
	void (*close)(void *user, int code, const char *reason);
	/* From now on messages may be this long; NULL: not needed. */
	void (*allow)(void *user, uint32_t len);
};

enum {
	LINK_STRANGER_MAX = 8 * 1024, /* bytes of a message before the join */
};

struct link_conf {
	const struct link_calls *calls; /* borrowed, static */
	void *user;                     /* borrowed, given to calls */
	struct addr peer;
	enum lang lang;
	int64_t person; /* who is signed in; 0: nobody */
	bool admin;
};

/* NULL: too many. */
struct link *link_new(struct rooms *rooms, const struct link_conf *conf);

/* A whole text message. */
void link_recv(struct link *link, struct span text);

/* The connection is gone: its member is away. */
void link_free(struct link **link);

#endif
