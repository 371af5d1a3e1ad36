/* See http_client.h. The client's sockets do not block; wait_for turns the loop between tries. */
#include "http/http_client.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* ── Certificates ── */

struct pem pem_new(const char *name)
{
	gnutls_x509_privkey_t key;
	gnutls_x509_crt_t crt;
	gnutls_datum_t cert_pem, key_pem;
	unsigned char serial = 1;
	struct pem pem;
	assert_int_equal(gnutls_x509_privkey_init(&key), 0);
	assert_int_equal(gnutls_x509_privkey_generate(key, GNUTLS_PK_ECDSA,
						 GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0),
		0);
	assert_int_equal(gnutls_x509_crt_init(&crt), 0);
	gnutls_x509_crt_set_version(crt, 3);
	gnutls_x509_crt_set_serial(crt, &serial, 1);
	gnutls_x509_crt_set_activation_time(crt, time(NULL) - 3600);
	gnutls_x509_crt_set_expiration_time(crt, time(NULL) + 3600);
	gnutls_x509_crt_set_dn_by_oid(
		crt, GNUTLS_OID_X520_COMMON_NAME, 0, name, (unsigned)strlen(name));
	gnutls_x509_crt_set_subject_alt_name(crt, GNUTLS_SAN_DNSNAME, "localhost", 9, 0);
	gnutls_x509_crt_set_key(crt, key);
	assert_int_equal(gnutls_x509_crt_sign2(crt, crt, key, GNUTLS_DIG_SHA256, 0), 0);
	assert_int_equal(gnutls_x509_crt_export2(crt, GNUTLS_X509_FMT_PEM, &cert_pem), 0);
	assert_int_equal(gnutls_x509_privkey_export2(key, GNUTLS_X509_FMT_PEM, &key_pem), 0);
	pem.cert = g_strndup((char *)cert_pem.data, cert_pem.size);
	pem.key = g_strndup((char *)key_pem.data, key_pem.size);
	gnutls_free(cert_pem.data);
	gnutls_free(key_pem.data);
	gnutls_x509_crt_deinit(crt);
	gnutls_x509_privkey_deinit(key);
	return pem;
}

void pem_free(struct pem *pem)
{
	g_clear_pointer(&pem->cert, g_free);
	g_clear_pointer(&pem->key, g_free);
}

static struct pem shared;

static void free_shared(void)
{
	pem_free(&shared);
}

void test_conf_init(struct server_conf *ret_conf)
{
	if (!shared.cert) {
		shared = pem_new("first");
		atexit(free_shared);
	}
	server_conf_init(ret_conf);
	ret_conf->listen[0] = (struct addr){.family = 4, .host = {127, 0, 0, 1}};
	ret_conf->listen_count = 1;
	ret_conf->cert_pem = span_str(shared.cert);
	ret_conf->key_pem = span_str(shared.key);
}

/* ── The loop ── */

void turn(void)
{
	if (!g_main_context_iteration(NULL, FALSE))
		poll(NULL, 0, 1);
}

void turn_for(unsigned ms)
{
	gint64 end = g_get_monotonic_time() + (gint64)ms * 1000;
	while (g_get_monotonic_time() < end)
		turn();
}

/* ── Connections ── */

struct client *client_plain(uint16_t port, const char *local)
{
	struct client *c = g_new0(struct client, 1);
	struct sockaddr_in sin = {.sin_family = AF_INET, .sin_port = htons(port)};
	struct sockaddr_in from = {.sin_family = AF_INET};
	c->in = g_byte_array_new();
	c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_true(c->fd >= 0);
	if (local) {
		inet_pton(AF_INET, local, &from.sin_addr);
		assert_int_equal(bind(c->fd, (struct sockaddr *)&from, sizeof from), 0);
	}
	sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(connect(c->fd, (struct sockaddr *)&sin, sizeof sin), 0);
	assert_int_equal(fcntl(c->fd, F_SETFL, O_NONBLOCK), 0);
	int one = 1;
	setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	return c;
}

static gnutls_certificate_credentials_t credentials;
const char *client_priority;

static void free_credentials(void)
{
	gnutls_certificate_free_credentials(credentials);
}

struct client *client_tls(uint16_t port)
{
	struct client *c = client_plain(port, NULL);
	gnutls_session_t session;
	int err;
	if (!credentials) {
		gnutls_certificate_allocate_credentials(&credentials);
		atexit(free_credentials);
	}
	assert_int_equal(gnutls_init(&session, GNUTLS_CLIENT | GNUTLS_NONBLOCK), 0);
	if (client_priority)
		assert_int_equal(gnutls_priority_set_direct(session, client_priority, NULL), 0);
	else
		assert_int_equal(gnutls_set_default_priority(session), 0);
	assert_int_equal(gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, credentials), 0);
	gnutls_transport_set_int(session, c->fd);
	gint64 end = g_get_monotonic_time() + CLIENT_WAIT_MS * 1000;
	while ((err = gnutls_handshake(session)) == GNUTLS_E_AGAIN) {
		assert_true(g_get_monotonic_time() < end);
		turn();
	}
	assert_int_equal(err, 0);
	c->tls = session;
	return c;
}

char *client_peer_name(const struct client *c)
{
	unsigned n;
	gnutls_x509_crt_t crt;
	char name[64];
	size_t len = sizeof name;
	const gnutls_datum_t *chain = gnutls_certificate_get_peers(c->tls, &n);
	assert_non_null(chain);
	gnutls_x509_crt_init(&crt);
	assert_int_equal(gnutls_x509_crt_import(crt, chain, GNUTLS_X509_FMT_DER), 0);
	assert_int_equal(
		gnutls_x509_crt_get_dn_by_oid(crt, GNUTLS_OID_X520_COMMON_NAME, 0, 0, name, &len), 0);
	gnutls_x509_crt_deinit(crt);
	return g_strndup(name, len);
}

void client_free(struct client **c)
{
	if (!*c)
		return;
	if ((*c)->tls)
		gnutls_deinit((*c)->tls);
	close((*c)->fd);
	g_byte_array_unref((*c)->in);
	g_free(*c);
	*c = NULL;
}

/* 0: not now; less: gone. */
static ssize_t try_send(struct client *c, const void *data, size_t len)
{
	if (c->tls) {
		ssize_t n = gnutls_record_send(c->tls, data, MIN(len, 16384));
		return n == GNUTLS_E_AGAIN || n == GNUTLS_E_INTERRUPTED ? 0 : n;
	}
	ssize_t n = send(c->fd, data, len, MSG_NOSIGNAL);
	return n < 0 && errno == EAGAIN ? 0 : n;
}

void client_send(struct client *c, const void *data, size_t len)
{
	gint64 end = g_get_monotonic_time() + CLIENT_WAIT_MS * 1000;
	for (size_t at = 0; at < len;) {
		ssize_t n = try_send(c, (const char *)data + at, len - at);
		if (n < 0)
			return; /* the server has closed; reading will tell */
		at += (size_t)n;
		assert_true(g_get_monotonic_time() < end);
		if (n == 0)
			turn();
	}
}

void client_puts(struct client *c, const char *text)
{
	client_send(c, text, strlen(text));
}

/* One try to read; false: nothing now. */
static bool try_read(struct client *c)
{
	uint8_t buf[16384];
	ssize_t n = c->tls ? gnutls_record_recv(c->tls, buf, sizeof buf)
	                   : recv(c->fd, buf, sizeof buf, 0);
	if (c->tls ? n == GNUTLS_E_AGAIN || n == GNUTLS_E_INTERRUPTED : n < 0 && errno == EAGAIN)
		return false;
	if (n <= 0)
		c->eof = true;
	else
		g_byte_array_append(c->in, buf, (guint)n);
	return true;
}

bool client_fill(struct client *c, size_t n)
{
	gint64 end = g_get_monotonic_time() + CLIENT_WAIT_MS * 1000;
	while (c->in->len < n && !c->eof) {
		assert_true(g_get_monotonic_time() < end);
		if (!try_read(c))
			turn();
	}
	return c->in->len >= n;
}

void client_until_eof(struct client *c)
{
	while (client_fill(c, 1))
		g_byte_array_set_size(c->in, 0);
}

/* ── Responses ── */

static char *field_of(const char *head, const char *name)
{
	g_auto(GStrv) lines = g_strsplit(head, "\r\n", -1);
	for (char **line = lines; *line; line++) {
		char *colon = strchr(*line, ':');
		if (!colon || (size_t)(colon - *line) != strlen(name)
			|| g_ascii_strncasecmp(*line, name, strlen(name)) != 0)
			continue;
		return g_strdup(g_strstrip(colon + 1));
	}
	return NULL;
}

struct response client_response(struct client *c, bool head)
{
	struct response r = {.body = g_byte_array_new()};
	const char *end = NULL;
	while (!(end = c->in->len ? memmem(c->in->data, c->in->len, "\r\n\r\n", 4) : NULL))
		if (!client_fill(c, c->in->len + 1))
			return r;
	size_t len = (size_t)(end - (const char *)c->in->data) + 4;
	r.head = g_strndup((char *)c->in->data, len);
	g_byte_array_remove_range(c->in, 0, (guint)len);
	assert_true(g_str_has_prefix(r.head, "HTTP/1.1 "));
	r.status = (int)strtol(r.head + 9, NULL, 10);
	g_autofree char *length = field_of(r.head, "Content-Length");
	size_t body = length && !head && r.status != 304 ? strtoul(length, NULL, 10) : 0;
	client_fill(c, body);
	body = MIN(body, c->in->len);
	g_byte_array_append(r.body, c->in->data, (guint)body);
	g_byte_array_remove_range(c->in, 0, (guint)body);
	return r;
}

void response_done(struct response *r)
{
	g_clear_pointer(&r->head, g_free);
	g_clear_pointer(&r->body, g_byte_array_unref);
}

char *response_field(const struct response *r, const char *name)
{
	return r->head ? field_of(r->head, name) : NULL;
}

struct response client_ask(struct client *c, const char *text)
{
	client_puts(c, text);
	return client_response(c, g_str_has_prefix(text, "HEAD"));
}

struct response get(uint16_t port, const char *path, const char *extra)
{
	struct client *c = client_tls(port);
	g_autofree char *text =
		g_strdup_printf("GET %s HTTP/1.1\r\nHost: localhost\r\n%s\r\n", path, extra);
	struct response r = client_ask(c, text);
	client_free(&c);
	return r;
}

/* ── WebSocket ── */

void client_frame(struct client *c, uint8_t first, const void *data, size_t len)
{
	static const uint8_t mask[4] = {0x12, 0x34, 0x56, 0x78};
	g_autoptr(GByteArray) out = g_byte_array_new();
	uint8_t head[10] = {first};
	size_t head_len = 2;
	if (len < 126) {
		head[1] = (uint8_t)(0x80 | len);
	} else if (len < 65536) {
		head[1] = 0x80 | 126;
		put_u16(head + 2, (uint16_t)len);
		head_len = 4;
	} else {
		head[1] = 0x80 | 127;
		put_u32(head + 2, 0);
		put_u32(head + 6, (uint32_t)len);
		head_len = 10;
	}
	g_byte_array_append(out, head, (guint)head_len);
	g_byte_array_append(out, mask, sizeof mask);
	size_t at = out->len;
	if (len)
		g_byte_array_append(out, data, (guint)len);
	for (size_t i = 0; i < len; i++)
		out->data[at + i] ^= mask[i % 4];
	client_send(c, out->data, out->len);
}

struct frame client_read_frame(struct client *c)
{
	struct frame f = {0};
	size_t head = 2;
	if (!client_fill(c, 2))
		return f;
	size_t len = c->in->data[1] & 0x7f;
	if (len == 126) {
		head = 4;
		if (!client_fill(c, head))
			return f;
		len = get_u16(c->in->data + 2);
	} else if (len == 127) {
		head = 10;
		if (!client_fill(c, head))
			return f;
		len = get_u32(c->in->data + 6);
	}
	assert_int_equal(c->in->data[1] & 0x80, 0); /* RFC 6455 5.1: a server does not mask */
	if (!client_fill(c, head + len))
		return f;
	f.first = c->in->data[0];
	f.data = g_byte_array_new();
	g_byte_array_append(f.data, c->in->data + head, (guint)len);
	g_byte_array_remove_range(c->in, 0, (guint)(head + len));
	return f;
}

int client_close_code(struct client *c)
{
	for (;;) {
		struct frame f = client_read_frame(c);
		if (!f.data)
			return 0;
		int code = f.data->len >= 2 ? get_u16(f.data->data) : 1005;
		g_byte_array_unref(f.data);
		if ((f.first & 0x0f) == 8)
			return code;
	}
}
