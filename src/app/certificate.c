/* OpenSSL's X.509, top down: certificate_local, make_leaf, make_authority, sign. */
#include "app/certificate.h"

#include "base/addr.h"
#include "base/random.h"
#include "net/interfaces.h"

#include <glib.h>
#include <glib/gstdio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	CA_DAYS = 3650,
	LEAF_DAYS = 397,     /* browsers refuse longer ones */
	RENEW_DAYS = 30,
	NAMES_MAX = 32,
};

/* ── Files ── */

static int write_file(const char *path, BIO *pem, mode_t mode)
{
	char *text;
	long len = BIO_get_mem_data(pem, &text);
	if (len <= 0)
		return -ERR_CRYPTO;
	return g_file_set_contents_full(path, text, len, G_FILE_SET_CONTENTS_CONSISTENT, (int)mode,
									NULL)
			   ? 0
			   : -ERR_IO;
}

static int save(const char *folder, const char *name, X509 *cert, X509 *issuer)
{
	g_autofree char *path = g_build_filename(folder, name, NULL);
	BIO *bio = BIO_new(BIO_s_mem());
	int err = bio && PEM_write_bio_X509(bio, cert) && (!issuer || PEM_write_bio_X509(bio, issuer))
				  ? write_file(path, bio, 0644)
				  : -ERR_CRYPTO;
	BIO_free(bio);
	return err;
}

static int save_key(const char *folder, const char *name, EVP_PKEY *key)
{
	g_autofree char *path = g_build_filename(folder, name, NULL);
	BIO *bio = BIO_new(BIO_s_mem());
	int err = bio && PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL)
				  ? write_file(path, bio, 0600)
				  : -ERR_CRYPTO;
	BIO_free(bio);
	return err;
}

static X509 *read_cert(const char *folder, const char *name)
{
	g_autofree char *path = g_build_filename(folder, name, NULL);
	FILE *f = g_fopen(path, "re");
	X509 *cert = f ? PEM_read_X509(f, NULL, NULL, NULL) : NULL;
	if (f)
		fclose(f);
	return cert;
}

static EVP_PKEY *read_key(const char *folder, const char *name)
{
	g_autofree char *path = g_build_filename(folder, name, NULL);
	FILE *f = g_fopen(path, "re");
	EVP_PKEY *key = f ? PEM_read_PrivateKey(f, NULL, NULL, NULL) : NULL;
	if (f)
		fclose(f);
	return key;
}

/* ── Certificates ── */

static int add_ext(X509 *cert, X509 *issuer, int nid, const char *value)
{
	X509V3_CTX ctx;
	X509V3_set_ctx_nodb(&ctx);
	X509V3_set_ctx(&ctx, issuer, cert, NULL, NULL, 0);
	X509_EXTENSION *ext = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	int err = ext && X509_add_ext(cert, ext, -1) ? 0 : -ERR_CRYPTO;
	X509_EXTENSION_free(ext);
	return err;
}

/* A certificate with everything but extensions and signature. */
static X509 *begin(const char *name, EVP_PKEY *key, X509 *issuer, int days)
{
	X509 *cert = X509_new();
	BIGNUM *serial = BN_new();
	unsigned char raw[16];
	random_bytes(raw, sizeof raw);
	raw[0] &= 0x7f;
	X509_NAME *subject = cert ? X509_get_subject_name(cert) : NULL;
	bool fine = subject && serial && BN_bin2bn(raw, sizeof raw, serial)
				&& X509_set_version(cert, X509_VERSION_3)
				&& BN_to_ASN1_INTEGER(serial, X509_get_serialNumber(cert))
				&& X509_gmtime_adj(X509_getm_notBefore(cert), -3600)
				&& X509_time_adj_ex(X509_getm_notAfter(cert), days, 0, NULL)
				&& X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
											  (const unsigned char *)name, -1, -1, 0)
				&& X509_set_issuer_name(cert, issuer ? X509_get_subject_name(issuer) : subject)
				&& X509_set_pubkey(cert, key);
	BN_free(serial);
	if (!fine) {
		X509_free(cert);
		return NULL;
	}
	return cert;
}

static int make_authority(const char *folder, X509 **ret_cert, EVP_PKEY **ret_key)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *cert = key ? begin("Ting local authority", key, NULL, CA_DAYS) : NULL;
	int err = cert ? 0 : -ERR_CRYPTO;
	if (err == 0)
		err = add_ext(cert, cert, NID_basic_constraints, "critical,CA:TRUE,pathlen:0");
	if (err == 0)
		err = add_ext(cert, cert, NID_key_usage, "critical,keyCertSign,cRLSign");
	if (err == 0)
		err = add_ext(cert, cert, NID_subject_key_identifier, "hash");
	if (err == 0 && !X509_sign(cert, key, EVP_sha256()))
		err = -ERR_CRYPTO;
	if (err == 0)
		err = save_key(folder, "ca-key.pem", key);
	if (err == 0)
		err = save(folder, "ca.pem", cert, NULL);
	if (err < 0) {
		X509_free(cert);
		EVP_PKEY_free(key);
		return err;
	}
	*ret_cert = cert;
	*ret_key = key;
	return 0;
}

/* "DNS:localhost,IP:127.0.0.1,…": every name this machine may be asked by. */
static char *alt_names(void)
{
	GString *s = g_string_new("DNS:localhost,IP:127.0.0.1,IP:0:0:0:0:0:0:0:1");
	const char *host = g_get_host_name();
	bool plain = host && *host && strcmp(host, "localhost") != 0;
	for (const char *c = host; plain && *c; c++)
		plain = g_ascii_isalnum(*c) || *c == '-' || *c == '.';
	if (plain)
		g_string_append_printf(s, ",DNS:%s", host);
	struct addr addrs[NAMES_MAX];
	int n = interfaces_list(addrs, NAMES_MAX, false);
	for (int i = 0; i < n; i++) {
		char text[ADDR_TEXT_MAX];
		g_string_append_printf(s, ",IP:%s", addr_host_text(&addrs[i], text));
	}
	return g_string_free(s, FALSE);
}

static int make_leaf(const char *folder, const char *names, X509 *ca, EVP_PKEY *ca_key)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *cert = key ? begin("Ting", key, ca, LEAF_DAYS) : NULL;
	int err = cert ? 0 : -ERR_CRYPTO;
	if (err == 0)
		err = add_ext(cert, ca, NID_basic_constraints, "critical,CA:FALSE");
	if (err == 0)
		err = add_ext(cert, ca, NID_key_usage, "critical,digitalSignature");
	if (err == 0)
		err = add_ext(cert, ca, NID_ext_key_usage, "serverAuth");
	if (err == 0)
		err = add_ext(cert, ca, NID_authority_key_identifier, "keyid");
	if (err == 0)
		err = add_ext(cert, ca, NID_subject_alt_name, names);
	if (err == 0 && !X509_sign(cert, ca_key, EVP_sha256()))
		err = -ERR_CRYPTO;
	if (err == 0)
		err = save_key(folder, "tls-key.pem", key);
	if (err == 0)
		err = save(folder, "tls.pem", cert, ca);
	X509_free(cert);
	EVP_PKEY_free(key);
	return err;
}

/* Is the leaf good for a while yet, and for the names of today? They are kept beside it. */
static bool is_current(const char *folder, const char *names)
{
	g_autofree char *names_file = g_build_filename(folder, "tls-names.txt", NULL);
	g_autofree char *then = NULL;
	X509 *leaf = read_cert(folder, "tls.pem");
	time_t limit = time(NULL) + RENEW_DAYS * 86400;
	bool current = leaf && X509_cmp_time(X509_get0_notAfter(leaf), &limit) > 0
				   && g_file_get_contents(names_file, &then, NULL, NULL)
				   && strcmp(then, names) == 0;
	X509_free(leaf);
	return current;
}

static int renew(const char *folder, const char *names)
{
	X509 *ca = read_cert(folder, "ca.pem");
	EVP_PKEY *ca_key = read_key(folder, "ca-key.pem");
	int err = 0;
	if (!ca || !ca_key) {
		X509_free(ca);
		EVP_PKEY_free(ca_key);
		ca = NULL;
		ca_key = NULL;
		err = make_authority(folder, &ca, &ca_key);
	}
	if (err == 0)
		err = make_leaf(folder, names, ca, ca_key);
	X509_free(ca);
	EVP_PKEY_free(ca_key);
	g_autofree char *names_file = g_build_filename(folder, "tls-names.txt", NULL);
	if (err == 0 && !g_file_set_contents(names_file, names, -1, NULL))
		err = -ERR_IO;
	return err;
}

int certificate_local(const char *folder, struct certificate *ret_c)
{
	g_autofree char *names = alt_names();
	g_autofree char *chain_file = g_build_filename(folder, "tls.pem", NULL);
	g_autofree char *key_file = g_build_filename(folder, "tls-key.pem", NULL);
	int err = is_current(folder, names) ? 0 : renew(folder, names);
	return err < 0 ? err : certificate_load(chain_file, key_file, ret_c);
}

int certificate_load(const char *chain_file, const char *key_file, struct certificate *ret_c)
{
	struct certificate c = {0};
	if (!g_file_get_contents(chain_file, &c.chain, NULL, NULL)
		|| !g_file_get_contents(key_file, &c.key, NULL, NULL)) {
		certificate_done(&c);
		return -ERR_IO;
	}
	*ret_c = c;
	return 0;
}

void certificate_done(struct certificate *c)
{
	if (c->key)
		OPENSSL_cleanse(c->key, strlen(c->key));
	g_free(c->chain);
	g_free(c->key);
	*c = (struct certificate){0};
}
