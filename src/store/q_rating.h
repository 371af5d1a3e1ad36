/* Queries about how people found a meeting. All run inside a job (store.h). */
#ifndef STORE_Q_RATING_H
#define STORE_Q_RATING_H

#include "store/db.h"

#include <glib.h>

enum rating_grade { RATING_NONE, RATING_GOOD, RATING_FAIR, RATING_POOR, RATING_GRADES };
enum rating_wrong { RATING_WRONG_NONE, RATING_SOUND, RATING_PICTURE, RATING_OTHER, RATING_WRONGS };

/* "good" …, "sound" …; "" for none. Static. */
const char *rating_grade_name(enum rating_grade grade);
const char *rating_wrong_name(enum rating_wrong wrong);
/* The one of that name; negative: there is none. */
int rating_grade_parse(const char *name);
int rating_wrong_parse(const char *name);

struct rating_row {
	int64_t meeting;
	const char *who; /* borrowed; tells givers apart, and names nobody */
	enum rating_grade grade;
	enum rating_wrong wrong;
	int64_t at;
};

/* Gives a rating, changes it, or with RATING_NONE takes it back. Who has given one before `since`
 * has given it for good: -ERR_PHASE.
 * max  ratings of one meeting: -ERR_FULL
 * -ERR_NOTFOUND: no such meeting. Returns what stood there before, enum rating_grade. */
NODISCARD int rating_row_put(struct db *db, const struct rating_row *row, int64_t since, int max);

/* What a meeting's people said, in sum. */
struct rating_count {
	char *title, *number; /* owned */
	int64_t started;
	int grades[RATING_GRADES]; /* how many of each; the first is unused */
	int wrongs[RATING_WRONGS];
};

/* The `max` meetings that began last, of those that have ratings: gives an array of struct
 * rating_count. Returns how many there are in all. */
NODISCARD int rating_count_list(struct db *db, int max, GArray **ret_counts);

#endif
