/* The scene, then the packets. */
#include "attack/attack.h"

#include "media/crypto.h"
#include "media/outbox.h"
#include "wire/sdp.h"
#include "wire/stun.h"

#include <malloc.h>

enum { FRUGAL = 128 * 1024 };

/* ── The scene ── */

static size_t memory(void)
{
	return mallinfo2().uordblks;
}

static struct client_stream *heard(const struct scene *c)
{
	struct client_stream *s = client_hears(c->listener->client, VICTIM);
	assert_non_null(s);
	return s;
}

int scene_set_up(void **state)
{
	struct scene *c = calloc(1, sizeof *c);
	assert_non_null(c);
	c->stage = stage_new(NULL);
	c->victim = stage_call_usual(c->stage, VICTIM);
	c->listener = stage_call_usual(c->stage, LISTENER);
	assert_true(stage_wait_connected(c->stage, c->victim));
	assert_true(stage_wait_connected(c->stage, c->listener));
	caller_open(c->victim);
	caller_open(c->listener);
	c->victim->talks = true;
	assert_true(stage_wait_heard(c->stage, c->listener, VICTIM, 10));
	c->first = heard(c)->last.count;
	c->heard = heard(c)->packets;
	stranger_init(&c->stranger, &c->victim->client->server);
	c->memory = memory();
	*state = c;
	return 0;
}

int scene_tear_down(void **state)
{
	struct scene *c = *state;
	stranger_done(&c->stranger);
	stage_free(&c->stage);
	free(c);
	return 0;
}

struct caller *scene_attacker(struct scene *c)
{
	struct caller *a = stage_call_usual(c->stage, ATTACKER);
	assert_true(stage_wait_connected(c->stage, a));
	caller_open(a);
	return a;
}

void scene_assert_unharmed(struct scene *c)
{
	assert_true(stage_wait_heard(c->stage, c->listener, VICTIM, 25));
	const struct client_stream *s = heard(c);
	unsigned sent = s->last.count - c->first;
	unsigned came = s->packets - c->heard;
	assert_true(came <= sent);
	assert_true((sent - came) * 1000 <= sent);
	for (int i = 0; i < c->listener->client->stream_count; i++) {
		assert_int_equal(c->listener->client->streams[i]->wrong, 0);
		assert_int_equal(c->listener->client->streams[i]->repeats, 0);
	}
	assert_int_equal(s->last.tag, VICTIM);
	assert_int_equal(c->listener->client->unopened, 0);
	assert_int_equal(c->victim->state, MEDIA_CONNECTED);
	assert_int_equal(c->victim->state_count, 1);
	assert_int_equal(c->listener->state_count, 1);
	assert_true(client_is_connected(c->victim->client));
}

void scene_assert_silent(struct scene *c)
{
	stranger_drain(&c->stranger);
	assert_int_equal(c->stranger.got, 0);
}

void scene_measure(struct scene *c)
{
	c->memory = memory();
}

void scene_assert_frugal(struct scene *c)
{
	size_t now = memory();
	if (now > c->memory)
		assert_true(now - c->memory < FRUGAL);
}

/* ── Hellos ── */

void attack_hello(struct dtls_ctx *dtls, struct flight *ret)
{
	struct dtls *d;
	struct outbox *box = malloc(sizeof *box);
	struct addr to;
	assert_non_null(box);
	outbox_init(box);
	assert_int_equal(addr_parse("127.0.0.1:9", 0, &to), 0);
	assert_int_equal(dtls_new(dtls, DTLS_CLIENT, dtls_ctx_fingerprint(dtls), &d), 0);
	dtls_tick(d, &to, 0, &box->out);
	assert_in_range(box->count, 1, 4);
	ret->count = (int)box->count;
	for (int i = 0; i < ret->count; i++) {
		ret->len[i] = box->len[i];
		memcpy(ret->bytes[i], box->bytes[i], box->len[i]);
	}
	dtls_free(&d);
	free(box);
}

/* RFC 6347 4.2, RFC 5246 7.4.1.2: behind the record's and the message's header come version,
 * random, session id and cookie, and then the suites. */
void attack_bad_hello(struct dtls_ctx *dtls, struct flight *ret)
{
	attack_hello(dtls, ret);
	uint8_t *p = ret->bytes[0] + 13 + 12 + 2 + 32;
	p += 1 + p[0];
	p += 1 + p[0];
	size_t len = get_u16(p);
	assert_true(len > 0 && p + 2 + len <= ret->bytes[0] + ret->len[0]);
	memset(p + 2, 0xee, len);
}

/* ── Checks ── */

static struct span answer_says(const struct caller *c, const char *name)
{
	struct sdp sdp;
	struct span value;
	assert_int_equal(sdp_parse(span_of(c->answer.sdp, c->answer.sdp_len), &sdp), 0);
	assert_true(sdp_attr_find_both(&sdp, &sdp.media[0], name, &value));
	return value;
}

size_t attack_check(const struct caller *c, unsigned flags, uint8_t dst[OUT_MAX])
{
	static uint8_t txid[STUN_TXID_LEN];
	static const uint8_t tiebreaker[8] = {1};
	struct wr w = wr_init(dst, OUT_MAX);
	char user[300];
	struct wr u = wr_init(user, sizeof user);
	uint8_t tag[CRYPTO_SHA1_LEN];
	struct crypto_hmac key;
	txid[0]++;
	txid[1] += txid[0] == 0;
	wr_bytes(&u, answer_says(c, "ice-ufrag"));
	if (flags & ATTACK_WRONG_USER)
		user[8] ^= 1;
	wr_fmt(&u, ":%s", c->client->ufrag);
	stun_write_begin(&w, STUN_REQUEST, STUN_BINDING, txid);
	stun_write_attr(&w, STUN_ATTR_USERNAME, wr_span(&u));
	const enum stun_attr role =
		flags & ATTACK_CONTROLLED ? STUN_ATTR_ICE_CONTROLLED : STUN_ATTR_ICE_CONTROLLING;
	stun_write_attr(&w, role, span_of(tiebreaker, sizeof tiebreaker));
	stun_write_attr_u32(&w, STUN_ATTR_PRIORITY, 1853824767);
	if (flags & ATTACK_NOMINATE)
		stun_write_attr(&w, STUN_ATTR_USE_CANDIDATE, span_of(NULL, 0));
	if (!(flags & ATTACK_NO_INTEGRITY)) {
		crypto_hmac_init(&key, flags & ATTACK_WRONG_PASSWORD ? span_str("0123456789abcdefghijkl")
															 : answer_says(c, "ice-pwd"));
		struct span input = stun_write_integrity_begin(&w);
		crypto_hmac_sha1(&key, &input, 1, tag);
		stun_write_integrity(&w, tag);
	}
	if (flags & ATTACK_TRAILING) {
		stun_write_attr(&w, STUN_ATTR_USE_CANDIDATE, span_of(NULL, 0));
		stun_write_attr(&w, STUN_ATTR_SOFTWARE, span_str("behind the integrity"));
	}
	stun_write_fingerprint(&w);
	assert_false(w.bad);
	return wr_len(&w);
}

/* ── RTP ── */

size_t attack_seal(struct client *c, const struct rtp_head *head, struct span payload,
				   struct srtp_stream *stream, uint8_t dst[OUT_MAX])
{
	uint8_t header[RTP_HEADER_LEN_MAX];
	struct wr w = wr_init(header, sizeof header);
	size_t len = 0;
	rtp_write_header(&w, head);
	assert_false(w.bad);
	struct srtp_piece piece = {.b = payload};
	assert_int_equal(srtp_seal_rtp(c->tx, stream, wr_span(&w), &piece, dst, OUT_MAX, &len), 0);
	return len;
}

void attack_sound(struct caller *c, const struct rtp_head *head, struct srtp_stream *stream)
{
	uint8_t payload[1 + CLIENT_SOUND_LEN];
	uint8_t pkt[OUT_MAX];
	struct wr w = wr_init(payload, sizeof payload);
	wr_u8(&w, 0xfc);
	client_pattern(&w, c->client->conf.tag, c->client->mic.count++, CLIENT_SOUND_LEN);
	caller_send(c, span_of(pkt, attack_seal(c->client, head, wr_span(&w), stream, pkt)));
}
