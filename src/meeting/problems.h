/* The problems of a meeting, beside those of http/problem.h. */
#ifndef MEETING_PROBLEMS_H
#define MEETING_PROBLEMS_H

#include "http/problem.h"

extern const struct problem problem_already_joined;  /* 409 */
extern const struct problem problem_bad_offer;       /* 400 */
extern const struct problem problem_chat_full;       /* 409: as many messages as a meeting holds */
extern const struct problem problem_floor_taken;     /* 409 */
extern const struct problem problem_in_lobby;        /* 403 */
extern const struct problem problem_join_first;      /* 409 */
extern const struct problem problem_last_host;       /* 409: nobody else would lead */
extern const struct problem problem_lobby_full;      /* 503 */
extern const struct problem problem_meeting_ended;   /* 410 */
extern const struct problem problem_meeting_full;    /* 503 */
extern const struct problem problem_meeting_locked;  /* 403 */
extern const struct problem problem_meeting_unknown; /* 404 */
extern const struct problem problem_meetings_full;   /* 503: no more may be made */
extern const struct problem problem_member_unknown;  /* 404 */
extern const struct problem problem_no_media;        /* 409 */
extern const struct problem problem_not_usable;      /* 422: nothing in the offer can be used */
extern const struct problem problem_rating_settled;  /* 409: can't be changed any more */
extern const struct problem problem_rating_unknown;  /* 403: by nobody who was there */
extern const struct problem problem_refused;         /* 403 */
extern const struct problem problem_removed;         /* 403 */
extern const struct problem problem_resume_unknown;  /* 404 */
extern const struct problem problem_role_forbidden;  /* 403 */
extern const struct problem problem_token_missing;   /* 401: of WHIP and WHEP */
extern const struct problem problem_token_wrong;     /* 401 */
extern const struct problem problem_too_fast;        /* 429: more messages a second than allowed */
extern const struct problem problem_unknown_verb;    /* 400 */
extern const struct problem problem_not_stored;      /* 503 */

#endif
