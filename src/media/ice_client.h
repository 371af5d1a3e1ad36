/* The controlling end towards one ICE-lite server at a known address: for `ting load` and tests.
 *
 * Sends Binding requests with USE-CANDIDATE until one is answered with the right integrity, then
 * repeats one every few seconds to keep consent (RFC 8445 7.2, RFC 7675). No gathering, no pairs.
 * A machine: bytes and time in, bytes out. */
#ifndef MEDIA_ICE_CLIENT_H
#define MEDIA_ICE_CLIENT_H

#include "base/addr.h"
#include "base/bytes.h"
#include "base/clock.h"
#include "base/err.h"
#include "media/ice.h"
#include "net/out.h"

enum {
	ICE_CLIENT_RTO_MS = 100,     /* first repeat; the distance doubles up to the next */
	ICE_CLIENT_RTO_MAX_MS = 800,
	ICE_CLIENT_CONSENT_MS = 4000, /* between checks once connected, give or take a fifth */
};

struct ice_client_conf {
	const char *local_ufrag;  /* ours; copied, like the rest */
	const char *remote_ufrag; /* the server's, as in its SDP */
	const char *remote_pwd;
	struct addr server;
};

struct ice_client;

/* -ERR_INVALID credentials or address; -ERR_NOMEM. The first check goes out at the first tick. */
NODISCARD int ice_client_new(const struct ice_client_conf *conf, usec now,
	struct ice_client **ret_client);
void ice_client_free(struct ice_client **client);

/* Takes one STUN packet. 0 it answered one of our checks; -ERR_PROTO malformed or not for us;
 * -ERR_AUTH wrong integrity or source. */
NODISCARD int ice_client_recv(struct ice_client *client, struct span pkt, const struct addr *from,
	usec now);
/* Sends what is due: checks, repeats. */
void ice_client_tick(struct ice_client *client, usec now, struct out *out);
usec ice_client_deadline(const struct ice_client *client);

/* NEW until the first answer, CONNECTED, DISCONNECTED and FAILED as for struct ice. */
enum ice_state ice_client_state(const struct ice_client *client);

/* Our own address as the server sees it; none before the first answer. */
struct addr ice_client_mapped(const struct ice_client *client);

/* Begins anew with other credentials or another server (an ICE restart). Errors as for new. */
NODISCARD int ice_client_restart(struct ice_client *client, const struct ice_client_conf *conf,
	usec now);

#endif
