/* The local certificate: made once, verified by its authority, renewed when it must be. */
#include "cm.h"

#include "app/certificate.h"

#include <glib.h>
#include <glib/gstdio.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <string.h>
#include <sys/stat.h>

static char *dir;

static int begin(void **state)
{
	(void)state;
	dir = g_dir_make_tmp("ting-XXXXXX", NULL);
	return dir ? 0 : -1;
}

static int end(void **state)
{
	static const char *const files[] = {"ca.pem", "ca-key.pem", "tls.pem", "tls-key.pem",
										"tls-names.txt"};
	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
		g_autofree char *path = g_build_filename(dir, files[i], NULL);
		g_unlink(path);
	}
	g_rmdir(dir);
	g_free(dir);
	return 0;
}

static X509 *read_first(const char *pem)
{
	BIO *bio = BIO_new_mem_buf(pem, -1);
	X509 *cert = PEM_read_bio_X509(bio, NULL, NULL, NULL);
	BIO_free(bio);
	assert_non_null(cert);
	return cert;
}

static void the_authority_vouches_for_the_names(void **state)
{
	(void)state;
	struct certificate c;
	assert_int_equal(certificate_local(dir, &c), 0);
	X509 *leaf = read_first(c.chain);
	g_autofree char *ca_file = g_build_filename(dir, "ca.pem", NULL);
	X509_STORE *store = X509_STORE_new();
	assert_int_equal(X509_STORE_load_file(store, ca_file), 1);
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	assert_int_equal(X509_STORE_CTX_init(ctx, store, leaf, NULL), 1);
	assert_int_equal(X509_verify_cert(ctx), 1);
	assert_int_equal(X509_check_host(leaf, "localhost", 0, 0, NULL), 1);
	assert_int_equal(X509_check_ip_asc(leaf, "127.0.0.1", 0), 1);
	assert_int_equal(X509_check_ip_asc(leaf, "::1", 0), 1);
	assert_int_equal(X509_check_host(leaf, "example.org", 0, 0, NULL), 0);
	X509_STORE_CTX_free(ctx);
	X509_STORE_free(store);
	X509_free(leaf);
	certificate_done(&c);
	assert_null(c.key);
}

static void keys_are_for_the_owner_alone(void **state)
{
	(void)state;
	struct certificate c;
	assert_int_equal(certificate_local(dir, &c), 0);
	certificate_done(&c);
	static const char *const keys[] = {"ca-key.pem", "tls-key.pem"};
	for (size_t i = 0; i < G_N_ELEMENTS(keys); i++) {
		g_autofree char *path = g_build_filename(dir, keys[i], NULL);
		struct stat st;
		assert_int_equal(stat(path, &st), 0);
		assert_int_equal(st.st_mode & 0777, 0600);
	}
}

static void it_stays_until_the_names_change(void **state)
{
	(void)state;
	struct certificate a;
	struct certificate b;
	assert_int_equal(certificate_local(dir, &a), 0);
	assert_int_equal(certificate_local(dir, &b), 0);
	assert_string_equal(a.chain, b.chain);
	certificate_done(&b);

	g_autofree char *names = g_build_filename(dir, "tls-names.txt", NULL);
	assert_true(g_file_set_contents(names, "DNS:elsewhere", -1, NULL));
	assert_int_equal(certificate_local(dir, &b), 0);
	assert_string_not_equal(a.chain, b.chain);
	/* The authority is the same: whoever trusts it need not do so again. */
	assert_string_equal(strstr(a.chain + 10, "-----BEGIN"), strstr(b.chain + 10, "-----BEGIN"));
	certificate_done(&a);
	certificate_done(&b);
}

static void a_missing_file_is_an_error(void **state)
{
	(void)state;
	struct certificate c = {0};
	assert_int_equal(certificate_load("/nowhere/c.pem", "/nowhere/k.pem", &c), -ERR_IO);
	assert_null(c.chain);
	assert_int_equal(certificate_local("/nowhere", &c), -ERR_IO);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_authority_vouches_for_the_names, begin, end),
		cmocka_unit_test_setup_teardown(keys_are_for_the_owner_alone, begin, end),
		cmocka_unit_test_setup_teardown(it_stays_until_the_names_change, begin, end),
		cmocka_unit_test(a_missing_file_is_an_error),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
