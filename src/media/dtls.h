/* DTLS 1.2 for media (RFC 6347, RFC 5764): a handshake over datagrams that ends in SRTP keys.
 *
 * A machine: datagrams and time in, datagrams out. The owner gives it only datagrams from an
 * address that ICE has authenticated, asks the state after each call, takes the keys once when
 * DTLS_CONNECTED, and sheds the library's object to save memory.
 * No keys and no CONNECTED before the peer's certificate matched the fingerprint of the SDP.
 * Cookies are not exchanged (ICE proved the address); no resumption, no renegotiation; there is
 * no data channel: application data is counted and dropped.
 * Retransmission is OpenSSL's own and looks at the wall clock; `now` only says when to ask it. */
#ifndef MEDIA_DTLS_H
#define MEDIA_DTLS_H

#include "base/addr.h"
#include "base/bytes.h"
#include "base/clock.h"
#include "base/err.h"
#include "media/srtp.h"
#include "net/out.h"

enum {
	DTLS_LINK_MTU = 1200,          /* of what we send, UDP and IP headers included */
	DTLS_FINGERPRINT_TEXT = 104,   /* "sha-256 " and 32 bytes as AB:CD…, and the NUL */
	DTLS_HASH_MAX = 64,            /* bytes of a SHA-512 */
	DTLS_FLIGHT_MAX = 512,         /* bytes of the last flight that are kept for repeats */
	DTLS_MAX_RESTARTS = 8,         /* fresh starts after a broken hello */
	DTLS_LINGER_MS = 30000,        /* how long a shed server still repeats its last flight */
};

/* What all transports of a process share: our key, certificate and settings. Any thread. */
struct dtls_ctx;

struct dtls_conf {
	enum srtp_profile profiles[2]; /* wanted, best first; SRTP_NONE: not that one. All NONE:
	                                * GCM, then CM */
};

/* Makes a P-256 key and a self-signed certificate. conf NULL: the defaults.
 * -ERR_CRYPTO; -ERR_NOMEM; -ERR_INVALID unknown profile. */
NODISCARD int dtls_ctx_new(const struct dtls_conf *conf, struct dtls_ctx **ret_ctx);
/* No struct dtls of it may be left. */
void dtls_ctx_free(struct dtls_ctx **ctx);

/* A certificate's hash, as SDP carries it (RFC 8122 5). */
struct dtls_fingerprint {
	uint8_t len; /* 32, 48 or 64: sha-256, sha-384, sha-512 */
	uint8_t hash[DTLS_HASH_MAX];
};

/* Ours: borrowed from ctx; the text is "sha-256 AB:CD:…", what follows "a=fingerprint:". */
const struct dtls_fingerprint *dtls_ctx_fingerprint(const struct dtls_ctx *ctx);
const char *dtls_ctx_fingerprint_text(const struct dtls_ctx *ctx);

/* Reads "sha-256 AB:CD:…", letters of any case. -ERR_PROTO: not that shape; -ERR_UNSUPP: another
 * hash (sha-1 and md5 are refused). */
NODISCARD int dtls_fingerprint_parse(struct span text, struct dtls_fingerprint *ret_fp);

enum dtls_role { DTLS_SERVER, DTLS_CLIENT }; /* a=setup:passive and a=setup:active */

enum dtls_state {
	DTLS_NEW,       /* server: waiting for a hello; client: dtls_tick sends it */
	DTLS_HANDSHAKE,
	DTLS_CONNECTED, /* authenticated; keys may be taken */
	DTLS_CLOSED,    /* close_notify came, or dtls_close */
	DTLS_FAILED,    /* wrong fingerprint, no common profile, fatal alert, no answer */
};

/* What hostile or odd input has been counted. */
struct dtls_stats {
	uint32_t dropped;      /* datagrams that are no DTLS, or come in a state that takes none */
	uint32_t epoch0;       /* unprotected records after the handshake; plain alerts during it */
	uint32_t app_data;     /* bytes of application data, dropped */
	uint32_t repeats;      /* last flight sent again by a shed object */
	uint32_t restarts;     /* broken hellos */
	uint32_t fingerprints; /* certificates that did not match */
};

struct dtls;

/* peer  what the other end's certificate must hash to; copied
 * -ERR_NOMEM; -ERR_CRYPTO; -ERR_INVALID no fingerprint. */
NODISCARD int dtls_new(struct dtls_ctx *ctx, enum dtls_role role,
	const struct dtls_fingerprint *peer, struct dtls **ret_dtls);
void dtls_free(struct dtls **dtls);

/* Takes one datagram (RFC 7983: first byte 20..63) and answers.
 * to   where answers go: the path that ICE selected; borrowed
 * 0 taken or ignored; -ERR_PROTO no DTLS record; -ERR_CLOSED the state is CLOSED or FAILED, now
 * or before. The state says what happened. */
NODISCARD int dtls_recv(struct dtls *dtls, struct span datagram, const struct addr *to, usec now,
	struct out *out);

/* Starts a client's handshake, repeats flights, ends the linger. Call when dtls_deadline is due;
 * calling it early does nothing (except a client's start). */
void dtls_tick(struct dtls *dtls, const struct addr *to, usec now, struct out *out);

/* When dtls_tick has something to do; USEC_NEVER: not by itself. A new client: 0. */
usec dtls_deadline(const struct dtls *dtls);

enum dtls_state dtls_state(const struct dtls *dtls);
const struct dtls_stats *dtls_stats(const struct dtls *dtls);

/* The profile agreed on; SRTP_NONE before DTLS_CONNECTED. */
enum srtp_profile dtls_profile(const struct dtls *dtls);

/* The SRTP keys (RFC 5764 4.2): rx opens what the peer sends, tx seals what we send. Secret;
 * the caller wipes them (explicit_bzero). -ERR_PHASE: not connected, or shed; -ERR_CRYPTO. */
NODISCARD int dtls_export(struct dtls *dtls, struct srtp_keys *ret_rx, struct srtp_keys *ret_tx);

/* After dtls_export: frees the library's object (tens of kB). A server keeps the bytes of its
 * last flight for DTLS_LINGER_MS and sends them again when the client repeats its own. Nothing
 * happens before DTLS_CONNECTED. A close_notify is still understood afterwards. */
void dtls_shed(struct dtls *dtls, usec now);

/* Sends close_notify when that is possible; the state becomes DTLS_CLOSED. */
void dtls_close(struct dtls *dtls, const struct addr *to, struct out *out);

#endif
