/* Bearer tokens: whoever holds one may do what it stands for. They are given out once and kept as
 * a hash only, so that a stolen database opens nothing. */
#ifndef IDENTITY_TOKEN_H
#define IDENTITY_TOKEN_H

#include "base/random.h"

#include <stdbool.h>

enum { TOKEN_HASH_LEN = 64 }; /* SHA-256 in hexadecimal */

struct token {
	char text[RANDOM_TOKEN_LEN + 1];  /* to give out; never to a log or a database */
	char hash[TOKEN_HASH_LEN + 1];    /* to keep */
};

void token_new(struct token *ret_token);

/* The hash of a token's text. Any length is taken: 256 bits of randomness need no salt. */
void token_hash(const char *text, char ret_hash[TOKEN_HASH_LEN + 1]);

#endif
