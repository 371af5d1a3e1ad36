/* Ratings. A ticket is "<meeting>.<member>.<digest>", the first two in hexadecimal. */
#include "meeting/rate.h"

#include "meeting/rooms_internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
	DIGEST_LEN = 32, /* hexadecimal signs: 128 bits */
	WHO_LEN = 25,    /* two numbers in hexadecimal and a dot */
};

static void write_ticket(const struct rooms *rooms, int64_t meeting, uint32_t member,
	char ret_ticket[RATE_TICKET_LEN + 1])
{
	const char *key = rooms->conf.key;
	char who[WHO_LEN + 1];
	snprintf(who, sizeof who, "%" PRIx64 ".%" PRIx32, (uint64_t)meeting, member);
	g_autofree char *digest = g_compute_hmac_for_string(
		G_CHECKSUM_SHA256, (const guchar *)key, strlen(key), who, -1);
	snprintf(ret_ticket, RATE_TICKET_LEN + 1, "%s.%.*s", who, DIGEST_LEN, digest);
}

void rate_ticket(
	const struct room *room, const struct member *m, char ret_ticket[RATE_TICKET_LEN + 1])
{
	write_ticket(room->rooms, room->row.id, m->number, ret_ticket);
}

/* Takes as long wherever the first difference is. */
static bool is_same(const char *a, const char *b)
{
	size_t len = strlen(a);
	if (strlen(b) != len)
		return false;
	unsigned differs = 0;
	for (size_t i = 0; i < len; i++)
		differs |= (unsigned)(a[i] ^ b[i]);
	return differs == 0;
}

/* False: not one of ours. */
static bool read_ticket(const struct rooms *rooms, const char *ticket, int64_t *ret_meeting)
{
	char *end;
	uint64_t meeting = g_ascii_strtoull(ticket, &end, 16);
	if (*end != '.')
		return false;
	uint64_t member = g_ascii_strtoull(end + 1, NULL, 16);
	if (member > UINT32_MAX)
		return false;
	char own[RATE_TICKET_LEN + 1];
	write_ticket(rooms, (int64_t)meeting, (uint32_t)member, own);
	*ret_meeting = (int64_t)meeting;
	return is_same(own, ticket);
}

struct rating {
	struct rooms *rooms;
	struct rating_row row;
	char who[TOKEN_HASH_LEN + 1];
	rate_done *done;
	void *arg;
};

static int put(struct db *db, void *arg)
{
	struct rating *r = arg;
	return rating_row_put(db, &r->row, r->row.at - RATE_CHANGE_MS, RATE_MEETING_MAX);
}

static const struct problem *problem_of(int err)
{
	if (err == -ERR_NOTFOUND)
		return &problem_rating_unknown;
	if (err == -ERR_PHASE)
		return &problem_rating_settled;
	return err == -ERR_FULL || err == -ERR_AGAIN ? &problem_full : &problem_not_stored;
}

static void have_put(int result, void *arg)
{
	struct rating *r = arg;
	if (result >= 0 && result != (int)r->row.grade) {
		/* Counters never fall: what is taken back is counted apart. */
		struct rooms *rooms = r->rooms;
		rooms->ratings_back[result] += result != RATING_NONE;
		rooms->ratings[r->row.grade] += r->row.grade != RATING_NONE;
	}
	r->done(result < 0 ? problem_of(result) : NULL, r->arg);
	g_free(r);
}

void rate_put(struct rooms *rooms, const struct rate_ask *ask, rate_done *done, void *arg)
{
	int64_t meeting;
	if (!read_ticket(rooms, ask->ticket, &meeting)) {
		done(&problem_rating_unknown, arg);
		return;
	}
	struct rating *r = g_new0(struct rating, 1);
	*r = (struct rating){.rooms = rooms, .done = done, .arg = arg};
	token_hash(ask->ticket, r->who);
	r->row = (struct rating_row){.meeting = meeting,
		.who = r->who,
		.grade = ask->grade,
		.wrong = ask->wrong,
		.at = rooms_wall_ms(rooms)};
	if (store_run(rooms->conf.store, put, r, have_put) < 0)
		have_put(-ERR_AGAIN, r);
}
