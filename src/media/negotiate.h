/* Offer in, answer out (RFC 3264, 9429): the one place that decides what a transport carries.
 *
 * Every client offers and the server answers, be it the browser, WHIP or WHEP. The offer has
 * m-lines of two sorts: those on which the client sends (mic, camera, screen, its sound) and
 * *slots* on which it receives. What cannot be had is refused by m-line; the whole fails only
 * when no transport can come of it.
 *
 * Pure: no socket, no clock. The result is one plain block with one owner. */
#ifndef MEDIA_NEGOTIATE_H
#define MEDIA_NEGOTIATE_H

#include "base/addr.h"
#include "base/bytes.h"
#include "base/err.h"
#include "media/codec.h"
#include "wire/sdp.h"
#include "wire/sdp_value.h"

#include <stdbool.h>
#include <stdint.h>

enum {
	NEGOTIATE_ANSWER_MAX = 512 * 1024, /* room that every answer fits in */
	NEGOTIATE_MID_MAX = 32,            /* characters of a mid; a longer one is refused */
	NEGOTIATE_RID_MAX = 16,            /* RFC 8852 3.1 in a one-byte header */
	NEGOTIATE_UFRAG_MAX = 256,         /* RFC 8839 5.4 */
	NEGOTIATE_PWD_MAX = 256,
	NEGOTIATE_LAYERS_MAX = 3,          /* simulcast streams of a camera */
	NEGOTIATE_CODECS_MAX = 10,         /* formats of an m-line */
	NEGOTIATE_CANDIDATES_MAX = 16,
	NEGOTIATE_CNAME_MAX = NEGOTIATE_MID_MAX + 9,
	NEGOTIATE_MSID_MAX = NEGOTIATE_MID_MAX + 5,
};

/* What an m-line is for. */
enum negotiate_role {
	NEGOTIATE_NO_ROLE,
	/* the client sends */
	NEGOTIATE_MIC,
	NEGOTIATE_CAMERA,
	NEGOTIATE_SCREEN,
	NEGOTIATE_SCREEN_AUDIO,
	/* the client receives */
	NEGOTIATE_SLOT_AUDIO,
	NEGOTIATE_SLOT_CAMERA,
	NEGOTIATE_SLOT_SCREEN,
	NEGOTIATE_SLOT_SCREEN_AUDIO,
	NEGOTIATE_SLOT_INTERPRETER,
	NEGOTIATE_ROLE_COUNT,
};

/* "mic", "camera", "screen", "screen-audio", "slot-audio", "slot-camera", "slot-screen",
 * "slot-screen-audio", "slot-interpreter", as the signalling names them; "none". Static. */
const char *negotiate_role_name(enum negotiate_role role);
/* NEGOTIATE_NO_ROLE: no such name. */
enum negotiate_role negotiate_role_by_name(struct span name);
bool negotiate_role_is_slot(enum negotiate_role role);
bool negotiate_role_is_audio(enum negotiate_role role);

/* Header extensions that we use (RFC 8285). */
enum negotiate_ext {
	NEGOTIATE_EXT_NONE,
	NEGOTIATE_EXT_MID,          /* RFC 9143 15.2 */
	NEGOTIATE_EXT_RID,          /* RFC 8852 3.1 */
	NEGOTIATE_EXT_REPAIRED_RID, /* RFC 8852 3.2 */
	NEGOTIATE_EXT_AUDIO_LEVEL,  /* RFC 6464 */
	NEGOTIATE_EXT_TWCC,         /* transport-wide sequence number */
	NEGOTIATE_EXT_ABS_SEND_TIME,
	NEGOTIATE_EXT_DD, /* AV1 dependency descriptor */
	NEGOTIATE_EXT_COUNT,
};
#define NEGOTIATE_EXT_BIT(ext) (1u << (ext))

/* Why an m-line was refused. */
enum negotiate_refusal {
	NEGOTIATE_ACCEPTED,
	NEGOTIATE_REFUSED_BY_CLIENT, /* port 0 without bundle-only: stopped */
	NEGOTIATE_REFUSED_KIND,      /* neither audio nor video */
	NEGOTIATE_REFUSED_PROTO,     /* not RTP over DTLS */
	NEGOTIATE_REFUSED_MID,       /* none, too long, no token, or twice the same */
	NEGOTIATE_REFUSED_BUNDLE,    /* not on the one transport */
	NEGOTIATE_REFUSED_MUX,       /* no rtcp-mux */
	NEGOTIATE_REFUSED_ROLE,      /* no role, or one of the other kind */
	NEGOTIATE_REFUSED_DIRECTION, /* the role sends and the m-line does not, or the reverse */
	NEGOTIATE_REFUSED_CODEC,     /* no codec in common */
	NEGOTIATE_REFUSAL_COUNT,
};
const char *negotiate_refusal_name(enum negotiate_refusal r); /* "codec"; for logs. Static. */

struct negotiate_candidate {
	struct addr addr; /* scope and tcp are not looked at */
	bool tcp;         /* ICE-TCP, passive (RFC 6544); else UDP */
	uint32_t priority;
};

/* Which role the client gave to a mid. */
struct negotiate_role_of {
	const char *mid;
	enum negotiate_role role;
};

/* What the server brings. All of it borrowed for the call. */
struct negotiate_conf {
	/* ICE and DTLS of the transport */
	const char *ufrag, *pwd;
	const char *fresh_ufrag, *fresh_pwd; /* taken instead when the offer restarts ICE */
	const char *fingerprint;             /* "AB:CD:..." of SHA-256 */
	const struct negotiate_candidate *candidates;
	unsigned candidate_count; /* those above NEGOTIATE_CANDIDATES_MAX are left out */

	/* Roles by mid. NULL: derived from kind and direction, as WHIP and WHEP have it (sendonly,
	 * sendrecv: mic, camera; recvonly: slot-audio, slot-camera). */
	const struct negotiate_role_of *roles;
	unsigned role_count;

	/* Codecs in order of preference, ended by CODEC_NONE */
	enum codec uplink_video[CODEC_COUNT];
	enum codec downlink_video[CODEC_COUNT];
	unsigned uplink_video_max; /* how many of them a sender may use; 1: no switching */

	/* Policy */
	uint32_t uplink_exts;   /* NEGOTIATE_EXT_BITs taken from senders */
	uint32_t downlink_exts; /* NEGOTIATE_EXT_BITs written in slots */
	bool downlink_twcc;     /* transport-wide feedback on slots too, extension and all */
	bool allow_red;         /* redundant audio, RFC 2198 */
	bool opus_dtx;          /* ask microphones for silence suppression */
	bool simulcast;         /* take several layers of a camera */

	/* Randomness for SSRCs and cnames; NULL: random_u32 */
	uint32_t (*random)(void *arg);
	void *random_arg;
};

/* The house's policy: VP8 before H.264, VP9 and AV1, one codec up and all of them down, no RED,
 * DTX and simulcast on, no dependency descriptors. Everything else zero. */
void negotiate_conf_init(struct negotiate_conf *conf);

/* A stream the client sends on an m-line: one, or one a simulcast layer. */
struct negotiated_layer {
	char rid[NEGOTIATE_RID_MAX + 1]; /* "": named by SSRC only */
	bool paused;                     /* "~": does not send at first */
	uint32_t ssrc;                   /* as declared; 0: not declared, bind at first sight */
	uint32_t rtx_ssrc;
};

struct negotiated_media {
	uint8_t index; /* of the m-line, from 0 */
	enum sdp_kind kind;
	enum negotiate_role role;
	enum negotiate_refusal refused; /* when not NEGOTIATE_ACCEPTED, all below is empty but mid, and
									 * a slot's SSRCs of before */
	enum sdp_dir dir;               /* ours: recvonly for senders, sendonly for slots, inactive */
	char mid[NEGOTIATE_MID_MAX + 1];

	/* Formats: the first is the preferred */
	uint8_t codec_count;
	struct codec_format codecs[NEGOTIATE_CODECS_MAX];

	/* Extension ids by enum negotiate_ext; 0: not here. In slots 1 to 14: one-byte headers do */
	uint8_t ext[NEGOTIATE_EXT_COUNT];

	bool rtcp_rsize; /* compound packets are not needed, RFC 5506 */

	/* Senders: low to high; at least one. With more than one this is simulcast */
	uint8_t layer_count;
	struct negotiated_layer layers[NEGOTIATE_LAYERS_MAX];

	/* Slots: ours, unique in the transport */
	uint32_t ssrc;
	uint32_t rtx_ssrc; /* 0: no retransmission format */
	char cname[NEGOTIATE_CNAME_MAX + 1];
	char msid[NEGOTIATE_MSID_MAX + 1]; /* stream and track are the same word */
};

struct negotiated {
	/* Ours, as answered */
	char ufrag[NEGOTIATE_UFRAG_MAX + 1];
	char pwd[NEGOTIATE_PWD_MAX + 1];

	/* The client's */
	char remote_ufrag[NEGOTIATE_UFRAG_MAX + 1];
	char remote_pwd[NEGOTIATE_PWD_MAX + 1];
	struct sdp_fingerprint remote_fingerprint; /* the strongest hash offered */
	enum sdp_setup remote_setup;               /* actpass or active: it opens DTLS */
	bool ice_restarted;                        /* other credentials than in the previous one */
	bool allow_mixed;                          /* one- and two-byte headers, RFC 8285 6 */

	/* What an extension's id means, the same on every m-line; NEGOTIATE_EXT_NONE: nothing */
	uint8_t ext_by_id[256];

	/* The o= line of the answer: stays, and counts up */
	uint64_t session_id;
	uint64_t session_version;

	/* All m-lines of the offer, in its order */
	unsigned accepted_count;
	unsigned media_count;
	struct negotiated_media media[];
};

/* Answers an offer.
 * conf    borrowed
 * offer   borrowed; hostile
 * prev    what an earlier offer of the same transport gave, or NULL for the first: mids that
 *         stay keep SSRCs, cname and the meaning of extension ids; new m-lines are added
 * answer  gains the description, CRLF lines; NEGOTIATE_ANSWER_MAX is enough room
 * ret     gives the result; free with negotiated_free
 * 0 fine, even when every m-line is refused (see accepted_count)
 * -ERR_PROTO  not a description, or fewer m-lines than before, or no usable ICE credentials
 * -ERR_FULL   a limit of sdp.h is passed
 * -ERR_AUTH   no fingerprint of SHA-256, 384 or 512, or not the one it had before
 * -ERR_UNSUPP the client waits for us to open DTLS, or is ICE-lite itself
 * -ERR_SPACE  answer is too small
 * -ERR_NOMEM
 * On failure ret is untouched and answer holds nothing of use. RFC 9429 5.3, RFC 9143 7.3 */
NODISCARD int negotiate(const struct negotiate_conf *conf, struct span offer,
						const struct negotiated *prev, struct wr *answer,
						struct negotiated **ret);

void negotiated_free(struct negotiated **n);

/* ── Questions to the result. Borrowed; NULL: none. ── */

/* The accepted m-line of a mid. */
const struct negotiated_media *negotiated_by_mid(const struct negotiated *n, struct span mid);

/* The m-line on which the client sends this payload type (or its RTX or RED type), when only one
 * does: the last resort for a packet with neither known SSRC nor MID. RFC 9143 9.2 */
const struct negotiated_media *negotiated_by_pt(const struct negotiated *n, uint8_t pt);

/* The m-line and layer of an SSRC that the client declared. ret_layer, ret_rtx may be NULL. */
const struct negotiated_media *negotiated_by_ssrc(const struct negotiated *n, uint32_t ssrc,
												  unsigned *ret_layer, bool *ret_rtx);

/* The layer's number by rid; negative: none. */
int negotiated_layer_by_rid(const struct negotiated_media *m, struct span rid);

/* The preferred format of a codec. */
const struct codec_format *negotiated_codec(const struct negotiated_media *m, enum codec codec);

/* The format of payload type pt, or whose RTX or RED it is. */
const struct codec_format *negotiated_format(const struct negotiated_media *m, uint8_t pt);

/* The format of a slot in which the receiver decodes a stream of `source`. */
const struct codec_format *negotiated_sink(const struct negotiated_media *slot,
										   const struct codec_format *source);

#endif
