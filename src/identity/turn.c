/* TURN credentials. */
#include "identity/turn.h"

#include <glib.h>
#include <string.h>

enum { SHA1_LEN = 20 };

void turn_credentials(const char *secret, const char *who, int64_t expires_sec,
	struct turn_credentials *ret_credentials)
{
	g_snprintf(ret_credentials->username, sizeof ret_credentials->username, "%lld:%s",
		(long long)expires_sec, who);
	GHmac *hmac = g_hmac_new(G_CHECKSUM_SHA1, (const guchar *)secret, strlen(secret));
	g_hmac_update(hmac, (const guchar *)ret_credentials->username, -1);
	uint8_t digest[SHA1_LEN];
	gsize len = sizeof digest;
	g_hmac_get_digest(hmac, digest, &len);
	g_hmac_unref(hmac);
	g_autofree char *text = g_base64_encode(digest, len);
	g_strlcpy(ret_credentials->credential, text, sizeof ret_credentials->credential);
}
