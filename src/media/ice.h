/* ICE-lite (RFC 8445 2.5, 7.3; RFC 7675; RFC 8489 for the messages): one component, one transport.
 *
 * We are always lite and controlled: we never probe, we answer authenticated Binding requests and
 * follow the controlling side's nominations. An address becomes valid by such a request only;
 * DTLS and SRTP are taken from valid addresses alone. What does not authenticate gets no answer
 * and leaves nothing behind but a count.
 * A machine: the owner finds the ice by the local ufrag (ice_peek_ufrag) or by the source. */
#ifndef MEDIA_ICE_H
#define MEDIA_ICE_H

#include "base/addr.h"
#include "base/bytes.h"
#include "base/clock.h"
#include "base/err.h"
#include "net/out.h"

enum {
	ICE_LOCAL_UFRAG_MAX = 32,
	ICE_UFRAG_MAX = 256,     /* RFC 8445 5.3 */
	ICE_PWD_MAX = 256,
	ICE_PWD_MIN = 22,        /* 128 bits in characters of 6 */
	ICE_UFRAG_MIN = 4,
	ICE_MAX_PATHS = 8,       /* remote addresses that are valid at a time */
	ICE_DISCONNECTED_MS = 8000,
	ICE_FAILED_MS = 30000,   /* RFC 7675 5.1: consent is over after 30 s */
};

/* Who may talk: our ufrag and password as in our SDP, the other side's ufrag as in theirs (a lite
 * agent never needs their password). Secret. */
struct ice_creds {
	const char *local_ufrag;  /* 4..ICE_LOCAL_UFRAG_MAX */
	const char *local_pwd;    /* ICE_PWD_MIN..ICE_PWD_MAX */
	const char *remote_ufrag; /* 1..ICE_UFRAG_MAX */
};

struct ice_conf {
	struct ice_creds creds; /* copied */
	usec disconnected_after; /* 0: ICE_DISCONNECTED_MS */
	usec failed_after;       /* 0: ICE_FAILED_MS; also how long a first check may take, and for
	                          * how long a path without checks stays valid */
	/* Tells of addresses that become valid and that stop being so, for the owner's table; may be
	 * NULL. Called from ice_recv, ice_tick, ice_restart, ice_del_path, ice_free. */
	void (*path)(void *arg, const struct addr *addr, bool added);
	void *arg;
};

enum ice_state {
	ICE_NEW,          /* no authenticated check yet */
	ICE_CONNECTED,
	ICE_DISCONNECTED, /* no check on the selected path for a while; sending is still allowed */
	ICE_FAILED,       /* consent is over: nothing may be sent. A valid check brings it back */
};

struct ice_stats {
	uint32_t checks;        /* authenticated requests */
	uint32_t malformed;     /* no STUN, or against its rules */
	uint32_t unknown_user;  /* USERNAME missing or not ours */
	uint32_t bad_integrity;
	uint32_t ignored;       /* other classes and methods */
	uint32_t role_conflicts;
	uint32_t nominations;   /* times the selected path changed by USE-CANDIDATE */
	uint32_t evicted;       /* paths pushed out by newer ones */
};

struct ice;

/* -ERR_INVALID credentials too short, too long, or ours of other characters than RFC 8445 5.3's;
 * -ERR_NOMEM. */
NODISCARD int ice_new(const struct ice_conf *conf, usec now, struct ice **ret_ice);
void ice_free(struct ice **ice);

/* The local ufrag in a STUN request's USERNAME: what comes before the colon. Nothing is
 * authenticated yet. Borrows pkt. -ERR_PROTO: not a Binding request that has one. */
NODISCARD int ice_peek_ufrag(struct span pkt, struct span *ret_ufrag);

/* Takes one STUN packet (first byte 0..3, RFC 7983 7) and answers it.
 * from  its source; becomes valid when it authenticates, and selected with USE-CANDIDATE
 * out   gains at most one datagram, to `from`; none for what does not authenticate
 * 0 answered (also by an error response); -ERR_PROTO malformed or ignored; -ERR_AUTH not ours or
 * wrong integrity. RFC 8445 7.3, RFC 8489 9.1.3. */
NODISCARD int ice_recv(struct ice *ice, struct span pkt, const struct addr *from, usec now,
	struct out *out);

/* Moves the state on when checks stop coming. Call when ice_deadline is due. */
void ice_tick(struct ice *ice, usec now);
usec ice_deadline(const struct ice *ice);

enum ice_state ice_state(const struct ice *ice);
const struct ice_stats *ice_stats(const struct ice *ice);

/* Has this address sent an authenticated check, and is it still one of the paths? */
bool ice_is_valid(const struct ice *ice, const struct addr *from);

/* The same, and has its last check come within disconnected_after? */
bool ice_is_alive(const struct ice *ice, const struct addr *from, usec now);

/* Where to send: the path nominated last, before that the first valid one; when it has gone
 * silent, one that has not. NULL: none, or consent is over. Borrowed until the next call that
 * changes the ice. */
const struct addr *ice_selected(const struct ice *ice);
/* Was the selected path nominated, or is it only the first that worked? */
bool ice_is_nominated(const struct ice *ice);

/* New credentials (RFC 8445 9, an offer with another ufrag). Old ones count, and old paths stay,
 * until a path is nominated under the new ones. A third set replaces the second.
 * -ERR_INVALID, -ERR_NOMEM: nothing changed. */
NODISCARD int ice_restart(struct ice *ice, const struct ice_creds *creds, usec now);
/* Do the old credentials still count? While so, the owner keeps the old ufrag findable. */
bool ice_is_restarting(const struct ice *ice);

/* A path that can't come back, such as a closed TCP connection. */
void ice_del_path(struct ice *ice, const struct addr *addr);

#endif
