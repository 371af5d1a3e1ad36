/* The lite agent. Reads downwards: credentials, paths, the answer to a check, states over time.
 *
 * A request passes recv_request's gates in order: ours? (USERNAME) authentic? (MESSAGE-INTEGRITY)
 * understood? (unknown attributes) the right role? Only then does it touch a path. Nothing before
 * the second gate is answered, so nobody is sent a byte who does not know the password. */
#include "media/ice.h"

#include "media/crypto.h"
#include "wire/stun.h"

#include <stdlib.h>

/* A set of credentials that requests are judged by. */
struct creds {
	char *username; /* "local:remote", owned; NULL: none */
	struct crypto_hmac key;
};

/* A remote address that has authenticated. */
struct path {
	struct addr addr;
	usec checked;        /* its last authenticated check */
	bool nominated;      /* one came with USE-CANDIDATE */
	uint32_t generation; /* of the newest credentials that it authenticated with */
};

struct ice {
	/* given */
	usec disconnected_after, failed_after;
	void (*path_fn)(void *, const struct addr *, bool);
	void *path_arg;

	/* owned */
	struct creds now, old; /* old: until a path is nominated under the new ones */

	/* state */
	uint32_t generation; /* of `now`; grows at each restart */
	struct path paths[ICE_MAX_PATHS];
	size_t path_count;
	struct path *selected; /* into paths; NULL: none */
	enum ice_state state;
	bool was_connected;
	usec heard; /* the last authenticated check; at first, and after a restart, that moment */
	struct ice_stats stats;
};

/* ── Credentials ── */

static bool is_ice_chars(const char *s)
{
	for (; *s; s++)
		if (!((*s >= 'a' && *s <= 'z') || (*s >= 'A' && *s <= 'Z') || (*s >= '0' && *s <= '9') ||
				*s == '+' || *s == '/'))
			return false;
	return true;
}

static bool is_text(const char *s, size_t min, size_t max)
{
	const size_t len = s ? strnlen(s, max + 1) : 0;
	return len >= min && len <= max;
}

static int creds_init(struct creds *c, const struct ice_creds *given)
{
	/* Ours are strict; what others call themselves only has to fit. */
	if (!is_text(given->local_ufrag, ICE_UFRAG_MIN, ICE_LOCAL_UFRAG_MAX) ||
		!is_text(given->local_pwd, ICE_PWD_MIN, ICE_PWD_MAX) ||
		!is_text(given->remote_ufrag, 1, ICE_UFRAG_MAX) ||
		!is_ice_chars(given->local_ufrag) || !is_ice_chars(given->local_pwd))
		return -ERR_INVALID;
	const size_t len = strlen(given->local_ufrag) + 1 + strlen(given->remote_ufrag) + 1;
	char *username = malloc(len);
	if (!username)
		return -ERR_NOMEM;
	struct wr w = wr_init(username, len);
	wr_str(&w, given->local_ufrag);
	wr_u8(&w, ':');
	wr_str(&w, given->remote_ufrag);
	wr_u8(&w, 0);
	c->username = username;
	crypto_hmac_init(&c->key, span_str(given->local_pwd));
	return 0;
}

static void creds_done(struct creds *c)
{
	free(c->username);
	explicit_bzero(c, sizeof *c);
}

static bool is_authentic(const struct creds *c, const struct stun *msg, struct span pkt)
{
	struct stun_mac mac;
	uint8_t tag[CRYPTO_SHA1_LEN];
	stun_integrity_input(msg, pkt, &mac);
	const struct span parts[] = {span_of(mac.head, sizeof mac.head), mac.body};
	crypto_hmac_sha1(&c->key, parts, 2, tag);
	return span_eq_secret(span_of(tag, sizeof tag), msg->integrity);
}

/* ── Paths ── */

static struct path *find_path(struct ice *ice, const struct addr *addr)
{
	for (struct path *p = ice->paths; p < ice->paths + ice->path_count; p++)
		if (addr_eq(&p->addr, addr))
			return p;
	return NULL;
}

static void tell(const struct ice *ice, const struct addr *addr, bool added)
{
	if (ice->path_fn)
		ice->path_fn(ice->path_arg, addr, added);
}

/* The order of paths means nothing: the last takes the place of the one that goes. */
static void drop_path(struct ice *ice, struct path *p)
{
	const struct addr addr = p->addr;
	struct path *last = &ice->paths[--ice->path_count];
	if (ice->selected == p)
		ice->selected = NULL;
	if (ice->selected == last)
		ice->selected = p;
	*p = *last;
	tell(ice, &addr, false);
}

/* Makes room: the one not heard of for the longest goes, but never the selected one. */
static void evict_path(struct ice *ice)
{
	struct path *oldest = NULL;
	for (struct path *p = ice->paths; p < ice->paths + ice->path_count; p++)
		if (p != ice->selected && (!oldest || p->checked < oldest->checked))
			oldest = p;
	BUG_IF(!oldest);
	ice->stats.evicted++;
	drop_path(ice, oldest);
}

static struct path *add_path(struct ice *ice, const struct addr *addr)
{
	if (ice->path_count == ICE_MAX_PATHS)
		evict_path(ice);
	struct path *p = &ice->paths[ice->path_count++];
	*p = (struct path){.addr = *addr};
	tell(ice, addr, true);
	return p;
}

/* The path heard of last. */
static struct path *latest_path(struct ice *ice)
{
	struct path *latest = NULL;
	for (struct path *p = ice->paths; p < ice->paths + ice->path_count; p++)
		if (!latest || p->checked > latest->checked)
			latest = p;
	return latest;
}

/* A path is nominated under the new credentials: the old ones are done with, and so are the
 * paths that know nothing else. RFC 8445 9 */
static void finish_restart(struct ice *ice)
{
	creds_done(&ice->old);
	for (size_t i = ice->path_count; i-- > 0;)
		if (ice->paths[i].generation != ice->generation)
			drop_path(ice, &ice->paths[i]);
}

static void nominate(struct ice *ice, struct path *p, uint32_t generation)
{
	if (ice->selected != p || !p->nominated)
		ice->stats.nominations++;
	p->nominated = true;
	ice->selected = p;
	if (ice->old.username && generation == ice->generation)
		finish_restart(ice);
}

/* ── Answers ── */

static void send_answer(struct wr *w, const struct creds *c, const struct addr *to, struct out *out)
{
	uint8_t tag[CRYPTO_SHA1_LEN];
	const struct span input = stun_write_integrity_begin(w);
	crypto_hmac_sha1(&c->key, &input, 1, tag);
	stun_write_integrity(w, tag);
	stun_write_fingerprint(w);
	const struct span answer = wr_span(w);
	if (answer.len > 0)
		out_commit(out, to, answer.len);
}

static void answer_error(const struct creds *c, const struct stun *msg, enum stun_code code,
	const struct addr *to, struct out *out)
{
	uint8_t *room = out_room(out);
	if (!room)
		return;
	struct wr w = wr_init(room, OUT_MAX);
	stun_write_error(&w, msg, code);
	send_answer(&w, c, to, out);
}

static void answer_success(const struct creds *c, const struct stun *msg, const struct addr *to,
	struct out *out)
{
	uint8_t *room = out_room(out);
	if (!room)
		return;
	struct wr w = wr_init(room, OUT_MAX);
	stun_write_success(&w, msg->txid, to);
	send_answer(&w, c, to, out);
}

/* An authenticated check has come over a path. */
static void refresh(struct ice *ice, const struct addr *from, bool use_candidate,
	uint32_t generation, usec now)
{
	struct path *p = find_path(ice, from);
	if (!p)
		p = add_path(ice, from);
	p->checked = now;
	if (p->generation < generation)
		p->generation = generation;
	if (!ice->selected)
		ice->selected = p;
	if (use_candidate)
		nominate(ice, p, generation);
	ice->heard = now;
	ice->was_connected = true;
	ice->stats.checks++;
	ice_tick(ice, now);
}

static const struct creds *find_creds(const struct ice *ice, struct span username)
{
	if (span_is(username, ice->now.username))
		return &ice->now;
	if (ice->old.username && span_is(username, ice->old.username))
		return &ice->old;
	return NULL;
}

static int recv_request(struct ice *ice, const struct stun *msg, struct span pkt,
	const struct addr *from, usec now, struct out *out)
{
	const struct creds *c = find_creds(ice, msg->username);
	if (!c) {
		ice->stats.unknown_user++;
		return -ERR_AUTH;
	}
	if (!msg->has_integrity || !is_authentic(c, msg, pkt)) {
		ice->stats.bad_integrity++;
		return -ERR_AUTH;
	}
	if (msg->unknown_count > 0) { /* RFC 8489 6.3.1 */
		answer_error(c, msg, STUN_UNKNOWN_ATTRIBUTE, from, out);
		return 0;
	}
	/* We can't take the other role: we never send checks. So the peer is told to change, whatever
	 * the tiebreakers say. RFC 8445 7.3.1.1, 6.1.1 */
	if (msg->ice_controlled) {
		ice->stats.role_conflicts++;
		answer_error(c, msg, STUN_ROLE_CONFLICT, from, out);
		return 0;
	}
	answer_success(c, msg, from, out);
	const uint32_t generation = c == &ice->now ? ice->generation : ice->generation - 1;
	refresh(ice, from, msg->use_candidate, generation, now);
	return 0;
}

int ice_recv(struct ice *ice, struct span pkt, const struct addr *from, usec now, struct out *out)
{
	struct stun msg;
	if (stun_parse(pkt, &msg) < 0) {
		ice->stats.malformed++;
		return -ERR_PROTO;
	}
	if (msg.method != STUN_BINDING || msg.cls != STUN_REQUEST) {
		ice->stats.ignored++; /* indications, answers to questions we never asked */
		return -ERR_PROTO;
	}
	if (!msg.has_fingerprint) { /* RFC 8445 7.1: checks carry one */
		ice->stats.malformed++;
		return -ERR_PROTO;
	}
	return recv_request(ice, &msg, pkt, from, now, out);
}

int ice_peek_ufrag(struct span pkt, struct span *ret_ufrag)
{
	struct stun msg;
	struct span to, from;
	if (stun_parse(pkt, &msg) < 0 || msg.method != STUN_BINDING || msg.cls != STUN_REQUEST ||
		stun_split_username(msg.username, &to, &from) < 0)
		return -ERR_PROTO;
	*ret_ufrag = to;
	return 0;
}

/* ── Life and time ── */

int ice_new(const struct ice_conf *conf, usec now, struct ice **ret_ice)
{
	struct ice *ice = calloc(1, sizeof *ice);
	if (!ice)
		return -ERR_NOMEM;
	int err = creds_init(&ice->now, &conf->creds);
	if (err < 0) {
		free(ice);
		return err;
	}
	ice->disconnected_after = conf->disconnected_after ? conf->disconnected_after
													   : ICE_DISCONNECTED_MS * USEC_PER_MS;
	ice->failed_after = conf->failed_after ? conf->failed_after : ICE_FAILED_MS * USEC_PER_MS;
	ice->path_fn = conf->path;
	ice->path_arg = conf->arg;
	ice->heard = now;
	*ret_ice = ice;
	return 0;
}

void ice_free(struct ice **ice)
{
	if (!*ice)
		return;
	while ((*ice)->path_count > 0)
		drop_path(*ice, &(*ice)->paths[(*ice)->path_count - 1]);
	creds_done(&(*ice)->now);
	creds_done(&(*ice)->old);
	free(*ice);
	*ice = NULL;
}

int ice_restart(struct ice *ice, const struct ice_creds *creds, usec now)
{
	struct creds fresh;
	int err = creds_init(&fresh, creds);
	if (err < 0)
		return err;
	/* When the set before was never used, the one before that still carries the media. */
	if (ice->old.username)
		creds_done(&ice->now);
	else
		ice->old = ice->now;
	ice->now = fresh;
	ice->generation++;
	for (size_t i = 0; i < ice->path_count; i++)
		ice->paths[i].generation = ice->generation - 1;
	ice->heard = now; /* time for the first check */
	ice_tick(ice, now);
	return 0;
}

bool ice_is_restarting(const struct ice *ice)
{
	return ice->old.username != NULL;
}

void ice_del_path(struct ice *ice, const struct addr *addr)
{
	struct path *p = find_path(ice, addr);
	if (!p)
		return;
	drop_path(ice, p);
	if (!ice->selected)
		ice->selected = latest_path(ice);
	if (!ice->selected && ice->state == ICE_CONNECTED)
		ice->state = ICE_DISCONNECTED;
}

/* Consent for a path ends when no check has come over it for long enough. RFC 7675 5.1 */
static void expire_paths(struct ice *ice, usec now)
{
	for (size_t i = ice->path_count; i-- > 0;)
		if (now - ice->paths[i].checked >= ice->failed_after)
			drop_path(ice, &ice->paths[i]);
}

/* The selected path stays as long as it is alive; one that has gone silent, or is gone, gives way
 * to one that is not. */
static void choose_path(struct ice *ice, usec now)
{
	struct path *latest = latest_path(ice);
	if (!ice->selected || (now - ice->selected->checked >= ice->disconnected_after &&
			now - latest->checked < ice->disconnected_after))
		ice->selected = latest;
}

void ice_tick(struct ice *ice, usec now)
{
	expire_paths(ice, now);
	choose_path(ice, now);
	if (ice->selected)
		ice->state = now - ice->selected->checked < ice->disconnected_after ? ICE_CONNECTED
																		   : ICE_DISCONNECTED;
	else if (now - ice->heard >= ice->failed_after)
		ice->state = ICE_FAILED;
	else
		ice->state = ice->was_connected ? ICE_DISCONNECTED : ICE_NEW;
}

usec ice_deadline(const struct ice *ice)
{
	usec next = USEC_NEVER;
	for (const struct path *p = ice->paths; p < ice->paths + ice->path_count; p++)
		next = usec_min(next, p->checked + ice->failed_after);
	if (ice->state == ICE_CONNECTED)
		next = usec_min(next, ice->selected->checked + ice->disconnected_after);
	if (!ice->selected && ice->state != ICE_FAILED)
		next = usec_min(next, ice->heard + ice->failed_after);
	return next;
}

/* ── Questions ── */

enum ice_state ice_state(const struct ice *ice)
{
	return ice->state;
}

const struct ice_stats *ice_stats(const struct ice *ice)
{
	return &ice->stats;
}

bool ice_is_valid(const struct ice *ice, const struct addr *from)
{
	for (const struct path *p = ice->paths; p < ice->paths + ice->path_count; p++)
		if (addr_eq(&p->addr, from))
			return true;
	return false;
}

bool ice_is_alive(const struct ice *ice, const struct addr *from, usec now)
{
	for (const struct path *p = ice->paths; p < ice->paths + ice->path_count; p++)
		if (addr_eq(&p->addr, from))
			return now - p->checked < ice->disconnected_after;
	return false;
}

const struct addr *ice_selected(const struct ice *ice)
{
	return ice->selected ? &ice->selected->addr : NULL;
}

bool ice_is_nominated(const struct ice *ice)
{
	return ice->selected && ice->selected->nominated;
}
