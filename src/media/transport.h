/* A transport: one PeerConnection's machines tied together: ICE decides who may talk, DTLS agrees
 * on keys, SRTP opens and seals, and the forwarding half (a peer) decides what is sent.
 *
 * A machine: datagrams and time in, datagrams out; the worker owns sockets, table and clock. */
#ifndef MEDIA_TRANSPORT_H
#define MEDIA_TRANSPORT_H

#include "media/dtls.h"
#include "media/forward.h"
#include "media/media.h"
#include "media/negotiate.h"
#include "media/packet.h"

struct transport;

/* What control says of a transport; allocated by it, and given to the worker. */
struct transport_conf {
	transport_id id;
	uint64_t group;
	uint32_t member;
	bool echo;
	bool hears;
	struct negotiated *negotiated; /* owned */
};
void transport_conf_free(struct transport_conf **conf);

/* What a transport tells its owner. All called from within transport_… and forward_… calls. */
struct transport_ops {
	/* An address is not one of its own any more. */
	void (*path_gone)(void *arg, struct transport *t, const struct addr *addr);
	void (*state)(void *arg, struct transport *t, enum media_state state);
	/* The next deadline may have moved nearer. */
	void (*wake)(void *arg, struct transport *t);
};

struct transport_env {
	struct dtls_ctx *dtls;   /* borrowed */
	struct forward *forward; /* borrowed */
	struct out *out;         /* borrowed: where everything it sends goes */
	const struct transport_ops *ops;
	void *arg;
};

struct transport_counts {
	uint64_t packets_in, packets_out, bytes_in, bytes_out;
	uint64_t early;      /* RTP before there are keys */
	uint64_t strangers;  /* DTLS or RTP from an address that ICE did not authenticate */
	uint64_t unopened;   /* SRTP that did not authenticate, or came twice */
	uint64_t unsealed;   /* could not be sent: no path, no room */
};

/* conf: borrowed. env: copied, what it points to is borrowed for life. -ERR_NOMEM, -ERR_INVALID */
NODISCARD int transport_new(const struct transport_env *env, const struct transport_conf *conf,
							usec now, struct transport **ret_t);
/* Says close_notify, takes the peer out of its group. */
void transport_free(struct transport **t);

/* A later offer: new ICE credentials, more slots. -ERR_INVALID, -ERR_NOMEM: the lines are as
 * before. */
NODISCARD int transport_update(struct transport *t, const struct transport_conf *conf, usec now);

/* Takes one datagram of its own. pkt: buf, len and from are set; borrowed, decrypted in place. */
void transport_recv(struct transport *t, struct packet *pkt, const struct addr *from, usec now);

void transport_tick(struct transport *t, usec now);
usec transport_deadline(const struct transport *t);

/* Has ICE authenticated this address? */
bool transport_is_valid(const struct transport *t, const struct addr *from);
/* Is it in use: the transport lives, and a check has come from there lately? Then no other
 * transport gets the address, though it can authenticate a check with it as its source: a member
 * who forges another's address must not take its packets. */
bool transport_holds(const struct transport *t, const struct addr *from, usec now);

/* An address that can't come back: its TCP connection closed. */
void transport_path_lost(struct transport *t, const struct addr *addr, usec now);

transport_id transport_get_id(const struct transport *t);
uint64_t transport_group(const struct transport *t);
uint32_t transport_member(const struct transport *t);
enum media_state transport_state(const struct transport *t);
struct peer *transport_peer(struct transport *t);
const struct transport_counts *transport_counts(const struct transport *t);
/* Is the selected path TCP? */
bool transport_is_tcp(const struct transport *t);

/* For forward.h's callbacks: seals and sends; drops when there are no keys or no path. */
int transport_send_rtp(void *transport, struct srtp_stream *stream, struct span header,
					   const struct srtp_piece *payload);
void transport_send_rtcp(void *transport, struct span compound);

#endif
