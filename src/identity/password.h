/* Passwords of local accounts: argon2id, on a thread of their own, since one check costs tens of
 * milliseconds and the control thread has none to give. */
#ifndef IDENTITY_PASSWORD_H
#define IDENTITY_PASSWORD_H

#include "base/err.h"

#include <glib.h>
#include <stdbool.h>

enum {
	PASSWORD_MIN = 10,         /* characters */
	PASSWORD_MAX = 512,        /* bytes */
	PASSWORD_ENCODED_MAX = 160,
};

/* Long enough and not too long? */
bool password_is_acceptable(const char *password);

/* Makes the encoded form to be kept. Slow. -ERR_NOMEM; -ERR_CRYPTO */
NODISCARD int password_hash(const char *password, char ret_encoded[PASSWORD_ENCODED_MAX]);

/* Is it the one? encoded "" (no such account) takes as long, and is false. Slow. */
bool password_verify(const char *encoded, const char *password);

struct passwords;

/* waiting_max  checks that may wait; context: where answers are delivered, NULL: the default one */
struct passwords *passwords_new(unsigned waiting_max, GMainContext *context);
/* Waits for those under way and answers them. */
void passwords_free(struct passwords **passwords);

/* password_verify on the thread; done is called later, on the context's thread.
 * encoded, password  borrowed, copied, wiped
 * -ERR_FULL: too many wait; done is not called */
typedef void password_done(bool is_right, void *arg);
NODISCARD int passwords_check(struct passwords *passwords, const char *encoded,
	const char *password, password_done *done, void *arg);

#endif
