/* The values of SDP attributes: one small parser each, over what sdp_attr_next gives.
 *
 * Each returns 0, or -ERR_PROTO when malformed (pass over that line; ret is untouched then). The
 * results are spans into the value. Nothing allocates. Safe from any thread. */
#ifndef WIRE_SDP_VALUE_H
#define WIRE_SDP_VALUE_H

#include "base/addr.h"
#include "base/bytes.h"
#include "base/err.h"
#include "wire/sdp.h"

#include <stdbool.h>
#include <stdint.h>

enum {
	SDP_FINGERPRINT_MAX = 64, /* bytes: SHA-512 */
	SDP_GROUP_SSRCS_MAX = 8,  /* SSRCs taken from one a=ssrc-group */
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
