/* Taking attribute values apart. One function an attribute, in the order of the header; each cuts
 * words from the front and checks them before it writes its result. */
#include "wire/sdp_value.h"

/* ── Numbers ── */

static bool number_u8(struct span s, uint8_t max, uint8_t *ret)
{
	uint64_t v;

	if (sdp_number(s, max, &v) < 0)
		return false;
	*ret = (uint8_t)v;
	return true;
}

static bool number_u32(struct span s, uint32_t *ret)
{
	uint64_t v;

	if (sdp_number(s, UINT32_MAX, &v) < 0)
		return false;
	*ret = (uint32_t)v;
	return true;
}

/* ── Codecs and feedback ── */

int sdp_rtpmap_parse(struct span value, struct sdp_rtpmap *ret)
{
	struct sdp_rtpmap map = {.channels = 1};

	if (!number_u8(sdp_word(&value), 127, &map.pt))
		return -ERR_PROTO;
	struct span format = sdp_word(&value);
	map.name = sdp_cut(&format, '/');
	struct span clock = sdp_cut(&format, '/');
	if (map.name.len == 0 || !number_u32(clock, &map.clock))
		return -ERR_PROTO;
	if (format.len && !number_u8(format, UINT8_MAX, &map.channels))
		return -ERR_PROTO;
	*ret = map;
	return 0;
}

int sdp_fmtp_parse(struct span value, struct sdp_fmtp *ret)
{
	struct sdp_fmtp fmtp;

	if (!number_u8(sdp_word(&value), 127, &fmtp.pt))
		return -ERR_PROTO;
	fmtp.params = sdp_trim(value);
	*ret = fmtp;
	return 0;
}

bool sdp_fmtp_param(struct span params, const char *key, struct span *ret_value)
{
	while (params.len) {
		struct span value = sdp_cut(&params, ';');
		struct span name = sdp_trim(sdp_cut(&value, '='));
		if (!sdp_is(name, key))
			continue;
		*ret_value = sdp_trim(value);
		return true;
	}
	return false;
}

int sdp_rtcp_fb_parse(struct span value, struct sdp_rtcp_fb *ret)
{
	struct sdp_rtcp_fb fb = {.pt = -1};
	struct span pt = sdp_word(&value);
	uint8_t number;

	if (!span_is(pt, "*")) {
		if (!number_u8(pt, 127, &number))
			return -ERR_PROTO;
		fb.pt = number;
	}
	fb.type = sdp_word(&value);
	fb.param = sdp_trim(value);
	if (fb.type.len == 0)
		return -ERR_PROTO;
	*ret = fb;
	return 0;
}

int sdp_extmap_parse(struct span value, struct sdp_extmap *ret)
{
	struct sdp_extmap map = {.dir = SDP_SENDRECV};
	struct span dir = sdp_word(&value);
	struct span id = sdp_cut(&dir, '/');

	/* 0 is padding, RFC 8285 4.1.2 */
	if (!number_u8(id, UINT8_MAX, &map.id) || map.id == 0)
		return -ERR_PROTO;
	if (dir.len) {
		if (!sdp_dir_parse(dir, &map.dir))
			return -ERR_PROTO;
		map.has_dir = true;
	}
	map.uri = sdp_word(&value);
	if (map.uri.len == 0)
		return -ERR_PROTO;
	*ret = map;
	return 0;
}

/* ── Simulcast ── */

static bool is_rid(struct span s)
{
	for (size_t i = 0; i < s.len; i++) {
		uint8_t c = s.ptr[i];
		bool letter = (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
		if (!letter && !(c >= '0' && c <= '9') && c != '-' && c != '_')
			return false;
	}
	return s.len > 0;
}

int sdp_rid_parse(struct span value, struct sdp_rid *ret)
{
	struct sdp_rid rid = {.id = sdp_word(&value)};
	struct span dir = sdp_word(&value);

	if (!is_rid(rid.id) || (!span_is(dir, "send") && !span_is(dir, "recv")))
		return -ERR_PROTO;
	rid.send = span_is(dir, "send");
	rid.params = sdp_trim(value);
	*ret = rid;
	return 0;
}

int sdp_simulcast_parse(struct span value, struct sdp_simulcast *ret)
{
	struct sdp_simulcast sim = {.send = {NULL, 0}};

	for (unsigned i = 0; i < 2; i++) {
		struct span dir = sdp_word(&value), list = sdp_word(&value);
		if (dir.len == 0 && i == 1)
			break;
		struct span *side = span_is(dir, "send") ? &sim.send : &sim.recv;
		if ((side == &sim.recv && !span_is(dir, "recv")) || list.len == 0 || side->len)
			return -ERR_PROTO;
		*side = list;
	}
	*ret = sim;
	return 0;
}

bool sdp_simulcast_next(struct span *list, struct span *ret_rid, bool *ret_paused)
{
	while (list->len) {
		struct span stream = sdp_cut(list, ';');
		struct span rid = sdp_cut(&stream, ',');
		bool paused = rid.len && rid.ptr[0] == '~';
		if (paused)
			rid = span_sub(rid, 1, rid.len);
		if (!is_rid(rid))
			continue;
		*ret_rid = rid;
		*ret_paused = paused;
		return true;
	}
	return false;
}

/* ── Sources and groups ── */

int sdp_ssrc_parse(struct span value, struct sdp_ssrc *ret)
{
	struct sdp_ssrc ssrc;

	if (!number_u32(sdp_word(&value), &ssrc.ssrc))
		return -ERR_PROTO;
	value = sdp_trim(value);
	ssrc.name = sdp_cut(&value, ':');
	ssrc.value = value;
	*ret = ssrc;
	return 0;
}

int sdp_ssrc_group_parse(struct span value, struct sdp_ssrc_group *ret)
{
	struct sdp_ssrc_group group = {.semantics = sdp_word(&value)};

	if (group.semantics.len == 0)
		return -ERR_PROTO;
	for (;;) {
		struct span word = sdp_word(&value);
		uint32_t ssrc;
		if (word.len == 0)
			break;
		if (!number_u32(word, &ssrc))
			return -ERR_PROTO;
		if (group.count < SDP_GROUP_SSRCS_MAX)
			group.ssrcs[group.count++] = ssrc;
	}
	*ret = group;
	return 0;
}

int sdp_msid_parse(struct span value, struct sdp_msid *ret)
{
	struct sdp_msid msid = {.stream = sdp_word(&value)};

	if (msid.stream.len == 0)
		return -ERR_PROTO;
	msid.track = sdp_word(&value);
	*ret = msid;
	return 0;
}

int sdp_group_parse(struct span value, struct sdp_group *ret)
{
	struct sdp_group group = {.semantics = sdp_word(&value)};

	if (group.semantics.len == 0)
		return -ERR_PROTO;
	group.mids = sdp_trim(value);
	*ret = group;
	return 0;
}

/* ── Transport ── */

static const struct {
	const char *name;
	uint8_t len;
} hashes[] = {
	[SDP_HASH_NONE] = {"none", 0},
	[SDP_SHA256] = {"sha-256", 32},
	[SDP_SHA384] = {"sha-384", 48},
	[SDP_SHA512] = {"sha-512", 64},
};

const char *sdp_hash_name(enum sdp_hash hash)
{
	return hashes[hash].name;
}

static int hex_digit(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

int sdp_fingerprint_parse(struct span value, struct sdp_fingerprint *ret)
{
	struct sdp_fingerprint fp = {.hash = SDP_HASH_NONE};
	struct span name = sdp_word(&value), hex = sdp_word(&value);

	for (unsigned i = SDP_SHA256; i <= SDP_SHA512; i++) {
		if (sdp_is(name, hashes[i].name))
			fp.hash = (enum sdp_hash)i;
	}
	if (fp.hash == SDP_HASH_NONE)
		return name.len ? -ERR_UNSUPP : -ERR_PROTO;
	fp.len = hashes[fp.hash].len;
	if (hex.len != (size_t)fp.len * 3 - 1)
		return -ERR_PROTO;
	for (size_t i = 0; i < fp.len; i++) {
		int high = hex_digit(hex.ptr[3 * i]), low = hex_digit(hex.ptr[3 * i + 1]);
		if (high < 0 || low < 0 || (i + 1 < fp.len && hex.ptr[3 * i + 2] != ':'))
			return -ERR_PROTO;
		fp.bytes[i] = (uint8_t)(high << 4 | low);
	}
	*ret = fp;
	return 0;
}

int sdp_setup_parse(struct span value, enum sdp_setup *ret)
{
	static const char *const names[] = {"", "actpass", "active", "passive", "holdconn"};

	for (unsigned i = SDP_SETUP_ACTPASS; i <= SDP_SETUP_HOLDCONN; i++) {
		if (!sdp_is(value, names[i]))
			continue;
		*ret = (enum sdp_setup)i;
		return 0;
	}
	return -ERR_PROTO;
}

/* A numeric address; a name (an mDNS candidate's) leaves the address empty. */
static struct addr host_addr(struct span host, uint16_t port)
{
	char text[ADDR_TEXT_MAX];
	struct addr a;

	if (host.len == 0 || host.len >= sizeof text || memchr(host.ptr, '\0', host.len))
		return (struct addr){.family = 0};
	memcpy(text, host.ptr, host.len);
	text[host.len] = '\0';
	if (addr_parse(text, port, &a) < 0 || a.port != port)
		return (struct addr){.family = 0};
	return a;
}

int sdp_candidate_parse(struct span value, struct sdp_candidate *ret)
{
	struct sdp_candidate c = {.foundation = sdp_word(&value)};
	struct span component = sdp_word(&value), transport = sdp_word(&value);
	struct span priority = sdp_word(&value);
	uint64_t number, port;

	c.host = sdp_word(&value);
	struct span port_text = sdp_word(&value), typ = sdp_word(&value);
	c.type = sdp_word(&value);
	c.tcp = sdp_is(transport, "tcp");
	if (!c.tcp && !sdp_is(transport, "udp"))
		return -ERR_PROTO;
	if (sdp_number(component, 256, &number) < 0 || !number_u32(priority, &c.priority) ||
	    sdp_number(port_text, UINT16_MAX, &port) < 0 || !span_is(typ, "typ") || c.type.len == 0)
		return -ERR_PROTO;
	c.component = (uint16_t)number;
	c.addr = host_addr(c.host, (uint16_t)port);
	/* Pairs of name and value follow: raddr, rport, tcptype, generation ... */
	for (;;) {
		struct span name = sdp_word(&value), word = sdp_word(&value);
		if (word.len == 0)
			break;
		if (span_is(name, "tcptype"))
			c.tcptype = word;
	}
	*ret = c;
	return 0;
}
