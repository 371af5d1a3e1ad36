/* The controlling end towards one lite server. One check is in the air at a time: it is repeated
 * under the same transaction id until it is answered, then the next is due a while later. */
#include "media/ice_client.h"

#include "base/random.h"
#include "media/crypto.h"
#include "wire/stun.h"

#include <stdlib.h>

enum {
	/* RFC 8445 5.1.2.1: a peer reflexive candidate, local preference 65535, component 1. */
	PRIORITY = 110 << 24 | 65535 << 8 | 255,
};

struct ice_client {
	/* given */
	struct addr server;

	/* owned */
	char *username; /* "theirs:ours" */
	struct crypto_hmac key;

	/* state */
	enum ice_state state;
	struct addr mapped;
	usec heard;    /* the last answer; before the first, the beginning */
	bool answered; /* since the beginning or the restart */
	uint64_t tiebreaker;
	uint32_t jitter; /* of the time between checks; begins with our ufrag */

	/* the check in the air */
	bool waiting;
	uint8_t txid[STUN_TXID_LEN];
	usec rto;
	usec due; /* its repeat; or when not waiting, the next check */
};

/* What a conf gives, checked, with the state of a beginner. */
static int begin(struct ice_client *c, const struct ice_client_conf *conf, usec now)
{
	const char *parts[] = {conf->remote_ufrag, conf->local_ufrag, conf->remote_pwd};
	for (size_t i = 0; i < 3; i++)
		if (!parts[i] || !*parts[i] || strnlen(parts[i], ICE_UFRAG_MAX + 1) > ICE_UFRAG_MAX)
			return -ERR_INVALID;
	if (addr_is_none(&conf->server))
		return -ERR_INVALID;
	const size_t len = strlen(conf->remote_ufrag) + 1 + strlen(conf->local_ufrag) + 1;
	char *username = malloc(len);
	if (!username)
		return -ERR_NOMEM;
	struct wr w = wr_init(username, len);
	wr_str(&w, conf->remote_ufrag);
	wr_u8(&w, ':');
	wr_str(&w, conf->local_ufrag);
	wr_u8(&w, 0);
	free(c->username);
	c->username = username;
	crypto_hmac_init(&c->key, span_str(conf->remote_pwd));
	c->server = conf->server;
	c->tiebreaker = random_u64();
	c->jitter = 0;
	for (const char *p = conf->local_ufrag; *p; p++)
		c->jitter = c->jitter * 31 + (uint8_t)*p;
	c->heard = now;
	c->answered = false;
	c->waiting = false;
	c->due = now;
	return 0;
}

int ice_client_new(const struct ice_client_conf *conf, usec now, struct ice_client **ret_client)
{
	struct ice_client *c = calloc(1, sizeof *c);
	if (!c)
		return -ERR_NOMEM;
	int err = begin(c, conf, now);
	if (err < 0)
		ice_client_free(&c);
	else
		*ret_client = c;
	return err;
}

int ice_client_restart(struct ice_client *c, const struct ice_client_conf *conf, usec now)
{
	int err = begin(c, conf, now);
	if (err == 0 && c->state == ICE_FAILED)
		c->state = ICE_NEW;
	return err;
}

void ice_client_free(struct ice_client **client)
{
	if (!*client)
		return;
	free((*client)->username);
	explicit_bzero(*client, sizeof **client);
	free(*client);
	*client = NULL;
}

/* ── Checks ── */

static void send_check(struct ice_client *c, struct out *out)
{
	uint8_t tag[CRYPTO_SHA1_LEN];
	uint8_t *room = out_room(out);
	if (!room)
		return;
	struct stun_check check = {
		.username = c->username,
		.priority = PRIORITY,
		.tiebreaker = c->tiebreaker,
		.controlling = true,
		.use_candidate = true,
	};
	memcpy(check.txid, c->txid, sizeof check.txid);
	struct wr w = wr_init(room, OUT_MAX);
	stun_write_check(&w, &check);
	const struct span input = stun_write_integrity_begin(&w);
	crypto_hmac_sha1(&c->key, &input, 1, tag);
	stun_write_integrity(&w, tag);
	stun_write_fingerprint(&w);
	if (!w.bad)
		out_commit(out, &c->server, wr_len(&w));
}

static void update_state(struct ice_client *c, usec now)
{
	const usec silent = now - c->heard;
	if (silent >= ICE_FAILED_MS * USEC_PER_MS)
		c->state = ICE_FAILED;
	else if (c->answered)
		c->state = silent < ICE_DISCONNECTED_MS * USEC_PER_MS ? ICE_CONNECTED : ICE_DISCONNECTED;
}

void ice_client_tick(struct ice_client *c, usec now, struct out *out)
{
	update_state(c, now);
	if (c->state == ICE_FAILED || now < c->due)
		return;
	if (c->waiting) {
		c->rto = usec_min(c->rto * 2, ICE_CLIENT_RTO_MAX_MS * USEC_PER_MS);
	} else {
		random_bytes(c->txid, sizeof c->txid);
		c->rto = ICE_CLIENT_RTO_MS * USEC_PER_MS;
		c->waiting = true;
	}
	c->due = now + c->rto;
	send_check(c, out);
}

usec ice_client_deadline(const struct ice_client *c)
{
	if (c->state == ICE_FAILED)
		return USEC_NEVER;
	usec next = usec_min(c->due, c->heard + ICE_FAILED_MS * USEC_PER_MS);
	if (c->state == ICE_CONNECTED)
		next = usec_min(next, c->heard + ICE_DISCONNECTED_MS * USEC_PER_MS);
	return next;
}

/* ── Answers ── */

static bool is_authentic(const struct ice_client *c, const struct stun *msg, struct span pkt)
{
	struct stun_mac mac;
	uint8_t tag[CRYPTO_SHA1_LEN];
	if (!msg->has_integrity)
		return false;
	stun_integrity_input(msg, pkt, &mac);
	const struct span parts[] = {span_of(mac.head, sizeof mac.head), mac.body};
	crypto_hmac_sha1(&c->key, parts, 2, tag);
	return span_eq_secret(span_of(tag, sizeof tag), msg->integrity);
}

/* Between checks: four seconds, give or take a fifth, so that many clients don't beat together;
 * each in its own way, but the same in each run. RFC 7675 5.1 */
static usec consent_interval(struct ice_client *c)
{
	const usec fifth = ICE_CLIENT_CONSENT_MS * USEC_PER_MS / 5;
	c->jitter = c->jitter * 1664525 + 1013904223;
	return 4 * fifth + (2 * fifth * (usec)(c->jitter >> 16) >> 16);
}

int ice_client_recv(struct ice_client *c, struct span pkt, const struct addr *from, usec now)
{
	struct stun msg;
	if (stun_parse(pkt, &msg) < 0 || msg.method != STUN_BINDING || !c->waiting ||
		(msg.cls != STUN_SUCCESS && msg.cls != STUN_ERROR) ||
		memcmp(msg.txid, c->txid, sizeof c->txid) != 0)
		return -ERR_PROTO;
	/* RFC 8445 7.2.5.2.1: the answer comes from where the check went. */
	if (!addr_eq(from, &c->server) || !is_authentic(c, &msg, pkt))
		return -ERR_AUTH;
	c->waiting = false;
	if (msg.cls == STUN_ERROR) {
		c->due = now + c->rto; /* a new check, no sooner than a repeat */
		return 0;
	}
	c->mapped = msg.mapped;
	c->answered = true;
	c->heard = now;
	c->due = now + consent_interval(c);
	update_state(c, now);
	return 0;
}

enum ice_state ice_client_state(const struct ice_client *c)
{
	return c->state;
}

struct addr ice_client_mapped(const struct ice_client *c)
{
	return c->mapped;
}
