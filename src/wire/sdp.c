/* Reading session descriptions: sdp_parse walks the lines once, checks the bounds and notes where
 * each part begins; afterwards parts are walked line by line. Read line_next and sdp_parse
 * first. */

#include "wire/sdp.h"

#include <strings.h>

/* ── Words and characters ── */

static bool is_blank(uint8_t c)
{
	return c == ' ' || c == '\t';
}

struct span sdp_trim(struct span s)
{
	while (s.len && is_blank(s.ptr[0]))
		s = span_sub(s, 1, s.len);
	while (s.len && is_blank(s.ptr[s.len - 1]))
		s.len--;
	return s;
}

struct span sdp_cut(struct span *rest, uint8_t sep)
{
	const uint8_t *at = rest->len ? memchr(rest->ptr, sep, rest->len) : NULL;
	size_t len = at ? (size_t)(at - rest->ptr) : rest->len;
	struct span head = span_sub(*rest, 0, len);

	*rest = span_sub(*rest, at ? len + 1 : len, rest->len);
	return head;
}

struct span sdp_word(struct span *rest)
{
	size_t at = 0;

	while (at < rest->len && is_blank(rest->ptr[at]))
		at++;
	size_t end = at;
	while (end < rest->len && !is_blank(rest->ptr[end]))
		end++;
	struct span word = span_sub(*rest, at, end - at);
	*rest = span_sub(*rest, end, rest->len);
	return word;
}

bool sdp_is(struct span s, const char *text)
{
	if (s.len != strlen(text))
		return false;
	return s.len == 0 || strncasecmp((const char *)s.ptr, text, s.len) == 0;
}

static bool is_token_char(uint8_t c)
{
	/* RFC 8866 9: token-char; visible ASCII without quotes, brackets and separators */
	return c > 0x20 && c < 0x7f && !strchr("\"(),/:;<=>?@[\\]", c);
}

bool sdp_is_token(struct span s, size_t max)
{
	for (size_t i = 0; i < s.len; i++) {
		if (!is_token_char(s.ptr[i]))
			return false;
	}
	return s.len > 0 && s.len <= max;
}

int sdp_number(struct span s, uint64_t max, uint64_t *ret_value)
{
	uint64_t v = 0;

	if (s.len == 0 || s.len > 20)
		return -ERR_PROTO;
	for (size_t i = 0; i < s.len; i++) {
		if (s.ptr[i] < '0' || s.ptr[i] > '9')
			return -ERR_PROTO;
		uint64_t digit = s.ptr[i] - '0';
		if (digit > max || v > (max - digit) / 10)
			return -ERR_PROTO;
		v = v * 10 + digit;
	}
	*ret_value = v;
	return 0;
}

/* ── Lines ── */

/* Takes one line. CRLF gives an empty line in between, which means nothing to anybody. */
static bool line_next(struct span *rest, struct span *ret_line)
{
	size_t len = 0;

	if (rest->len == 0)
		return false;
	while (len < rest->len && rest->ptr[len] != '\r' && rest->ptr[len] != '\n')
		len++;
	*ret_line = span_sub(*rest, 0, len);
	*rest = span_sub(*rest, len + 1, rest->len);
	return true;
}

static bool line_is(struct span line, char type)
{
	return line.len >= 2 && line.ptr[0] == (uint8_t)type && line.ptr[1] == '=';
}

static enum sdp_kind kind_of(struct span text)
{
	if (sdp_is(text, "audio"))
		return SDP_AUDIO;
	if (sdp_is(text, "video"))
		return SDP_VIDEO;
	return sdp_is(text, "application") ? SDP_APPLICATION : SDP_OTHER;
}

/* m=<kind> <port>[/<count>] <proto> <fmt> ... RFC 8866 5.14 */
static int media_parse(struct span value, struct sdp_media *ret)
{
	struct sdp_media m = {.kind_text = sdp_word(&value)};
	struct span ports = sdp_word(&value);
	uint64_t port;

	m.kind = kind_of(m.kind_text);
	m.proto = sdp_word(&value);
	m.fmts = sdp_trim(value);
	if (m.kind_text.len == 0 || m.proto.len == 0 || m.fmts.len == 0)
		return -ERR_PROTO;
	if (sdp_number(sdp_cut(&ports, '/'), UINT16_MAX, &port) < 0)
		return -ERR_PROTO;
	m.port = (uint16_t)port;
	*ret = m;
	return 0;
}

/* Ends the part that began at `begin` where `line` begins. */
static struct span part_until(const uint8_t *begin, const uint8_t *line)
{
	return span_of(begin, (size_t)(line - begin));
}

int sdp_parse(struct span text, struct sdp *ret_sdp)
{
	struct sdp sdp = {.media_count = 0};
	struct span rest = text, line;
	const uint8_t *begin = NULL;
	unsigned attrs = 0;

	if (text.len > SDP_TEXT_MAX)
		return -ERR_FULL;
	while (line_next(&rest, &line)) {
		if (line.len > SDP_LINE_MAX)
			return -ERR_FULL;
		if (line.len == 0)
			continue;
		if (!begin) {
			if (!span_is(line, "v=0"))
				return -ERR_PROTO;
			begin = line.ptr;
		}
		if (line_is(line, 'a') && ++attrs > SDP_ATTRS_MAX)
			return -ERR_FULL;
		if (!line_is(line, 'm'))
			continue;
		if (sdp.media_count == SDP_MEDIA_MAX)
			return -ERR_FULL;
		struct span *part = sdp.media_count ? &sdp.media[sdp.media_count - 1].body : &sdp.session;
		*part = part_until(begin, line.ptr);
		if (media_parse(span_sub(line, 2, line.len), &sdp.media[sdp.media_count]) < 0)
			return -ERR_PROTO;
		sdp.media_count++;
		attrs = 0;
		begin = line.ptr + line.len;
	}
	if (!begin)
		return -ERR_PROTO;
	struct span *part = sdp.media_count ? &sdp.media[sdp.media_count - 1].body : &sdp.session;
	*part = part_until(begin, text.ptr + text.len);
	*ret_sdp = sdp;
	return 0;
}

/* ── Attributes ── */

bool sdp_attr_next(struct sdp_attrs *it, struct sdp_attr *ret_attr)
{
	struct span line;

	while (line_next(&it->rest, &line)) {
		if (!line_is(line, 'a'))
			continue;
		struct span value = span_sub(line, 2, line.len);
		struct span name = sdp_cut(&value, ':');
		*ret_attr = (struct sdp_attr){.name = sdp_trim(name), .value = sdp_trim(value)};
		return true;
	}
	return false;
}

bool sdp_attr_find(struct span part, const char *name, struct span *ret_value)
{
	struct sdp_attrs it = sdp_attrs(part);
	struct sdp_attr attr;

	while (sdp_attr_next(&it, &attr)) {
		if (!span_is(attr.name, name))
			continue;
		if (ret_value)
			*ret_value = attr.value;
		return true;
	}
	return false;
}

bool sdp_attr_find_both(const struct sdp *sdp, const struct sdp_media *media, const char *name,
						struct span *ret_value)
{
	return sdp_attr_find(media->body, name, ret_value) ||
	       sdp_attr_find(sdp->session, name, ret_value);
}

/* ── Directions ── */

static const char *const dir_names[] = {
	[SDP_INACTIVE] = "inactive",
	[SDP_SENDONLY] = "sendonly",
	[SDP_RECVONLY] = "recvonly",
	[SDP_SENDRECV] = "sendrecv",
};

bool sdp_dir_parse(struct span s, enum sdp_dir *ret)
{
	for (unsigned i = 0; i < sizeof dir_names / sizeof *dir_names; i++) {
		if (!span_is(s, dir_names[i]))
			continue;
		*ret = (enum sdp_dir)i;
		return true;
	}
	return false;
}

static bool dir_find(struct span part, enum sdp_dir *ret)
{
	struct sdp_attrs it = sdp_attrs(part);
	struct sdp_attr attr;

	while (sdp_attr_next(&it, &attr)) {
		if (sdp_dir_parse(attr.name, ret))
			return true;
	}
	return false;
}

enum sdp_dir sdp_dir(const struct sdp *sdp, const struct sdp_media *media)
{
	enum sdp_dir dir = SDP_SENDRECV;

	if (!dir_find(media->body, &dir))
		(void)dir_find(sdp->session, &dir);
	return dir;
}

const char *sdp_dir_name(enum sdp_dir dir)
{
	return dir_names[dir & SDP_SENDRECV];
}

enum sdp_dir sdp_dir_reverse(enum sdp_dir dir)
{
	return (enum sdp_dir)((dir & SDP_SENDONLY ? SDP_RECVONLY : 0) |
	                      (dir & SDP_RECVONLY ? SDP_SENDONLY : 0));
}
