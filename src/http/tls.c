/* Certificates by callback, not by configuration: so that a new one can be taken into use while
 * connections are open. The library gives the callback no pointer of ours; the server therefore
 * says tls_use before it lets the library run. */
#include "http/tls.h"

#include <errno.h>
#include <glib.h>
#include <string.h>
#include <sys/socket.h>

enum { CHAIN_MAX = 8, KEY_ID_MAX = 64 };

struct tls_identity {
	gnutls_pcert_st chain[CHAIN_MAX];
	unsigned chain_len;
	gnutls_privkey_t key;
};

const char tls_priorities[] = "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:-RSA:-DHE-RSA:"
							  "-CIPHER-ALL:+AES-128-GCM:+AES-256-GCM:+CHACHA20-POLY1305:"
							  "%SERVER_PRECEDENCE";

static _Thread_local const struct tls_identity *in_use;

static gnutls_datum_t datum(struct span s)
{
	return (gnutls_datum_t){.data = (unsigned char *)s.ptr, .size = (unsigned)s.len};
}

/* The identifier of a public key, the same for a certificate and its private key. */
static bool key_id(gnutls_pubkey_t key, unsigned char *ret_id, size_t *ret_len)
{
	*ret_len = KEY_ID_MAX;
	return gnutls_pubkey_get_key_id(key, GNUTLS_KEYID_USE_SHA256, ret_id, ret_len) == 0;
}

static bool is_pair(const struct tls_identity *identity)
{
	unsigned char a[KEY_ID_MAX], b[KEY_ID_MAX];
	size_t a_len, b_len;
	gnutls_pubkey_t own = NULL;
	bool same = gnutls_pubkey_init(&own) == 0
	            && gnutls_pubkey_import_privkey(own, identity->key, 0, 0) == 0
	            && key_id(own, a, &a_len) && key_id(identity->chain[0].pubkey, b, &b_len)
	            && a_len == b_len && memcmp(a, b, a_len) == 0;
	if (own)
		gnutls_pubkey_deinit(own);
	return same;
}

int tls_identity_new(struct span cert, struct span key, struct tls_identity **ret_identity)
{
	struct tls_identity *identity = g_new0(struct tls_identity, 1);
	gnutls_datum_t cert_pem = datum(cert), key_pem = datum(key);
	unsigned len = CHAIN_MAX;
	if (gnutls_pcert_list_import_x509_raw(identity->chain, &len, &cert_pem, GNUTLS_X509_FMT_PEM, 0)
		== 0)
		identity->chain_len = len;
	if (identity->chain_len == 0 || gnutls_privkey_init(&identity->key) != 0
		|| gnutls_privkey_import_x509_raw(
			   identity->key, &key_pem, GNUTLS_X509_FMT_PEM, NULL, 0)
			   != 0
		|| !is_pair(identity)) {
		tls_identity_free(&identity);
		return -ERR_CRYPTO;
	}
	*ret_identity = identity;
	return 0;
}

void tls_identity_free(struct tls_identity **identity)
{
	struct tls_identity *id = *identity;
	if (!id)
		return;
	if (in_use == id)
		in_use = NULL;
	for (unsigned i = 0; i < id->chain_len; i++)
		gnutls_pcert_deinit(&id->chain[i]);
	if (id->key)
		gnutls_privkey_deinit(id->key);
	g_free(id);
	*identity = NULL;
}

void tls_use(const struct tls_identity *identity)
{
	in_use = identity;
}

int tls_retrieve(gnutls_session_t session, const gnutls_datum_t *req_ca_rdn, int nreqs,
	const gnutls_pk_algorithm_t *pk_algos, int pk_algos_length, gnutls_pcert_st **pcert,
	unsigned *pcert_length, gnutls_privkey_t *privkey)
{
	if (!in_use)
		return -1;
	*pcert = (gnutls_pcert_st *)in_use->chain;
	*pcert_length = in_use->chain_len;
	*privkey = in_use->key;
	return 0;
}

/* ── Upgraded connections ── */

static _Thread_local bool reading;

/* In place of recv(2): for us it reads, for the library nothing has come. */
static ssize_t pull(gnutls_transport_ptr_t fd, void *buf, size_t len)
{
	if (reading)
		return recv((int)(intptr_t)fd, buf, len, 0);
	errno = EAGAIN;
	return -1;
}

void tls_own(gnutls_session_t session)
{
	gnutls_transport_set_pull_function(session, pull);
}

bool tls_has_more(gnutls_session_t session)
{
	return gnutls_record_check_pending(session) > 0;
}

ssize_t tls_read(gnutls_session_t session, uint8_t *buf)
{
	reading = true;
	ssize_t n = gnutls_record_recv(session, buf, TLS_RECORD_MAX);
	reading = false;
	if (n > 0)
		return n;
	if (n == GNUTLS_E_AGAIN || n == GNUTLS_E_INTERRUPTED || n == GNUTLS_E_WARNING_ALERT_RECEIVED)
		return -ERR_AGAIN;
	return -ERR_CLOSED;
}

ssize_t tls_write(gnutls_session_t session, struct span data, size_t *begun)
{
	/* A record that the socket did not take whole is kept by the session, and gone on with by a
	 * call without data. */
	size_t len = *begun ? *begun : MIN(data.len, TLS_RECORD_MAX);
	ssize_t n = *begun ? gnutls_record_send(session, NULL, 0)
	                   : gnutls_record_send(session, data.ptr, len);
	if (n == GNUTLS_E_AGAIN || n == GNUTLS_E_INTERRUPTED) {
		*begun = len;
		return -ERR_AGAIN;
	}
	*begun = 0;
	return n < 0 ? -ERR_CLOSED : (ssize_t)len;
}

void tls_finish(gnutls_session_t session)
{
	(void)!gnutls_bye(session, GNUTLS_SHUT_WR);
	shutdown(gnutls_transport_get_int(session), SHUT_WR);
}
