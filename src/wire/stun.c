/* STUN messages. Read from stun_parse, which walks the attributes once and hands each to
 * take_attr; the writers are at the end. */
#include "wire/stun.h"

#define COOKIE 0x2112a442u
#define FINGERPRINT_XOR 0x5354554eu

enum {
	ATTR_HEADER_LEN = 4,
	INTEGRITY_LEN = ATTR_HEADER_LEN + STUN_HMAC_LEN,
	FINGERPRINT_LEN = ATTR_HEADER_LEN + 4,
	FAMILY_IPV4 = 1,
	FAMILY_IPV6 = 2,
};

/* CRC-32 of ISO 3309, four bits a step: messages are short and rare. */
static uint32_t crc32(struct span s)
{
	static const uint32_t table[16] = {
		0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4,
		0x4db26158, 0x5005713c, 0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c,
		0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
	};
	uint32_t crc = 0xffffffff;
	for (size_t i = 0; i < s.len; i++) {
		crc ^= s.ptr[i];
		crc = crc >> 4 ^ table[crc & 15];
		crc = crc >> 4 ^ table[crc & 15];
	}
	return ~crc;
}

static size_t padded(size_t len)
{
	return (len + 3) & ~(size_t)3;
}

bool stun_is(struct span pkt)
{
	return pkt.len >= STUN_HEADER_LEN && pkt.ptr[0] < 4 && get_u32(pkt.ptr + 4) == COOKIE &&
		   (pkt.len & 3) == 0 && get_u16(pkt.ptr + 2) == pkt.len - STUN_HEADER_LEN;
}

/* MAPPED-ADDRESS and the XOR form; mask: 16 bytes that are laid over the address, the first two
 * also over the port. RFC 8489 14.1, 14.2 */
static int parse_addr(struct span value, const uint8_t mask[16], struct addr *ret_addr)
{
	if (value.len < 4)
		return -ERR_PROTO;
	struct addr a = {0};
	size_t len;
	if (value.ptr[1] == FAMILY_IPV4) {
		a.family = 4;
		len = 4;
	} else if (value.ptr[1] == FAMILY_IPV6) {
		a.family = 6;
		len = 16;
	} else {
		return -ERR_PROTO;
	}
	if (value.len != 4 + len)
		return -ERR_PROTO;
	a.port = get_u16(value.ptr + 2) ^ get_u16(mask);
	for (size_t i = 0; i < len; i++)
		a.host[i] = value.ptr[4 + i] ^ mask[i];
	*ret_addr = a;
	return 0;
}

int stun_parse_xor_addr(struct span pkt, struct span value, struct addr *ret_addr)
{
	if (pkt.len < STUN_HEADER_LEN)
		return -ERR_PROTO;
	return parse_addr(value, pkt.ptr + 4, ret_addr); /* the cookie, then the transaction id */
}

/* One attribute header and its value, with the padding passed over. False: none, or cut. */
static bool next_attr(struct rd *r, uint16_t *ret_type, struct span *ret_value)
{
	if (rd_left(r) == 0)
		return false;
	*ret_type = rd_u16(r);
	size_t len = rd_u16(r);
	*ret_value = rd_take(r, len);
	rd_skip(r, padded(len) - len);
	return !r->bad;
}

/* What a message may say only once, kept while it is read. */
struct seen {
	bool xor_mapped;
	bool mapped;
};

static int take_mapped(struct stun *msg, struct seen *seen, struct span pkt, uint16_t type,
					   struct span value)
{
	static const uint8_t plain[16] = {0};
	struct addr a;
	bool is_xor = type == STUN_ATTR_XOR_MAPPED_ADDRESS;
	if (parse_addr(value, is_xor ? pkt.ptr + 4 : plain, &a) < 0)
		return -ERR_PROTO;
	if (is_xor ? !seen->xor_mapped : !seen->xor_mapped && !seen->mapped)
		msg->mapped = a;
	if (is_xor)
		seen->xor_mapped = true;
	else
		seen->mapped = true;
	return 0;
}

/* RFC 8489 14.8 */
static int take_error(struct stun *msg, struct span value)
{
	if (value.len < 4)
		return -ERR_PROTO;
	unsigned hundreds = value.ptr[2] & 7;
	unsigned number = value.ptr[3];
	if (hundreds < 3 || hundreds > 6 || number > 99)
		return -ERR_PROTO;
	if (msg->error_code == 0) {
		msg->error_code = (uint16_t)(hundreds * 100 + number);
		msg->reason = span_sub(value, 4, value.len);
	}
	return 0;
}

/* RFC 8445 7.1.3: one role, not both. */
static int take_role(struct stun *msg, bool controlling, struct span value)
{
	if (value.len != 8 || (controlling ? msg->ice_controlled : msg->ice_controlling))
		return -ERR_PROTO;
	if (msg->ice_controlled || msg->ice_controlling)
		return 0;
	struct rd r = rd_init(value);
	msg->tiebreaker = rd_u64(&r);
	msg->ice_controlling = controlling;
	msg->ice_controlled = !controlling;
	return 0;
}

static void take_first(struct span *ret_value, struct span value)
{
	if (!ret_value->ptr)
		*ret_value = value;
}

static int take_attr(struct stun *msg, struct seen *seen, struct span pkt, uint16_t type,
					 struct span value)
{
	switch (type) {
	case STUN_ATTR_USERNAME:
		if (value.len > STUN_USERNAME_MAX)
			return -ERR_PROTO;
		take_first(&msg->username, value);
		return 0;
	case STUN_ATTR_REALM:
		take_first(&msg->realm, value);
		return 0;
	case STUN_ATTR_NONCE:
		take_first(&msg->nonce, value);
		return 0;
	case STUN_ATTR_MAPPED_ADDRESS:
	case STUN_ATTR_XOR_MAPPED_ADDRESS:
		return take_mapped(msg, seen, pkt, type, value);
	case STUN_ATTR_ERROR_CODE:
		return take_error(msg, value);
	case STUN_ATTR_UNKNOWN_ATTRIBUTES:
		return 0;
	case STUN_ATTR_PRIORITY:
		if (value.len != 4)
			return -ERR_PROTO;
		if (!msg->has_priority)
			msg->priority = get_u32(value.ptr);
		msg->has_priority = true;
		return 0;
	case STUN_ATTR_USE_CANDIDATE:
		msg->use_candidate = true;
		return value.len == 0 ? 0 : -ERR_PROTO;
	case STUN_ATTR_ICE_CONTROLLING:
		return take_role(msg, true, value);
	case STUN_ATTR_ICE_CONTROLLED:
		return take_role(msg, false, value);
	default:
		/* RFC 8489 14: below 0x8000 it must be understood. */
		if (type < 0x8000) {
			if (msg->unknown_count < STUN_UNKNOWN_MAX)
				msg->unknown[msg->unknown_count] = type;
			msg->unknown_count++;
		}
		return 0;
	}
}

/* RFC 8489 14.7: over the message up to the attribute, with the length that covers it, which is
 * the one that stands there as the attribute is the last. */
static bool fingerprint_fits(struct span pkt, struct span value)
{
	if (value.len != 4)
		return false;
	struct span covered = span_sub(pkt, 0, pkt.len - FINGERPRINT_LEN);
	return (crc32(covered) ^ FINGERPRINT_XOR) == get_u32(value.ptr);
}

int stun_parse(struct span pkt, struct stun *ret_msg)
{
	if (!stun_is(pkt))
		return -ERR_PROTO;
	struct stun msg = {0};
	struct seen seen = {0};
	/* RFC 8489 5: the class bits stand between those of the method. */
	unsigned type = get_u16(pkt.ptr);
	msg.cls = (enum stun_class)((type >> 7 & 2) | (type >> 4 & 1));
	msg.method = (uint16_t)((type & 0xf) | (type >> 1 & 0x70) | (type >> 2 & 0xf80));
	memcpy(msg.txid, pkt.ptr + 8, STUN_TXID_LEN);

	struct rd r = rd_init(span_sub(pkt, STUN_HEADER_LEN, pkt.len));
	for (int n = 0; rd_left(&r) > 0; n++) {
		size_t at = (size_t)(r.ptr - pkt.ptr);
		uint16_t attr;
		struct span value;
		if (n == STUN_ATTRS_MAX || !next_attr(&r, &attr, &value))
			return -ERR_PROTO;
		if (attr == STUN_ATTR_FINGERPRINT) {
			if (rd_left(&r) > 0 || !fingerprint_fits(pkt, value))
				return -ERR_PROTO;
			msg.has_fingerprint = true;
		} else if (msg.has_integrity) {
			continue; /* RFC 8489 14.5: unprotected, so not believed */
		} else if (attr == STUN_ATTR_MESSAGE_INTEGRITY) {
			if (value.len != STUN_HMAC_LEN)
				return -ERR_PROTO;
			msg.has_integrity = true;
			msg.integrity = value;
			msg.integrity_at = at;
		} else if (take_attr(&msg, &seen, pkt, attr, value) < 0) {
			return -ERR_PROTO;
		}
	}
	*ret_msg = msg;
	return 0;
}

bool stun_find(struct span pkt, uint16_t type, struct span *ret_value)
{
	if (!stun_is(pkt))
		return false;
	struct rd r = rd_init(span_sub(pkt, STUN_HEADER_LEN, pkt.len));
	uint16_t attr;
	struct span value;
	while (next_attr(&r, &attr, &value)) {
		if (attr == type) {
			*ret_value = value;
			return true;
		}
		if (attr == STUN_ATTR_MESSAGE_INTEGRITY)
			return false;
	}
	return false;
}

void stun_integrity_input(const struct stun *msg, struct span pkt, struct stun_mac *ret_mac)
{
	BUG_IF(!msg->has_integrity || msg->integrity_at + INTEGRITY_LEN > pkt.len);
	memcpy(ret_mac->head, pkt.ptr, STUN_HEADER_LEN);
	put_u16(ret_mac->head + 2, (uint16_t)(msg->integrity_at + INTEGRITY_LEN - STUN_HEADER_LEN));
	ret_mac->body = span_sub(pkt, STUN_HEADER_LEN, msg->integrity_at - STUN_HEADER_LEN);
}

int stun_split_username(struct span username, struct span *ret_to, struct span *ret_from)
{
	const uint8_t *colon = username.len ? memchr(username.ptr, ':', username.len) : NULL;
	if (!colon)
		return -ERR_PROTO;
	size_t at = (size_t)(colon - username.ptr);
	*ret_to = span_sub(username, 0, at);
	*ret_from = span_sub(username, at + 1, username.len);
	return 0;
}

/* ── Writing ── */

/* Sets the header's length to what stands there, and `more` that is still to come. */
static void set_length(struct wr *w, size_t more)
{
	size_t len = wr_len(w) - STUN_HEADER_LEN + more;
	if (len > UINT16_MAX)
		w->bad = true;
	if (!w->bad)
		wr_patch_u16(w, 2, (uint16_t)len);
}

void stun_write_begin(struct wr *w, enum stun_class cls, uint16_t method,
					  const uint8_t txid[STUN_TXID_LEN])
{
	BUG_IF(w->ptr != w->start);
	unsigned c = cls;
	unsigned m = method;
	wr_u16(w, (uint16_t)((m & 0xf) | (m & 0x70) << 1 | (m & 0xf80) << 2 | (c & 1) << 4 |
						 (c & 2) << 7));
	wr_u16(w, 0);
	wr_u32(w, COOKIE);
	wr_bytes(w, span_of(txid, STUN_TXID_LEN));
}

void stun_write_attr(struct wr *w, uint16_t type, struct span value)
{
	if (value.len > UINT16_MAX)
		w->bad = true;
	wr_u16(w, type);
	wr_u16(w, (uint16_t)value.len);
	wr_bytes(w, value);
	wr_uint(w, 0, padded(value.len) - value.len);
	set_length(w, 0);
}

void stun_write_attr_u32(struct wr *w, uint16_t type, uint32_t value)
{
	uint8_t v[4];
	put_u32(v, value);
	stun_write_attr(w, type, span_of(v, sizeof(v)));
}

void stun_write_xor_addr(struct wr *w, uint16_t type, const struct addr *a)
{
	if (w->bad)
		return;
	const uint8_t *mask = w->start + 4;
	uint8_t v[20] = {0};
	size_t len = a->family == 4 ? 4 : 16;
	v[1] = a->family == 4 ? FAMILY_IPV4 : FAMILY_IPV6;
	put_u16(v + 2, a->port ^ get_u16(mask));
	for (size_t i = 0; i < len; i++)
		v[4 + i] = a->host[i] ^ mask[i];
	stun_write_attr(w, type, span_of(v, 4 + len));
}

static const char *phrase(unsigned code)
{
	switch (code) {
	case STUN_BAD_REQUEST:
		return "Bad Request";
	case STUN_UNAUTHENTICATED:
		return "Unauthenticated";
	case STUN_UNKNOWN_ATTRIBUTE:
		return "Unknown Attribute";
	case STUN_ROLE_CONFLICT:
		return "Role Conflict";
	case STUN_SERVER_ERROR:
		return "Server Error";
	default:
		return "";
	}
}

void stun_write_error_code(struct wr *w, unsigned code, const char *reason)
{
	struct span text = span_str(reason ? reason : phrase(code));
	wr_u16(w, STUN_ATTR_ERROR_CODE);
	wr_u16(w, (uint16_t)(4 + text.len));
	wr_u16(w, 0);
	wr_u8(w, (uint8_t)(code / 100 & 7));
	wr_u8(w, (uint8_t)(code % 100));
	wr_bytes(w, text);
	wr_uint(w, 0, padded(text.len) - text.len);
	set_length(w, 0);
}

struct span stun_write_integrity_begin(struct wr *w)
{
	set_length(w, INTEGRITY_LEN);
	return wr_span(w);
}

void stun_write_integrity(struct wr *w, const uint8_t hmac[STUN_HMAC_LEN])
{
	stun_write_attr(w, STUN_ATTR_MESSAGE_INTEGRITY, span_of(hmac, STUN_HMAC_LEN));
}

void stun_write_fingerprint(struct wr *w)
{
	set_length(w, FINGERPRINT_LEN);
	stun_write_attr_u32(w, STUN_ATTR_FINGERPRINT, crc32(wr_span(w)) ^ FINGERPRINT_XOR);
}

void stun_write_success(struct wr *w, const uint8_t txid[STUN_TXID_LEN], const struct addr *mapped)
{
	stun_write_begin(w, STUN_SUCCESS, STUN_BINDING, txid);
	stun_write_xor_addr(w, STUN_ATTR_XOR_MAPPED_ADDRESS, mapped);
}

void stun_write_error(struct wr *w, const struct stun *req, enum stun_code code)
{
	stun_write_begin(w, STUN_ERROR, STUN_BINDING, req->txid);
	stun_write_error_code(w, code, NULL);
	if (code != STUN_UNKNOWN_ATTRIBUTE)
		return;
	uint8_t list[STUN_UNKNOWN_MAX * 2];
	size_t len = 0;
	for (int i = 0; i < req->unknown_count && i < STUN_UNKNOWN_MAX; i++, len += 2)
		put_u16(list + len, req->unknown[i]);
	stun_write_attr(w, STUN_ATTR_UNKNOWN_ATTRIBUTES, span_of(list, len));
}

void stun_write_check(struct wr *w, const struct stun_check *check)
{
	stun_write_begin(w, STUN_REQUEST, STUN_BINDING, check->txid);
	if (!check->username)
		return;
	stun_write_attr(w, STUN_ATTR_USERNAME, span_str(check->username));
	uint8_t tiebreaker[8];
	put_u32(tiebreaker, (uint32_t)(check->tiebreaker >> 32));
	put_u32(tiebreaker + 4, (uint32_t)check->tiebreaker);
	stun_write_attr(w, check->controlling ? STUN_ATTR_ICE_CONTROLLING : STUN_ATTR_ICE_CONTROLLED,
					span_of(tiebreaker, sizeof(tiebreaker)));
	if (check->use_candidate)
		stun_write_attr(w, STUN_ATTR_USE_CANDIDATE, span_of(NULL, 0));
	stun_write_attr_u32(w, STUN_ATTR_PRIORITY, check->priority);
}
