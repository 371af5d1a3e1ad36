/* Tokens and their hashes. */
#include "identity/token.h"

#include <glib.h>

void token_hash(const char *text, char ret_hash[TOKEN_HASH_LEN + 1])
{
	g_autofree char *hex = g_compute_checksum_for_string(G_CHECKSUM_SHA256, text, -1);
	g_strlcpy(ret_hash, hex, TOKEN_HASH_LEN + 1);
}

void token_new(struct token *ret_token)
{
	random_token(ret_token->text);
	token_hash(ret_token->text, ret_token->hash);
}
