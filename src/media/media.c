/* The control thread's side of the media half: which worker has which group, the offers' answers
 * (media_answer), and the commands and events between the threads.
 *
 * Control keeps of each transport its place, its generation and what was negotiated (a later offer
 * is answered against it); everything that moves with packets lives on the worker. */
#include "media/media.h"

#include "media/dtls.h"
#include "media/ice.h"
#include "media/negotiate.h"
#include "media/negotiated_pack.h"
#include "media/ufrag.h"
#include "media/worker.h"
#include "net/interfaces.h"
#include "net/post.h"

#include <stdlib.h>
#include <unistd.h>

/* A transport as control knows it. */
struct entry {
	uint64_t generation;
	uint64_t group;
	struct negotiated_packed *negotiated; /* owned; NULL: the place is free */
	uint32_t next_free;
};

/* Where a group's transports live. */
struct group_home {
	uint64_t group;
	int worker;
	uint32_t transports;
};

struct media {
	struct media_conf conf;
	struct dtls_ctx *dtls;
	struct post *events;
	struct addr hosts[MEDIA_ADDRS_MAX];
	int host_count;

	struct worker *workers[MEDIA_WORKERS_MAX];
	struct counts *counts[MEDIA_WORKERS_MAX];
	struct entry *entries[MEDIA_WORKERS_MAX];
	uint32_t first_free[MEDIA_WORKERS_MAX];
	uint32_t load[MEDIA_WORKERS_MAX];

	struct group_home *homes;
	size_t home_count;
	size_t home_cap;
};

enum { NO_ENTRY = UINT32_MAX };

static const char *const role_names[MEDIA_ROLE_COUNT] = {
	[MEDIA_ROLE_NONE] = "none",
	[MEDIA_ROLE_MIC] = "mic",
	[MEDIA_ROLE_CAMERA] = "camera",
	[MEDIA_ROLE_SCREEN] = "screen",
	[MEDIA_ROLE_SCREEN_AUDIO] = "screen-audio",
	[MEDIA_ROLE_SLOT_AUDIO] = "slot-audio",
	[MEDIA_ROLE_SLOT_CAMERA] = "slot-camera",
	[MEDIA_ROLE_SLOT_SCREEN] = "slot-screen",
	[MEDIA_ROLE_SLOT_SCREEN_AUDIO] = "slot-screen-audio",
	[MEDIA_ROLE_SLOT_INTERPRETER] = "slot-interpreter",
};

/* The control half and the negotiation name the same roles, so that a cast carries them over. */
_Static_assert((int)MEDIA_ROLE_MIC == (int)NEGOTIATE_MIC, "roles");
_Static_assert((int)MEDIA_ROLE_SLOT_AUDIO == (int)NEGOTIATE_SLOT_AUDIO, "roles");
_Static_assert((int)MEDIA_ROLE_SLOT_INTERPRETER == (int)NEGOTIATE_SLOT_INTERPRETER, "roles");
_Static_assert((int)MEDIA_ROLE_COUNT == (int)NEGOTIATE_ROLE_COUNT, "roles");

enum media_role media_role_parse(const char *text)
{
	for (int i = 1; i < MEDIA_ROLE_COUNT; i++) {
		if (strcmp(text, role_names[i]) == 0)
			return (enum media_role)i;
	}
	return MEDIA_ROLE_NONE;
}

/* ── Start and end ── */

static int start_worker(struct media *m, int n)
{
	m->counts[n] = calloc(1, sizeof *m->counts[n]);
	if (!m->counts[n])
		return -ERR_NOMEM;
	int err = worker_new(&m->workers[n], &m->conf, n, m->dtls, m->events, m->counts[n]);
	if (err < 0)
		return err;
	uint32_t count = (uint32_t)m->conf.transports_max;
	m->entries[n] = calloc(count, sizeof(struct entry));
	if (!m->entries[n])
		return -ERR_NOMEM;
	for (uint32_t i = 0; i < count; i++)
		m->entries[n][i] = (struct entry){.generation = 1, .next_free = i + 1};
	m->entries[n][count - 1].next_free = NO_ENTRY;
	return 0;
}

int media_new(struct media **ret_m, const struct media_conf *conf)
{
	if (conf->workers < 1 || conf->workers > MEDIA_WORKERS_MAX || conf->transports_max < 1
		|| conf->transports_max > UFRAG_INDEX_MAX || conf->packets_max < MEDIA_PACKETS_MIN)
		return -ERR_INVALID;
	struct media *m = calloc(1, sizeof *m);
	if (!m)
		return -ERR_NOMEM;
	m->conf = *conf;
	m->host_count = conf->announced_count;
	memcpy(m->hosts, conf->announced, sizeof m->hosts);
	if (m->host_count == 0)
		m->host_count = interfaces_list(m->hosts, MEDIA_ADDRS_MAX, conf->loopback);
	if (m->host_count == 0)
		m->host_count = interfaces_list(m->hosts, MEDIA_ADDRS_MAX, true);

	int err = dtls_ctx_new(NULL, &m->dtls);
	if (err == 0)
		err = post_new(&m->events, sizeof(struct media_event), WORKER_EVENTS);
	for (int n = 0; err == 0 && n < conf->workers; n++)
		err = start_worker(m, n);
	if (err < 0) {
		media_free(&m);
		return err;
	}
	*ret_m = m;
	return 0;
}

void media_free(struct media **ref)
{
	struct media *m = *ref;
	*ref = NULL;
	if (!m)
		return;
	for (int n = 0; n < m->conf.workers; n++) {
		worker_free(&m->workers[n]);
		free(m->counts[n]);
		for (int i = 0; m->entries[n] && i < m->conf.transports_max; i++)
			negotiated_packed_free(&m->entries[n][i].negotiated);
		free(m->entries[n]);
	}
	post_free(&m->events);
	dtls_ctx_free(&m->dtls);
	free(m->homes);
	free(m);
}

uint16_t media_port(const struct media *m, int worker)
{
	return worker_port(m->workers[worker]);
}

void media_counts(const struct media *m, struct media_counts *ret_counts)
{
	*ret_counts = (struct media_counts){0};
	for (int n = 0; n < m->conf.workers; n++)
		counts_add(m->counts[n], ret_counts);
}

int media_fd(const struct media *m)
{
	return post_fd(m->events);
}

void media_drain(struct media *m, void (*fn)(const struct media_event *ev, void *arg), void *arg)
{
	struct media_event ev;
	/* Bounded: what comes while we drain waits for the loop's next turn. */
	for (int i = 0; i < WORKER_EVENTS && post_recv(m->events, &ev); i++)
		fn(&ev, arg);
}

/* ── Where groups live ── */

static struct group_home *find_home(struct media *m, uint64_t group)
{
	for (size_t i = 0; i < m->home_count; i++) {
		if (m->homes[i].group == group)
			return &m->homes[i];
	}
	return NULL;
}

static struct group_home *add_home(struct media *m, uint64_t group)
{
	if (m->home_count == m->home_cap) {
		size_t cap = m->home_cap ? m->home_cap * 2 : 16;
		struct group_home *homes = realloc(m->homes, cap * sizeof *homes);
		if (!homes)
			return NULL;
		m->homes = homes;
		m->home_cap = cap;
	}
	int least = 0;
	for (int n = 1; n < m->conf.workers; n++) {
		if (m->load[n] < m->load[least])
			least = n;
	}
	struct group_home *home = &m->homes[m->home_count++];
	*home = (struct group_home){.group = group, .worker = least};
	return home;
}

static void leave_home(struct media *m, uint64_t group)
{
	struct group_home *home = find_home(m, group);
	if (home && --home->transports == 0)
		*home = m->homes[--m->home_count];
}

/* ── Transports ── */

static struct entry *find_entry(struct media *m, transport_id id)
{
	int worker = transport_id_worker(id);
	if (worker < 0 || worker >= m->conf.workers)
		return NULL;
	uint32_t index = transport_id_index(id);
	if (index >= (uint32_t)m->conf.transports_max)
		return NULL;
	struct entry *e = &m->entries[worker][index];
	bool same = e->negotiated && transport_id_make(worker, e->generation, index) == id;
	return same ? e : NULL;
}

static void command(struct media *m, transport_id id, struct command *cmd)
{
	cmd->id = id;
	worker_post(m->workers[transport_id_worker(id)], cmd);
}

static void put_candidate(struct negotiate_candidate *list, unsigned *count, struct addr host,
						  uint16_t port, bool tcp)
{
	/* RFC 8445 5.1.2.1: host candidates; UDP before TCP, in our order. RFC 6544 4.2 gives TCP the
	 * passive direction preference 2. */
	unsigned order = *count;
	uint32_t type = tcp ? 90 : 126;
	uint32_t local = tcp ? (2u << 13) + 8191 - order : 65535 - order;
	host.port = port;
	list[(*count)++] = (struct negotiate_candidate){
		.addr = host,
		.tcp = tcp,
		.priority = type << 24 | local << 8 | 255,
	};
}

static unsigned list_candidates(const struct media *m, int worker,
								struct negotiate_candidate list[NEGOTIATE_CANDIDATES_MAX])
{
	unsigned n = 0;
	uint16_t port = worker_port(m->workers[worker]);
	for (int i = 0; i < m->host_count && n < NEGOTIATE_CANDIDATES_MAX; i++)
		put_candidate(list, &n, m->hosts[i], port, false);
	/* The port of HTTPS first: it is open where no other is, and must not fall off the list */
	for (int i = 0; m->conf.https_port && i < m->host_count && n < NEGOTIATE_CANDIDATES_MAX; i++)
		put_candidate(list, &n, m->hosts[i], m->conf.https_port, true);
	for (int i = 0; i < m->host_count && n < NEGOTIATE_CANDIDATES_MAX; i++)
		put_candidate(list, &n, m->hosts[i], port, true);
	return n;
}

/* Runs the negotiation for the transport in this place. */
static int answer_offer(struct media *m, int worker, uint32_t index,
						const struct negotiated *prev, const struct media_offer *offer,
						struct wr *answer, struct negotiated **ret_n)
{
	char ufrag[UFRAG_LEN + 1];
	char pwd[UFRAG_PWD_LEN + 1];
	struct negotiate_candidate candidates[NEGOTIATE_CANDIDATES_MAX];
	struct negotiate_role_of roles[MEDIA_LINES_MAX];
	struct negotiate_conf conf;

	ufrag_make(worker, index, ufrag, pwd);
	int count = offer->line_count < MEDIA_LINES_MAX ? offer->line_count : MEDIA_LINES_MAX;
	for (int i = 0; i < count; i++)
		roles[i] = (struct negotiate_role_of){offer->lines[i].mid,
											  (enum negotiate_role)offer->lines[i].role};
	negotiate_conf_init(&conf);
	if (m->conf.prefer_h264) {
		conf.uplink_video[0] = CODEC_H264;
		conf.uplink_video[1] = CODEC_VP8;
	}
	conf.ufrag = prev ? prev->ufrag : ufrag;
	conf.pwd = prev ? prev->pwd : pwd;
	conf.fresh_ufrag = ufrag;
	conf.fresh_pwd = pwd;
	conf.fingerprint = strchr(dtls_ctx_fingerprint_text(m->dtls), ' ') + 1;
	conf.candidates = candidates;
	conf.candidate_count = list_candidates(m, worker, candidates);
	conf.roles = offer->lines ? roles : NULL;
	conf.role_count = (unsigned)count;
	int err = negotiate(&conf, offer->sdp, prev, answer, ret_n);
	if (err == -ERR_FULL || err == -ERR_AUTH)
		err = -ERR_PROTO; /* too large, no fingerprint: the offer's fault; FULL means ours */
	if (err == 0 && (*ret_n)->accepted_count == 0 && !prev) {
		negotiated_free(ret_n);
		err = -ERR_UNSUPP;
	}
	return err;
}

/* For the worker. n: taken; NULL gives NULL. */
static struct transport_conf *make_conf(transport_id id, const struct media_offer *offer,
										struct negotiated *n)
{
	struct transport_conf *conf = n ? calloc(1, sizeof *conf) : NULL;
	if (!conf) {
		negotiated_free(&n);
		return NULL;
	}
	*conf = (struct transport_conf){
		.id = id,
		.group = offer->group,
		.member = offer->member,
		.echo = offer->echo,
		.hears = offer->hears,
		.negotiated = n,
	};
	return conf;
}

static int fill_answer(transport_id id, const struct negotiated *n, struct span sdp,
					   struct media_answer *ret_answer)
{
	struct media_answer a = {.id = id, .sdp_len = sdp.len};
	a.sdp = malloc(sdp.len + 1);
	if (!a.sdp)
		return -ERR_NOMEM;
	memcpy(a.sdp, sdp.ptr, sdp.len);
	a.sdp[sdp.len] = '\0';
	for (unsigned i = 0; i < n->media_count && a.line_count < MEDIA_LINES_MAX; i++) {
		if (n->media[i].refused != NEGOTIATE_ACCEPTED)
			continue;
		struct media_line *line = &a.lines[a.line_count++];
		memcpy(line->mid, n->media[i].mid, sizeof line->mid);
		line->role = (enum media_role)n->media[i].role;
	}
	*ret_answer = a;
	return 0;
}

/* The place for a new transport of this group. */
static int take_place(struct media *m, uint64_t group, int *ret_worker, uint32_t *ret_index)
{
	struct group_home *home = find_home(m, group);
	if (!home)
		home = add_home(m, group);
	if (!home)
		return -ERR_NOMEM;
	uint32_t index = m->first_free[home->worker];
	home->transports++;
	if (index == NO_ENTRY) {
		leave_home(m, group);
		return -ERR_FULL;
	}
	*ret_worker = home->worker;
	*ret_index = index;
	m->first_free[home->worker] = m->entries[home->worker][index].next_free;
	m->entries[home->worker][index].group = group;
	m->load[home->worker]++;
	return 0;
}

static void leave_place(struct media *m, int worker, uint32_t index)
{
	struct entry *e = &m->entries[worker][index];
	leave_home(m, e->group);
	negotiated_packed_free(&e->negotiated);
	e->generation++;
	e->next_free = m->first_free[worker];
	m->first_free[worker] = index;
	m->load[worker]--;
}

static int answer_at(struct media *m, int worker, uint32_t index, const struct media_offer *offer,
					 uint8_t *room, struct media_answer *ret_answer)
{
	struct entry *e = &m->entries[worker][index];
	transport_id id = transport_id_make(worker, e->generation, index);
	struct wr answer = wr_init(room, NEGOTIATE_ANSWER_MAX);
	struct negotiated *prev = NULL, *n = NULL;
	struct negotiated_packed *kept = NULL;
	int err = e->negotiated ? negotiated_unpack(e->negotiated, &prev) : 0;
	if (err == 0)
		err = answer_offer(m, worker, index, prev, offer, &answer, &n);
	negotiated_free(&prev);
	if (err == 0)
		err = negotiated_pack(n, &kept);
	struct transport_conf *conf = make_conf(id, offer, n);
	if (err == 0)
		err = conf ? fill_answer(id, conf->negotiated, wr_span(&answer), ret_answer)
				   : -ERR_NOMEM;
	if (err < 0) {
		transport_conf_free(&conf);
		negotiated_packed_free(&kept);
		return err;
	}
	struct command cmd = {
		.type = e->negotiated ? COMMAND_UPDATE : COMMAND_OPEN,
		.conf = conf,
	};
	negotiated_packed_free(&e->negotiated);
	e->negotiated = kept;
	command(m, id, &cmd);
	return 0;
}

int media_answer(struct media *m, transport_id id, const struct media_offer *offer,
				 struct media_answer *ret_answer)
{
	int worker = transport_id_worker(id);
	uint32_t index = transport_id_index(id);
	if (id && !find_entry(m, id))
		return -ERR_NOTFOUND;
	int err = id ? 0 : take_place(m, offer->group, &worker, &index);
	if (err < 0)
		return err;
	uint8_t *room = malloc(NEGOTIATE_ANSWER_MAX);
	err = room ? answer_at(m, worker, index, offer, room, ret_answer) : -ERR_NOMEM;
	free(room);
	if (err < 0 && !id)
		leave_place(m, worker, index);
	return err;
}

void media_close(struct media *m, transport_id id)
{
	if (!find_entry(m, id))
		return;
	struct command cmd = {.type = COMMAND_CLOSE};
	command(m, id, &cmd);
	leave_place(m, transport_id_worker(id), transport_id_index(id));
}

void media_assign(struct media *m, transport_id id, const char *mid, uint32_t source, int height)
{
	if (!find_entry(m, id) || strlen(mid) >= MEDIA_MID_MAX)
		return;
	struct command cmd = {.type = COMMAND_ASSIGN, .assign = {.source = source, .height = height}};
	memcpy(cmd.assign.mid, mid, strlen(mid) + 1);
	command(m, id, &cmd);
}

void media_gate(struct media *m, transport_id id, enum media_kind kind, bool open)
{
	if (!find_entry(m, id))
		return;
	struct command cmd = {.type = COMMAND_GATE, .gate = {.kind = kind, .open = open}};
	command(m, id, &cmd);
}

void media_stats(struct media *m, transport_id id, uint64_t token)
{
	if (!find_entry(m, id))
		return;
	struct command cmd = {.type = COMMAND_STATS, .token = token};
	command(m, id, &cmd);
}

void media_take_tcp(struct media *m, int fd, const struct addr *peer, struct span stun)
{
	struct span ufrag;
	int worker;
	uint32_t index;
	if (ice_peek_ufrag(stun, &ufrag) < 0 || ufrag_find(ufrag, &worker, &index) < 0
		|| worker >= m->conf.workers) {
		close(fd);
		return;
	}
	struct command cmd = {.type = COMMAND_TCP, .tcp = {.fd = fd, .peer = *peer}};
	worker_post(m->workers[worker], &cmd);
}
