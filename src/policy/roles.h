/* What each role may do: one table, role by verb, and nothing that depends on anything else.
 *
 * The verbs are those of docs/protocol.md. Every message is asked about here, every time. */
#ifndef POLICY_ROLES_H
#define POLICY_ROLES_H

#include <stdbool.h>

enum role {
	ROLE_HOST,
	ROLE_COHOST,
	ROLE_PRESENTER,
	ROLE_PARTICIPANT,
	ROLE_INTERPRETER,
	ROLE_CAPTIONER,
	ROLE_AUDIENCE,
	ROLE_COUNT
};

/* "host", "co-host" … Static. */
const char *role_name(enum role role);

/* The role of that name; negative: none. */
int role_parse(const char *name);

/* May someone of this role use the verb? False for verbs that nobody knows. */
bool role_may(enum role role, const char *verb);

/* Host or co-host: sees the lobby and what is written to hosts. */
bool role_is_leader(enum role role);

/* May send sound and pictures at all. */
bool role_may_send(enum role role);

/* Is listed one by one, and announced when coming and going. */
bool role_is_listed(enum role role);

/* May `by` turn someone who is `from` into `to`? Only a host makes and unmakes hosts, co-hosts. */
bool role_may_set(enum role by, enum role from, enum role to);

/* May `by` mute or remove someone who is `whom`? A co-host not a host, and to remove, not another
 * co-host either. */
bool role_may_mute(enum role by, enum role whom);
bool role_may_remove(enum role by, enum role whom);

#endif
