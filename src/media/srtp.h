/* SRTP and SRTCP (RFC 3711, RFC 7714) over libcrypto, for one transport.
 *
 * Keys belong to the transport, rollover counters and replay windows to each SSRC. What is
 * received keeps a bounded map of streams (`struct srtp_rx`), entered only by packets that
 * authenticated. What is sent keeps its per-SSRC state with the caller (`struct srtp_stream`, in
 * the slot that owns the SSRC), so that the hot path looks nothing up.
 * Nothing is ever sealed twice under one (SSRC, index): the tx stream remembers what was used.
 * One thread at a time per object; the fetched ciphers below it are shared by all threads. */
#ifndef MEDIA_SRTP_H
#define MEDIA_SRTP_H

#include "base/bytes.h"
#include "base/err.h"

/* Values are those of the DTLS use_srtp extension (RFC 5764 4.1.2, RFC 7714 14.2). */
enum srtp_profile {
	SRTP_NONE = 0,
	SRTP_AES128_CM_SHA1_80 = 0x0001,
	SRTP_AEAD_AES_128_GCM = 0x0007,
};

enum {
	SRTP_KEY_LEN = 16,
	SRTP_SALT_MAX = 14,       /* 14 with CM, 12 with GCM */
	SRTP_RTP_OVERHEAD = 16,   /* most that sealing adds to an RTP packet */
	SRTP_RTCP_OVERHEAD = 20,  /* … and to an RTCP packet */
	SRTP_WINDOW = 1024,       /* packets that a replay window looks back; a power of two */
	SRTP_MAX_STREAMS = 128,   /* SSRCs that one transport may receive, RTP and RTCP each */
};

/* Master key and salt of one direction, as DTLS exports them. Secret. */
struct srtp_keys {
	enum srtp_profile profile;
	uint8_t key[SRTP_KEY_LEN];
	uint8_t salt[SRTP_SALT_MAX];
};

/* Which indices of one SSRC were seen (rx) or used (tx). Zeroed: fresh. */
struct srtp_stream {
	uint32_t ssrc;
	bool started;
	uint64_t top;                      /* highest index: roc << 16 | seq, or the SRTCP index */
	uint64_t seen[SRTP_WINDOW / 64];   /* bit (index % SRTP_WINDOW) for indices in the window */
};

/* A payload in pieces: a small rewritten descriptor (may be empty), the shared rest, and RTP
 * padding made here. The caller sets the header's P bit when pad > 0. */
struct srtp_piece {
	struct span a, b;
	uint8_t pad; /* padding bytes, the last one counting them (RFC 3550 5.1); 0: none */
};

struct srtp_rx;
struct srtp_tx;

/* One direction each. Derives the session keys; `keys` is borrowed for the call (wipe it).
 * -ERR_UNSUPP: not one of the two profiles; -ERR_CRYPTO; -ERR_NOMEM. */
NODISCARD int srtp_rx_new(const struct srtp_keys *keys, struct srtp_rx **ret_rx);
NODISCARD int srtp_tx_new(const struct srtp_keys *keys, struct srtp_tx **ret_tx);
void srtp_rx_free(struct srtp_rx **rx);
void srtp_tx_free(struct srtp_tx **tx);

/* Authenticates and decrypts in place. RFC 3711 3.3, RFC 7714 8.2 and 9.2.
 * pkt  the whole datagram; its content is undefined after an error
 * len  in: of the datagram; out: of the plain packet (untouched on error)
 * 0 fine; -ERR_PROTO too short or not RTP/RTCP; -ERR_REPLAY seen or behind the window (nothing
 * was decrypted); -ERR_AUTH wrong tag, no state made; -ERR_FULL one SSRC too many;
 * -ERR_DENIED SRTCP without encryption. */
NODISCARD int srtp_open_rtp(struct srtp_rx *rx, uint8_t *pkt, size_t *len);
NODISCARD int srtp_open_rtcp(struct srtp_rx *rx, uint8_t *pkt, size_t *len);

/* How many SSRCs the rx map holds, RTP and RTCP together: for limits and tests. */
size_t srtp_rx_streams(const struct srtp_rx *rx);

/* Seals one RTP packet from its header and its payload straight into dst: encrypting is the copy.
 * stream   the SSRC's state, zeroed before its first use and kept for as long as tx lives: a
 *          second zeroed stream for the same SSRC would repeat a nonce
 * hdr      the whole RTP header (CSRCs and extension included); sequence number and SSRC are
 *          taken from it. The index may go back inside the window when that one is unused
 * dst      may not overlap the pieces; at least hdr + payload + SRTP_RTP_OVERHEAD
 * 0 fine; -ERR_REPLAY this index was used or is too old; -ERR_SPACE; -ERR_INVALID header too
 * short or another SSRC than the stream's; -ERR_FULL 2^48 packets; -ERR_CRYPTO.
 * After an error nothing in dst may be sent. RFC 3711 3.3, RFC 7714 8.1. */
NODISCARD int srtp_seal_rtp(struct srtp_tx *tx, struct srtp_stream *stream, struct span hdr,
	const struct srtp_piece *payload, uint8_t *dst, size_t cap, size_t *ret_len);

/* Seals one compound RTCP packet under tx's own 31-bit index, which all SSRCs share.
 * -ERR_INVALID shorter than 8 bytes; -ERR_SPACE; -ERR_FULL 2^31 packets: new keys are needed. */
NODISCARD int srtp_seal_rtcp(struct srtp_tx *tx, struct span rtcp, uint8_t *dst, size_t cap,
	size_t *ret_len);

#endif
