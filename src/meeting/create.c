/* New meetings. */
#include "meeting/create.h"

#include "base/random.h"

#include <stdio.h>
#include <string.h>

enum { NUMBER_TRIES = 20, MS_PER_HOUR = 3600 * 1000 };

static int64_t random_id(void)
{
	int64_t id;
	do
		id = (int64_t)(random_u64() >> 2);
	while (id == 0);
	return id;
}

/* Ten digits, the first not 0; any value as likely as any other. */
static void random_number(char ret_number[CREATE_NUMBER_LEN + 1])
{
	const uint64_t span = 9000000000u, fair = UINT64_MAX - UINT64_MAX % span;
	uint64_t value;
	do
		value = random_u64();
	while (value >= fair);
	snprintf(ret_number, CREATE_NUMBER_LEN + 1, "%llu",
		(unsigned long long)(1000000000u + value % span));
}

static int number_is_taken(struct db *db, const char *number)
{
	struct meeting_row row;
	int err = meeting_row_get_number(db, number, &row);
	if (err == -ERR_NOTFOUND)
		return 0;
	if (err)
		return err;
	meeting_row_done(&row);
	return 1;
}

static int free_number(struct db *db, char ret_number[CREATE_NUMBER_LEN + 1])
{
	for (int i = 0; i < NUMBER_TRIES; i++) {
		random_number(ret_number);
		int taken = number_is_taken(db, ret_number);
		if (taken <= 0)
			return taken;
	}
	return -ERR_FULL;
}

static int add_invites(struct db *db, int64_t meeting, struct create *c)
{
	struct {
		struct token *token;
		enum invite_grant grant;
	} invites[] = {
		{&c->host, INVITE_HOST}, {&c->publish, INVITE_PUBLISH}, {&c->watch, INVITE_WATCH}};
	for (size_t i = 0; i < G_N_ELEMENTS(invites); i++) {
		token_new(invites[i].token);
		int err = invite_add(db, meeting, invites[i].token->hash, invites[i].grant);
		if (err < 0)
			return err;
	}
	return 0;
}

int create_meeting(struct db *db, void *arg)
{
	struct create *c = arg;
	int count = meeting_row_count(db);
	if (count < 0)
		return count;
	if (count >= (int)c->meetings_max)
		return -ERR_FULL;
	random_code(c->code);
	int err = free_number(db, c->number);
	if (err)
		return err;
	struct meeting_row row = {
		.id = random_id(),
		.code = c->code,
		.number = c->number,
		.title = (char *)c->title,
		.owner = c->owner,
		.hosting = (int)c->hosting,
		.lobby = c->lobby,
		.created = c->now,
	};
	err = meeting_row_add(db, &row);
	return err < 0 ? err : add_invites(db, row.id, c);
}

int create_demo(struct db *db, void *title)
{
	struct meeting_row row;
	int err = meeting_row_get(db, "demo", &row);
	if (err != -ERR_NOTFOUND) {
		if (!err)
			meeting_row_done(&row);
		return err;
	}
	char number[CREATE_NUMBER_LEN + 1];
	err = free_number(db, number);
	if (err)
		return err;
	char code[] = "demo";
	row = (struct meeting_row){
		.id = random_id(),
		.code = code,
		.number = number,
		.title = title,
		.hosting = ROOM_HOSTING_FIRST,
		.created = clock_wall() / USEC_PER_MS,
	};
	return meeting_row_add(db, &row);
}

int create_sweep(struct db *db, void *now)
{
	return meeting_row_sweep(db, *(int64_t *)now);
}

bool create_is_over(const struct meeting_row *row, int64_t now, unsigned empty_hours)
{
	if (row->ended)
		return true;
	if (row->hosting == ROOM_HOSTING_FIRST || !row->emptied)
		return false;
	return now - row->emptied > (int64_t)empty_hours * MS_PER_HOUR;
}
