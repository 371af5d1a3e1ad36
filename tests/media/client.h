/* A WebRTC client as plain C, for tests and load: offer, ICE, DTLS, SRTP, made-up sound and
 * pictures out, records of what comes in.
 *
 * A machine: bytes and time in, bytes out; sockets are in stage.h. No browser's habits, and none
 * of a browser's forgiveness: what comes in is checked byte for byte, because all that a client
 * sends carries its tag and a count. The members are open: tests that attack reach into them. */
#ifndef TESTS_MEDIA_CLIENT_H
#define TESTS_MEDIA_CLIENT_H

#include "media/dtls.h"
#include "media/ice_client.h"
#include "media/media.h"
#include "media/srtp.h"

enum {
	CLIENT_LAYERS = 3,
	CLIENT_SLOTS_MAX = 24,
	CLIENT_STREAMS_MAX = 64, /* SSRCs heard from */
	CLIENT_RECENT = 128,     /* packets remembered of each */
	CLIENT_OFFER_MAX = 64 * 1024,
	CLIENT_OPUS = 111, /* payload types */
	CLIENT_VP8 = 96,
	CLIENT_RTX = 97,
	CLIENT_EXT_LEVEL = 1, /* header extensions */
	CLIENT_EXT_TWCC = 3,
	CLIENT_EXT_MID = 4,
	CLIENT_EXT_RID = 10,
	CLIENT_EXT_REPAIRED_RID = 11,
	CLIENT_SOUND_LEN = 80, /* bytes of a payload */
	CLIENT_PICTURE_LEN = 400,
	CLIENT_SOUND_MS = 20,
	CLIENT_FRAME_MS = 33,
};

/* Which of the answer's candidates to use. */
enum client_way { CLIENT_UDP4, CLIENT_UDP6, CLIENT_TCP4, CLIENT_TCP6 };

struct client_conf {
	struct dtls_ctx *dtls; /* borrowed */
	uint32_t tag;          /* stands in all payloads; also the first SSRC is tag * 16 */
	bool mic;
	bool camera;
	bool simulcast; /* three layers by rid: q, h, f */
	int audio_slots, camera_slots;
	enum client_way way;
	struct addr server; /* of these families, instead of the answer's candidates; or none */
};

/* ── What it sends ── */
struct client_sender {
	char mid[8];
	char rid[4]; /* "": none */
	uint8_t pt;
	uint32_t ssrc;
	uint16_t seq; /* the next */
	uint32_t ts;
	uint32_t count; /* payloads so far: the next one's number */
	struct srtp_stream stream;
	/* pictures */
	uint16_t width, height;
	uint16_t picture_id;
	uint8_t tl0picidx;
	bool want_key; /* the next frame is a keyframe */
};

/* ── What it has received ── */
struct client_packet {
	uint16_t seq;
	uint8_t pt;
	bool marker;
	uint32_t ts;
	uint32_t csrc; /* 0: none */
	uint32_t tag, count;
	bool key;
	uint16_t height; /* of a keyframe */
};

struct client_stream {
	uint32_t ssrc;
	unsigned packets;
	unsigned wrong;   /* payloads that nobody made */
	unsigned repeats; /* a number that had come */
	unsigned skipped; /* numbers left out, when the next higher came */
	unsigned keys;
	uint16_t height; /* of the last keyframe */
	struct client_packet last;
	struct client_packet recent[CLIENT_RECENT]; /* at packets % CLIENT_RECENT */
};

struct client_slot {
	char mid[8];
	uint32_t ssrc, rtx_ssrc;
	bool video;
};

struct client {
	/* given */
	struct client_conf conf;

	/* the call */
	char ufrag[8], pwd[32];
	unsigned restarts;
	struct media_line lines[2 + CLIENT_SLOTS_MAX]; /* roles of the offer's lines */
	int line_count;
	struct addr server;
	struct ice_client *ice; /* NULL before the answer */
	struct dtls *dtls;
	struct srtp_rx *rx;
	struct srtp_tx *tx;

	/* sending */
	struct client_sender mic;
	struct client_sender camera[CLIENT_LAYERS];
	int layer_count;
	uint16_t twcc;

	/* receiving */
	struct client_slot slots[CLIENT_SLOTS_MAX];
	int slot_count;
	struct client_stream *streams[CLIENT_STREAMS_MAX];
	int stream_count;
	unsigned early;    /* RTP before there were keys */
	unsigned unopened; /* SRTP that is not for us, or twice */
	unsigned odd;      /* datagrams that are nothing known */
	uint64_t bytes_in, datagrams_in;
	/* of RTCP */
	unsigned srs, rrs, plis, firs, nacks, twccs, byes;
	uint16_t nack_seq; /* the last one asked for */
};

/* Never NULL. */
struct client *client_new(const struct client_conf *conf);
void client_free(struct client **c);

/* Writes an offer. The same again, unless client_restart was called in between. */
struct span client_offer(struct client *c, char buf[CLIENT_OFFER_MAX]);
/* The next offer has other ICE credentials. */
void client_restart(struct client *c);
/* Takes the answer; the first check is due at once. -ERR_PROTO, -ERR_NOTFOUND: no candidate of the
 * wanted way; -ERR_NOMEM. */
NODISCARD int client_answer(struct client *c, struct span sdp, usec now);

void client_recv(struct client *c, struct span datagram, usec now, struct out *out);
void client_tick(struct client *c, usec now, struct out *out);
usec client_deadline(const struct client *c);
bool client_is_connected(const struct client *c);

/* Send one packet of sound; or one frame of a layer, in `packets` packets. They need keys. level:
 * 0 loudest … 127; voice as the browser thinks. */
void client_sound(struct client *c, uint8_t level, bool voice, struct out *out);
void client_frame(struct client *c, int layer, int packets, struct out *out);
/* Seals one compound of RTCP and sends it. */
void client_rtcp(struct client *c, struct span compound, struct out *out);

/* The parts of the above, for those who want to change something in between. A sealed packet of
 * the sender's next number; returns its length. */
size_t client_seal(struct client *c, struct client_sender *s, uint8_t dst[OUT_MAX]);

/* A payload that says whose it is, and the question. len >= 12. */
void client_pattern(struct wr *w, uint32_t tag, uint32_t count, size_t len);
bool client_is_pattern(struct span payload, uint32_t *ret_tag, uint32_t *ret_count);

/* NULL: nothing came. */
struct client_stream *client_find(const struct client *c, uint32_t ssrc);
/* The stream of slot number i of a kind. NULL: nothing came. */
struct client_stream *client_slot(const struct client *c, bool video, int i);
/* Among the sound slots, the one that brings this member's microphone. NULL: none does. */
struct client_stream *client_hears(const struct client *c, uint32_t member);

#endif
