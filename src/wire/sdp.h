/* Session descriptions (RFC 8866) as a browser writes them: a tolerant reader that allocates
 * nothing.
 *
 * sdp_parse cuts a text into its session part and its m-lines and checks every bound once; the
 * results are spans into the text. What stands inside is found by walking the attributes of one
 * part (sdp_attrs, sdp_attr_next), and one small parser an attribute takes its value apart.
 * Lines end in CRLF, LF or CR. Lines and attributes that mean nothing to us are passed over.
 * The text must outlive everything parsed from it. Safe from any thread. */
#ifndef WIRE_SDP_H
#define WIRE_SDP_H

#include "base/addr.h"
#include "base/bytes.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	SDP_TEXT_MAX = 512 * 1024, /* bytes in a description */
	SDP_LINE_MAX = 8192,       /* bytes in a line, without its end */
	SDP_ATTRS_MAX = 1024,      /* a= lines in the session part, and in each m-line */
	SDP_MEDIA_MAX = 64,        /* m-lines */
	SDP_FINGERPRINT_MAX = 64,  /* bytes: SHA-512 */
	SDP_GROUP_SSRCS_MAX = 8,   /* SSRCs taken from one a=ssrc-group */
};

enum sdp_kind {
	SDP_OTHER,
	SDP_AUDIO,
	SDP_VIDEO,
	SDP_APPLICATION,
};

/* From the writer's side. As bits: 1 sends, 2 receives. */
enum sdp_dir {
	SDP_INACTIVE = 0,
	SDP_SENDONLY = 1,
	SDP_RECVONLY = 2,
	SDP_SENDRECV = 3,
};

enum sdp_setup {
	SDP_SETUP_NONE, /* not said */
	SDP_SETUP_ACTPASS,
	SDP_SETUP_ACTIVE,
	SDP_SETUP_PASSIVE,
	SDP_SETUP_HOLDCONN,
};

enum sdp_hash {
	SDP_HASH_NONE,
	SDP_SHA256,
	SDP_SHA384,
	SDP_SHA512,
};

struct sdp_media {
	enum sdp_kind kind;
	uint16_t port;
	struct span kind_text; /* "audio" */
	struct span proto;     /* "UDP/TLS/RTP/SAVPF" */
	struct span fmts;      /* "111 63 9": take apart with sdp_word */
	struct span body;      /* the lines below the m= line */
};

struct sdp {
	struct span session; /* the lines before the first m= */
	unsigned media_count;
	struct sdp_media media[SDP_MEDIA_MAX];
};

/* Cuts a description into its parts.
 * text     borrowed; spans in ret_sdp point into it
 * 0 fine; -ERR_FULL a limit above is passed; -ERR_PROTO it does not begin with v=0, or an m= line
 * lacks a field or has a port that is none; ret_sdp untouched then. RFC 8866 5, 9 */
NODISCARD int sdp_parse(struct span text, struct sdp *ret_sdp);

/* ── Attributes of one part ── */
struct sdp_attr {
	struct span name;  /* "rtpmap" */
	struct span value; /* after the colon, blanks at both ends cut; empty when there is none */
};

struct sdp_attrs {
	struct span rest;
};

/* Begins a walk over the a= lines of sdp->session or of a media's body. */
static inline struct sdp_attrs sdp_attrs(struct span part)
{
	return (struct sdp_attrs){.rest = part};
}

/* The next a= line; false at the end. */
bool sdp_attr_next(struct sdp_attrs *it, struct sdp_attr *ret_attr);

/* The first attribute of that name in a part. false: none. ret_value may be NULL. */
bool sdp_attr_find(struct span part, const char *name, struct span *ret_value);

/* The same, first in the media, then in the session part: for what both levels may carry
 * (ice-ufrag, ice-pwd, fingerprint, setup, ice-options, extmap-allow-mixed, direction). */
bool sdp_attr_find_both(const struct sdp *sdp, const struct sdp_media *media, const char *name,
                        struct span *ret_value);

/* a=sendrecv and the like: the media's own, else the session's, else sendrecv. RFC 8866 6.7 */
enum sdp_dir sdp_dir(const struct sdp *sdp, const struct sdp_media *media);
const char *sdp_dir_name(enum sdp_dir dir);
/* What the other side sees: sendonly becomes recvonly and back. */
enum sdp_dir sdp_dir_reverse(enum sdp_dir dir);

/* Takes the next word (blanks separate) from the front of *rest; empty at the end. */
struct span sdp_word(struct span *rest);

/* Is it a token (RFC 8866 9), 1 to `max` long? Only such text may be written into an answer. */
bool sdp_is_token(struct span s, size_t max);

/* Letters-case-free comparison with ASCII text. */
bool sdp_is(struct span s, const char *text);

/* A decimal number of at most `max`, the whole of s. -ERR_PROTO otherwise. */
NODISCARD int sdp_number(struct span s, uint64_t max, uint64_t *ret_value);

/* ── Values ── each: 0 fine, -ERR_PROTO malformed (skip that line), ret_ untouched then. */

/* a=rtpmap:111 opus/48000/2. RFC 8866 6.6 */
struct sdp_rtpmap {
	uint8_t pt;
	struct span name;
	uint32_t clock;
	uint8_t channels; /* 1 when not said */
};
NODISCARD int sdp_rtpmap_parse(struct span value, struct sdp_rtpmap *ret);

/* a=fmtp:97 apt=96. params: look inside with sdp_fmtp_param. RFC 8866 6.15 */
struct sdp_fmtp {
	uint8_t pt;
	struct span params;
};
NODISCARD int sdp_fmtp_parse(struct span value, struct sdp_fmtp *ret);
/* The value of `key` in "a=1;b=2" (blanks around are cut, key's case does not matter). */
bool sdp_fmtp_param(struct span params, const char *key, struct span *ret_value);

/* a=rtcp-fb:96 nack pli, a=rtcp-fb:* nack. RFC 4585 4.2 */
struct sdp_rtcp_fb {
	int pt;            /* -1: all ("*") */
	struct span type;  /* "nack" */
	struct span param; /* "pli"; may be empty */
};
NODISCARD int sdp_rtcp_fb_parse(struct span value, struct sdp_rtcp_fb *ret);

/* a=extmap:4/recvonly URI attributes. RFC 8285 8 */
struct sdp_extmap {
	uint8_t id; /* 1..255 */
	enum sdp_dir dir;
	bool has_dir;
	struct span uri;
};
NODISCARD int sdp_extmap_parse(struct span value, struct sdp_extmap *ret);

/* a=rid:q send max-width=320. RFC 8851 10 */
struct sdp_rid {
	struct span id; /* letters, digits, '-', '_' */
	bool send;      /* else recv */
	struct span params;
};
NODISCARD int sdp_rid_parse(struct span value, struct sdp_rid *ret);

/* a=simulcast:send q;~h;f,g recv x. RFC 8853 5.1 */
struct sdp_simulcast {
	struct span send; /* "q;~h;f,g"; empty when that direction is missing */
	struct span recv;
};
NODISCARD int sdp_simulcast_parse(struct span value, struct sdp_simulcast *ret);
/* Takes the next stream from a list: its first alternative. false at the end. */
bool sdp_simulcast_next(struct span *list, struct span *ret_rid, bool *ret_paused);

/* a=ssrc:1234 cname:x. RFC 5576 4.1 */
struct sdp_ssrc {
	uint32_t ssrc;
	struct span name;
	struct span value;
};
NODISCARD int sdp_ssrc_parse(struct span value, struct sdp_ssrc *ret);

/* a=ssrc-group:FID 1 2; SSRCs above the limit are left out. RFC 5576 4.2 */
struct sdp_ssrc_group {
	struct span semantics;
	unsigned count;
	uint32_t ssrcs[SDP_GROUP_SSRCS_MAX];
};
NODISCARD int sdp_ssrc_group_parse(struct span value, struct sdp_ssrc_group *ret);

/* a=msid:stream track. RFC 8830 2 */
struct sdp_msid {
	struct span stream;
	struct span track; /* may be empty */
};
NODISCARD int sdp_msid_parse(struct span value, struct sdp_msid *ret);

/* a=group:BUNDLE 0 1. RFC 5888 5 */
struct sdp_group {
	struct span semantics;
	struct span mids; /* take apart with sdp_word */
};
NODISCARD int sdp_group_parse(struct span value, struct sdp_group *ret);

/* a=fingerprint:sha-256 AB:CD... -ERR_UNSUPP: another hash function. RFC 8122 5 */
struct sdp_fingerprint {
	enum sdp_hash hash;
	uint8_t len; /* 32, 48 or 64 */
	uint8_t bytes[SDP_FINGERPRINT_MAX];
};
NODISCARD int sdp_fingerprint_parse(struct span value, struct sdp_fingerprint *ret);
const char *sdp_hash_name(enum sdp_hash hash); /* "sha-256" */

/* a=setup:actpass. RFC 4145 4 */
NODISCARD int sdp_setup_parse(struct span value, enum sdp_setup *ret);

/* a=candidate:1 1 udp 2130706431 192.0.2.1 5000 typ host. RFC 8839 5.1, RFC 6544 4.5 */
struct sdp_candidate {
	struct span foundation;
	uint16_t component;
	bool tcp;
	uint32_t priority;
	struct span host;    /* as written */
	struct addr addr;    /* none when the host is a name (mDNS) */
	struct span type;    /* "host", "srflx", "prflx", "relay" */
	struct span tcptype; /* "active", "passive", "so", or empty */
};
NODISCARD int sdp_candidate_parse(struct span value, struct sdp_candidate *ret);

#endif
