/* A lite agent with an outbox, and whoever sends it checks, good and bad. */
#ifndef TESTS_MEDIA_ICE_RIG_H
#define TESTS_MEDIA_ICE_RIG_H

#include "media/crypto.h"
#include "media/ice.h"
#include "media/outbox.h"
#include "wire/stun.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

#define UFRAG "1abcdefg"
#define PWD "0123456789abcdefghijkl"
#define REMOTE "rEmO"
#define SEC USEC_PER_SEC

static const struct ice_creds creds = {UFRAG, PWD, REMOTE};
static const struct ice_creds creds2 = {"1restart", "ABCDEFGHIJKLMNOPQRSTUV", "oThEr"};

/* ── Requests ── */

enum {
	USE_CANDIDATE = 1,
	CONTROLLED = 2,
	NO_FINGERPRINT = 4,
	NO_INTEGRITY = 8,
	LATE = 16, /* attributes behind the integrity */
	UNKNOWN = 32,
	INDICATION = 64,
	OPTIONAL = 128,
};

struct request {
	const char *username; /* NULL: none */
	const char *pwd;
	unsigned flags;
};

static inline struct span write_request(uint8_t *buf, size_t cap, const struct request *r)
{
	static uint8_t txid[STUN_TXID_LEN];
	uint8_t tag[CRYPTO_SHA1_LEN];
	struct crypto_hmac key;
	struct wr w = wr_init(buf, cap);
	txid[0]++;
	const enum stun_class cls = r->flags & INDICATION ? STUN_INDICATION : STUN_REQUEST;
	stun_write_begin(&w, cls, STUN_BINDING, txid);
	if (r->username)
		stun_write_attr(&w, STUN_ATTR_USERNAME, span_str(r->username));
	uint8_t tiebreaker[8] = {1, 2, 3};
	const enum stun_attr role =
		r->flags & CONTROLLED ? STUN_ATTR_ICE_CONTROLLED : STUN_ATTR_ICE_CONTROLLING;
	stun_write_attr(&w, role, span_of(tiebreaker, 8));
	stun_write_attr_u32(&w, STUN_ATTR_PRIORITY, 1853824767);
	if (r->flags & USE_CANDIDATE)
		stun_write_attr(&w, STUN_ATTR_USE_CANDIDATE, span_of(NULL, 0));
	if (r->flags & UNKNOWN)
		stun_write_attr_u32(&w, 0x7abc, 1);
	if (r->flags & OPTIONAL)
		stun_write_attr_u32(&w, 0xc057, 1); /* Chromium's */
	if (!(r->flags & NO_INTEGRITY)) {
		crypto_hmac_init(&key, span_str(r->pwd));
		const struct span input = stun_write_integrity_begin(&w);
		crypto_hmac_sha1(&key, &input, 1, tag);
		stun_write_integrity(&w, tag);
	}
	if (r->flags & LATE) { /* smuggled in behind the integrity */
		stun_write_attr(&w, STUN_ATTR_USE_CANDIDATE, span_of(NULL, 0));
		stun_write_attr(&w, STUN_ATTR_ICE_CONTROLLED, span_of(tiebreaker, 8));
	}
	if (!(r->flags & NO_FINGERPRINT))
		stun_write_fingerprint(&w);
	assert_false(w.bad);
	return wr_span(&w);
}

static inline struct addr address(const char *text)
{
	struct addr a;
	assert_int_equal(addr_parse(text, 0, &a), 0);
	return a;
}

/* ── An agent, and what it tells its owner ── */

struct rig {
	struct ice *ice;
	struct outbox box;
	int added, dropped;
};

static inline void path_changed(void *arg, const struct addr *addr, bool added)
{
	struct rig *r = arg;
	*(added ? &r->added : &r->dropped) += 1;
}

static inline struct rig *new_rig(void)
{
	struct rig *r = calloc(1, sizeof *r);
	const struct ice_conf conf = {.creds = creds, .path = path_changed, .arg = r};
	outbox_init(&r->box);
	assert_int_equal(ice_new(&conf, 0, &r->ice), 0);
	return r;
}

/* Every address that was announced is taken back. */
static inline void free_rig(struct rig *r)
{
	ice_free(&r->ice);
	assert_null(r->ice);
	assert_int_equal(r->added, r->dropped);
	free(r);
}

static inline int feed_as(struct rig *r, const char *from, const struct request *q, usec now)
{
	uint8_t buf[1024];
	const struct addr a = address(from);
	const struct span pkt = write_request(buf, sizeof buf, q);
	r->box.count = 0;
	return ice_recv(r->ice, pkt, &a, now, &r->box.out);
}

static inline int feed(struct rig *r, const char *from, unsigned flags, usec now)
{
	return feed_as(r, from, &(struct request){UFRAG ":" REMOTE, PWD, flags}, now);
}

static inline int feed2(struct rig *r, const char *from, unsigned flags, usec now)
{
	return feed_as(r, from, &(struct request){"1restart:oThEr", creds2.local_pwd, flags}, now);
}

static inline bool selects(const struct rig *r, const char *text)
{
	const struct addr a = address(text);
	const struct addr *s = ice_selected(r->ice);
	return s && addr_eq(s, &a);
}

static inline bool is_valid(const struct rig *r, const char *text)
{
	const struct addr a = address(text);
	return ice_is_valid(r->ice, &a);
}

/* The answer carries our integrity and a fingerprint; gives it parsed. */
static inline struct stun answer(const struct rig *r, const char *pwd)
{
	struct stun msg;
	struct stun_mac mac;
	struct crypto_hmac key;
	uint8_t tag[CRYPTO_SHA1_LEN];
	assert_int_equal(r->box.count, 1);
	const struct span pkt = outbox_at(&r->box, 0);
	assert_int_equal(stun_parse(pkt, &msg), 0);
	assert_true(msg.has_integrity);
	assert_true(msg.has_fingerprint);
	crypto_hmac_init(&key, span_str(pwd));
	stun_integrity_input(&msg, pkt, &mac);
	const struct span parts[] = {span_of(mac.head, sizeof mac.head), mac.body};
	crypto_hmac_sha1(&key, parts, 2, tag);
	assert_memory_equal(tag, msg.integrity.ptr, sizeof tag);
	return msg;
}

#endif
