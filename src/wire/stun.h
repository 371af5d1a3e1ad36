/* STUN messages (RFC 8489) with the attributes of ICE (RFC 8445): read and written, never sent.
 *
 * Reading: `stun_is` for the first look, `stun_parse` for the whole; every span of `struct stun`
 * points into the packet. MESSAGE-INTEGRITY is found here but not judged: the HMAC belongs to
 * who holds the key and a crypto library, and `stun_integrity_input` gives what to feed it.
 *
 * Writing: into a cursor at whose start the message begins. `stun_write_begin`, attributes, then
 * by choice the two steps of the integrity, then by choice the fingerprint. The length in the
 * header is right after every step. When room runs out the cursor is bad and stays so.
 *
 *     stun_write_success(&w, msg.txid, &from);
 *     hmac_sha1(key, stun_write_integrity_begin(&w), tag);
 *     stun_write_integrity(&w, tag);
 *     stun_write_fingerprint(&w);
 *
 * Only the form with the magic cookie is spoken (not RFC 3489). Safe from any thread. */
#ifndef WIRE_STUN_H
#define WIRE_STUN_H

#include "base/addr.h"
#include "base/bytes.h"
#include "base/err.h"

enum {
	STUN_HEADER_LEN = 20,
	STUN_TXID_LEN = 12,
	STUN_HMAC_LEN = 20,     /* the value of MESSAGE-INTEGRITY */
	STUN_USERNAME_MAX = 508, /* RFC 8489 14.3: fewer than 509 bytes */
	STUN_ATTRS_MAX = 64,    /* attributes in one message; more is an attack */
	STUN_UNKNOWN_MAX = 8,   /* of the unknown ones, how many are kept to be listed */
};

/* RFC 8489 5: the two class bits. */
enum stun_class {
	STUN_REQUEST = 0,
	STUN_INDICATION = 1,
	STUN_SUCCESS = 2,
	STUN_ERROR = 3,
};

/* Binding, and TURN's (RFC 8656 17) for the ends that use a relay. */
enum stun_method {
	STUN_BINDING = 0x001,
	STUN_ALLOCATE = 0x003,
	STUN_REFRESH = 0x004,
	STUN_SEND = 0x006,
	STUN_DATA = 0x007,
	STUN_CREATE_PERMISSION = 0x008,
	STUN_CHANNEL_BIND = 0x009,
};

enum stun_attr {
	STUN_ATTR_MAPPED_ADDRESS = 0x0001,
	STUN_ATTR_USERNAME = 0x0006,
	STUN_ATTR_MESSAGE_INTEGRITY = 0x0008,
	STUN_ATTR_ERROR_CODE = 0x0009,
	STUN_ATTR_UNKNOWN_ATTRIBUTES = 0x000a,
	STUN_ATTR_CHANNEL_NUMBER = 0x000c,
	STUN_ATTR_LIFETIME = 0x000d,
	STUN_ATTR_XOR_PEER_ADDRESS = 0x0012,
	STUN_ATTR_DATA = 0x0013,
	STUN_ATTR_REALM = 0x0014,
	STUN_ATTR_NONCE = 0x0015,
	STUN_ATTR_XOR_RELAYED_ADDRESS = 0x0016,
	STUN_ATTR_REQUESTED_TRANSPORT = 0x0019,
	STUN_ATTR_MESSAGE_INTEGRITY_SHA256 = 0x001c,
	STUN_ATTR_XOR_MAPPED_ADDRESS = 0x0020,
	STUN_ATTR_PRIORITY = 0x0024,
	STUN_ATTR_USE_CANDIDATE = 0x0025,
	STUN_ATTR_SOFTWARE = 0x8022,
	STUN_ATTR_FINGERPRINT = 0x8028,
	STUN_ATTR_ICE_CONTROLLED = 0x8029,
	STUN_ATTR_ICE_CONTROLLING = 0x802a,
};

/* Codes we send ourselves; each has its phrase. */
enum stun_code {
	STUN_BAD_REQUEST = 400,
	STUN_UNAUTHENTICATED = 401,
	STUN_UNKNOWN_ATTRIBUTE = 420,
	STUN_ROLE_CONFLICT = 487,
	STUN_SERVER_ERROR = 500,
};

struct stun {
	/* header */
	enum stun_class cls;
	uint16_t method;
	uint8_t txid[STUN_TXID_LEN];

	/* credentials; spans into the packet, empty when absent */
	struct span username; /* at most STUN_USERNAME_MAX */
	struct span realm;
	struct span nonce;
	struct span integrity; /* the 20 bytes of MESSAGE-INTEGRITY */
	size_t integrity_at;   /* where that attribute begins in the packet */

	/* connectivity checks (RFC 8445 7.1) */
	uint32_t priority;
	uint64_t tiebreaker; /* of ICE-CONTROLLING or ICE-CONTROLLED */
	bool has_priority;
	bool use_candidate;
	bool ice_controlling;
	bool ice_controlled;

	/* responses */
	struct addr mapped;  /* XOR-MAPPED-ADDRESS, or else MAPPED-ADDRESS; none when absent */
	uint16_t error_code; /* 300 to 699; 0 when absent */
	struct span reason;

	/* what was found */
	bool has_integrity;
	bool has_fingerprint;  /* and it was right */
	uint8_t unknown_count; /* comprehension-required and not known here; may exceed the list */
	uint16_t unknown[STUN_UNKNOWN_MAX];
};

/* Might this datagram be STUN? First byte 0 to 3 (RFC 7983 7), length and magic cookie fit. */
bool stun_is(struct span pkt);

/* Reads one message that fills pkt exactly.
 * Of an attribute that comes twice the first counts. What follows MESSAGE-INTEGRITY is ignored,
 * but for FINGERPRINT, which must be the last and is verified. TURN's attributes count as
 * unknown (a client of a relay fetches them with stun_find).
 * 0; -ERR_PROTO malformed, or FINGERPRINT is wrong. RFC 8489 5, 6.3, 14; RFC 8445 16.1 */
NODISCARD int stun_parse(struct span pkt, struct stun *ret_msg);

/* The value of the first attribute of a type before MESSAGE-INTEGRITY. pkt has passed
 * stun_parse. False: absent, or pkt is no message. */
bool stun_find(struct span pkt, uint16_t type, struct span *ret_value);

/* An attribute of the XOR form as an address. pkt for the transaction id.
 * -ERR_PROTO malformed. RFC 8489 14.2 */
NODISCARD int stun_parse_xor_addr(struct span pkt, struct span value, struct addr *ret_addr);

/* What MESSAGE-INTEGRITY covers: `head`, then `body`. The header's length is replaced by one that
 * ends behind the attribute (RFC 8489 14.5). */
struct stun_mac {
	uint8_t head[STUN_HEADER_LEN];
	struct span body; /* borrowed from the packet */
};

/* msg is of pkt and has_integrity. Compare the result with msg->integrity by span_eq_secret. */
void stun_integrity_input(const struct stun *msg, struct span pkt, struct stun_mac *ret_mac);

/* Splits a USERNAME of ICE at its colon: the receiver's ufrag, then the sender's
 * (RFC 8445 7.2.2). -ERR_PROTO: no colon. */
NODISCARD int stun_split_username(struct span username, struct span *ret_to, struct span *ret_from);

/* ── Writing: the parts ── */

/* The header. The cursor must stand at its start. */
void stun_write_begin(struct wr *w, enum stun_class cls, uint16_t method,
					  const uint8_t txid[STUN_TXID_LEN]);

/* Any attribute; padded with zeros. */
void stun_write_attr(struct wr *w, uint16_t type, struct span value);
void stun_write_attr_u32(struct wr *w, uint16_t type, uint32_t value);

/* XOR-MAPPED-ADDRESS and its kin; a is IPv4 or IPv6. */
void stun_write_xor_addr(struct wr *w, uint16_t type, const struct addr *a);

/* ERROR-CODE. reason: NULL for the usual phrase. */
void stun_write_error_code(struct wr *w, unsigned code, const char *reason);

/* First step: sets the length as the HMAC wants it and gives the bytes to authenticate, the
 * message so far; empty when the cursor is bad. The second step must follow at once. */
struct span stun_write_integrity_begin(struct wr *w);
void stun_write_integrity(struct wr *w, const uint8_t hmac[STUN_HMAC_LEN]);

/* FINGERPRINT, always last. */
void stun_write_fingerprint(struct wr *w);

/* ── Writing: whole messages, before integrity and fingerprint ── */

/* A Binding success response. mapped: where the request came from. RFC 8489 7.3 */
void stun_write_success(struct wr *w, const uint8_t txid[STUN_TXID_LEN], const struct addr *mapped);

/* A Binding error response. req: the request answered; at 420 its unknown attributes are listed
 * (the first STUN_UNKNOWN_MAX of them). */
void stun_write_error(struct wr *w, const struct stun *req, enum stun_code code);

/* A connectivity check, for the ends that send them. */
struct stun_check {
	uint8_t txid[STUN_TXID_LEN];
	const char *username; /* "theirs:ours"; NULL for a bare Binding request */
	uint32_t priority;
	uint64_t tiebreaker;
	bool controlling;
	bool use_candidate;
};

void stun_write_check(struct wr *w, const struct stun_check *check);

#endif
