/* A worker's machines without its thread and sockets: transports around one forwarder, for virtual
 * time (tests/sim) and for fuzzing. What is told to control is kept. */
#ifndef TESTS_MEDIA_SERVER_H
#define TESTS_MEDIA_SERVER_H

#include "media/client.h"
#include "media/peer.h"
#include "media/transport.h"

enum { SERVER_TRANSPORTS_MAX = 8, SERVER_GROUP = 77 };

struct server_seat {
	struct transport *transport; /* NULL: none */
	struct negotiated *negotiated;
	uint32_t member;
	enum media_state state;
	unsigned state_count, failed_count;
};

struct server {
	struct dtls_ctx *dtls; /* borrowed */
	struct out *out;       /* borrowed */
	struct packet_pool *pool;
	struct forward *forward;
	struct server_seat seats[SERVER_TRANSPORTS_MAX];
	usec wake; /* told to be asked again by then */
	unsigned gone;
};

void server_init(struct server *s, struct dtls_ctx *dtls, struct out *out);
/* Frees all; every packet must have come back. */
void server_done(struct server *s);

/* Answers the client's offer: a new seat, or the seat that the member has. Both gates are open.
 * Gives the seat's number. */
int server_answer(struct server *s, struct client *c, uint32_t member, usec now);
void server_close(struct server *s, int seat);

/* A datagram: to the transport whose address or ufrag it is. */
void server_recv(struct server *s, struct span datagram, const struct addr *from, usec now);
void server_tick(struct server *s, usec now);
usec server_deadline(const struct server *s);

#endif
