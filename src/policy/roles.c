/* The table of verbs and roles. To read it: a column a role, in the order of enum role. */
#include "policy/roles.h"

#include <stddef.h>
#include <string.h>

static const char *const names[ROLE_COUNT] = {
	[ROLE_HOST] = "host",
	[ROLE_COHOST] = "co-host",
	[ROLE_PRESENTER] = "presenter",
	[ROLE_PARTICIPANT] = "participant",
	[ROLE_INTERPRETER] = "interpreter",
	[ROLE_CAPTIONER] = "captioner",
	[ROLE_AUDIENCE] = "audience",
};

enum { Y = 1, _ = 0 };

static const struct row {
	const char *verb;
	bool may[ROLE_COUNT];
} table[] = {
	/*                     host co  pres part int  cap  aud */
	{"admit",             {Y,   Y,  _,   _,   _,   _,   _}},
	{"audience",          {Y,   Y,  _,   _,   _,   _,   _}},
	{"caption",           {_,   _,  _,   _,   Y,   Y,   _}},
	{"chat",              {Y,   Y,  Y,   Y,   Y,   Y,   Y}},
	{"end",               {Y,   _,  _,   _,   _,   _,   _}},
	{"floor",             {Y,   Y,  _,   _,   _,   _,   _}},
	{"floor-take",        {Y,   Y,  Y,   Y,   Y,   _,   _}},
	{"hand",              {Y,   Y,  Y,   Y,   Y,   Y,   Y}},
	{"hand-lower",        {Y,   Y,  _,   _,   _,   _,   _}},
	{"leave",             {Y,   Y,  Y,   Y,   Y,   Y,   Y}},
	{"lobby",             {Y,   Y,  _,   _,   _,   _,   _}},
	{"lock",              {Y,   Y,  _,   _,   _,   _,   _}},
	{"media",             {Y,   Y,  Y,   Y,   Y,   Y,   _}},
	{"mute",              {Y,   Y,  _,   _,   _,   _,   _}},
	{"offer",             {Y,   Y,  Y,   Y,   Y,   Y,   Y}},
	{"pin-interpreter",   {Y,   Y,  _,   _,   _,   _,   _}},
	{"reaction",          {Y,   Y,  Y,   Y,   Y,   Y,   Y}},
	{"refuse",            {Y,   Y,  _,   _,   _,   _,   _}},
	{"remove",            {Y,   Y,  _,   _,   _,   _,   _}},
	{"rename",            {Y,   Y,  Y,   Y,   Y,   Y,   Y}},
	{"role",              {Y,   Y,  _,   _,   _,   _,   _}},
	{"rtt",               {Y,   Y,  Y,   Y,   Y,   Y,   _}},
	{"stats",             {Y,   Y,  Y,   Y,   Y,   Y,   Y}},
	{"view",              {Y,   Y,  Y,   Y,   Y,   Y,   Y}},
};

const char *role_name(enum role role)
{
	return names[role];
}

int role_parse(const char *name)
{
	for (int i = 0; i < ROLE_COUNT; i++)
		if (strcmp(name, names[i]) == 0)
			return i;
	return -1;
}

bool role_may(enum role role, const char *verb)
{
	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		if (strcmp(verb, table[i].verb) == 0)
			return table[i].may[role];
	return false;
}

bool role_is_leader(enum role role)
{
	return role == ROLE_HOST || role == ROLE_COHOST;
}

bool role_may_send(enum role role)
{
	return role_may(role, "media");
}

bool role_is_listed(enum role role)
{
	return role != ROLE_AUDIENCE;
}

bool role_may_set(enum role by, enum role from, enum role to)
{
	if (by == ROLE_HOST)
		return true;
	return by == ROLE_COHOST && !role_is_leader(from) && !role_is_leader(to);
}

bool role_may_mute(enum role by, enum role whom)
{
	return by == ROLE_HOST || (by == ROLE_COHOST && whom != ROLE_HOST);
}

bool role_may_remove(enum role by, enum role whom)
{
	return by == ROLE_HOST || (by == ROLE_COHOST && !role_is_leader(whom));
}
