/* May WHO do VERB? For the API, asked at each request; what members of a meeting may do to each
 * other stands in policy/roles. */
#ifndef IDENTITY_ACCESS_H
#define IDENTITY_ACCESS_H

#include <stdbool.h>
#include <stdint.h>

struct access_who {
	int64_t person; /* 0: a stranger */
	bool admin;
};

enum access_verb {
	ACCESS_MEETING_CREATE,
	ACCESS_MEETING_SEE, /* having its link */
	ACCESS_NUMBER_ASK,  /* which meeting has this number */
	ACCESS_REPORT,
};

/* demo: an installation to try, open to anybody who reaches it */
bool access_may(const struct access_who *who, enum access_verb verb, bool demo);

#endif
