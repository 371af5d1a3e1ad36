/* A media half and clients that call it over real sockets of the loopback, in one thread of its
 * own: nothing is slept for, everything is waited for until it is so.
 *
 * Failures of the machine (no socket, no memory) end the test by BUG_IF. */
#ifndef TESTS_MEDIA_STAGE_H
#define TESTS_MEDIA_STAGE_H

#include "media/client.h"
#include "wire/frame4571.h"

enum {
	STAGE_CALLERS_MAX = 96,
	STAGE_EVENTS_MAX = 4096,
	STAGE_PATIENCE_SEC = 30, /* after so long, what is waited for does not come */
	STAGE_GROUP = 77,
};

struct caller {
	struct stage *stage;
	struct client *client;
	uint64_t group;
	uint32_t member;
	bool echo, hears;
	transport_id id;
	int answered; /* what media_answer said */
	struct media_answer answer;

	/* the socket */
	int fd; /* -1: none */
	struct out out;
	uint8_t room[OUT_MAX];
	struct frame4571 framing;
	uint8_t frame[OUT_MAX];

	/* what it does by itself while the stage waits */
	bool held; /* nothing: neither sends nor reads */
	bool talks;
	uint8_t level;
	bool films;
	int frame_packets;
	usec next_sound, next_frame;

	/* what the media half said of it */
	enum media_state state;
	unsigned state_count;
	bool arriving[MEDIA_KINDS];
	uint32_t receivers[MEDIA_KINDS];
	uint64_t stats_token; /* of the last answer */
	struct media_stats stats;
	int quality;
};

struct stage {
	struct media *media;
	struct dtls_ctx *dtls; /* the clients' */
	struct caller *callers[STAGE_CALLERS_MAX];
	int count;
	/* events as they came; the first STAGE_EVENTS_MAX */
	struct media_event events[STAGE_EVENTS_MAX];
	unsigned event_count;
	struct media_event speaking; /* the last one */
	unsigned speaking_count;
	/* called at each turn; may be NULL */
	void (*turn)(struct stage *s, void *arg);
	void *turn_arg;
};

/* The usual: one worker, any port, loopback of both families, four sound slots. */
struct media_conf stage_conf(void);
/* Never NULL. conf NULL: stage_conf(). */
struct stage *stage_new(const struct media_conf *conf);
void stage_free(struct stage **s);

/* A client's wishes: without conf.dtls it takes the stage's; member 0 takes conf.tag. */
struct caller_conf {
	struct client_conf client;
	uint64_t group; /* 0: STAGE_GROUP */
	uint32_t member;
	bool deaf; /* does not get the loudest */
	bool echo;
};

/* Offers, takes the answer, opens a socket; the checks go out as the stage waits. When the media
 * half refuses, `answered` says so and there is no socket. */
struct caller *stage_call(struct stage *s, const struct caller_conf *conf);
/* A usual client: microphone, camera, three sound slots, two for cameras. */
struct caller *stage_call_usual(struct stage *s, uint32_t tag);
/* Offers again: `restart` with new ICE credentials. Gives what media_answer said. */
int caller_offer(struct caller *c, bool restart);
/* Another source port. */
void caller_move(struct caller *c);
/* media_close, and the client is gone. Removes and frees the caller. */
void caller_close(struct caller **c);
/* The client vanishes without a word; its transport stays. */
void caller_vanish(struct caller *c);

/* Sends any bytes from its socket. */
void caller_send(struct caller *c, struct span datagram);
/* One packet of sound now. */
void caller_sound(struct caller *c);

/* Runs clients and events until done says so. False: it did not within the patience. */
bool stage_wait(struct stage *s, bool (*done)(struct stage *s, void *arg), void *arg);
/* Until the caller's client and transport are both connected. */
bool stage_wait_connected(struct stage *s, struct caller *c);
/* Until `hearer` has got `more` further packets of that member's sound. */
bool stage_wait_heard(struct stage *s, struct caller *hearer, uint32_t member, unsigned more);
/* For so long, whatever happens: only for what must not happen. */
void stage_run(struct stage *s, usec time);

/* Opens the mic's and the camera's gate. */
void caller_open(struct caller *c);

/* ── A stranger's socket ── */
struct stranger {
	int fd;
	uint64_t got; /* datagrams that came back */
	uint64_t bytes;
};

void stranger_init(struct stranger *s, const struct addr *server);
void stranger_done(struct stranger *s);
void stranger_send(struct stranger *s, struct span datagram);
/* Counts what has come by now. */
void stranger_drain(struct stranger *s);

#endif
