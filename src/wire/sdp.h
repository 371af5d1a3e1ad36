/* Session descriptions (RFC 8866) as a browser writes them: a tolerant reader that allocates
 * nothing.
 *
 * sdp_parse cuts a text into its session part and its m-lines and checks every bound once; the
 * results are spans into the text. What stands inside is found by walking the attributes of one
 * part (sdp_attrs, sdp_attr_next); sdp_value.h takes their values apart.
 * Lines end in CRLF, LF or CR. Lines and attributes that mean nothing to us are passed over.
 * The text must outlive everything parsed from it. Safe from any thread. */
#ifndef WIRE_SDP_H
#define WIRE_SDP_H

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
/* "recvonly" and its like; false: another word. */
bool sdp_dir_parse(struct span s, enum sdp_dir *ret);

/* Takes the next word (blanks separate) from the front of *rest; empty at the end. */
struct span sdp_word(struct span *rest);

/* Takes what stands before `sep` from the front of *rest, and the separator; all when there is
 * none. Blanks stay. */
struct span sdp_cut(struct span *rest, uint8_t sep);

/* Without the blanks at both ends. */
struct span sdp_trim(struct span s);

/* Is it a token (RFC 8866 9), 1 to `max` long? Only such text may be written into an answer. */
bool sdp_is_token(struct span s, size_t max);

/* Letters-case-free comparison with ASCII text. */
bool sdp_is(struct span s, const char *text);

/* A decimal number of at most `max`, the whole of s. -ERR_PROTO otherwise. */
NODISCARD int sdp_number(struct span s, uint64_t max, uint64_t *ret_value);

#endif
