/* Time-limited credentials for a TURN server that shares a secret with us (coturn:
 * use-auth-secret): the username says until when, the password proves that we said so. */
#ifndef IDENTITY_TURN_H
#define IDENTITY_TURN_H

#include <stdint.h>

enum { TURN_USERNAME_MAX = 64, TURN_CREDENTIAL_MAX = 32 };

struct turn_credentials {
	char username[TURN_USERNAME_MAX];     /* "<seconds since 1970>:<who>" */
	char credential[TURN_CREDENTIAL_MAX]; /* base64 of HMAC-SHA1(secret, username) */
};

/* who: anything short that means one user; letters and digits */
void turn_credentials(const char *secret, const char *who, int64_t expires_sec,
	struct turn_credentials *ret_credentials);

#endif
