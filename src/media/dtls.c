/* One DTLS association. Reads downwards: the BIO through which OpenSSL sees datagrams, the
 * library's object, what a call does (filter, drive, see what became of it), and the life after
 * the object is shed.
 *
 * `in`, `out` and `to` of struct dtls are set only while a call lasts: every way into OpenSSL goes
 * through enter and leave. */
#include "media/dtls.h"

#include "media/dtls_parts.h"

#include <stdlib.h>

enum {
	DATAGRAM_MAX = 2048,      /* larger ones are dropped */
	RTO_FIRST_US = 200000,    /* before the first repeat of a flight; grows by half */
	RTO_MAX_US = 2000000,     /* OpenSSL gives up after a dozen: 17 s */
	REPEATS_MAX = 32,         /* of the last flight, once shed */
	CLOSE_SEQ = 0x10000,      /* record number of a close_notify sent after the object is gone */
	IP_UDP_LEN = 48,          /* IPv6 and UDP headers, part of DTLS_LINK_MTU */
	SCRATCH_LEN = 512,
};

struct dtls {
	/* given */
	struct dtls_ctx *ctx; /* borrowed */
	enum dtls_role role;
	struct dtls_fingerprint peer;

	/* owned */
	SSL *ssl; /* NULL: shed, closed or failed */

	/* state */
	enum dtls_state state;
	struct dtls_stats stats;
	usec deadline;    /* of a flight's repeat, or of the linger */
	bool verified;    /* the peer's certificate matched */
	bool rejected;    /* it did not */
	enum srtp_profile profile;
	size_t flight_len; /* the server's last flight: each datagram behind its 16-bit length */
	uint8_t flight[DTLS_FLIGHT_MAX];

	/* once shed: keys for alerts, when the cipher suite is AES-128-GCM */
	bool has_keys;
	struct dtls_write_key ours, theirs;

	/* borrowed during a call */
	struct span in;
	struct out *out;
	const struct addr *to;
};

/* ── Datagrams as OpenSSL sees them ── */

/* During a server's handshake an alert is only for a peer whose certificate was seen: whoever
 * disturbs it with a broken hello must not make us hurt the one who was meant. */
static bool is_muted(const struct dtls *d, const char *data, int len)
{
	return d->role == DTLS_SERVER && !d->verified && !d->rejected && len > 0 &&
		data[0] == DTLS_ALERT;
}

/* A server's last flight begins with ChangeCipherSpec; the call that writes it may have repeated
 * the flight before as well. */
static void keep_flight(struct dtls *d, struct span datagram)
{
	if (datagram.len > 0 && datagram.ptr[0] == DTLS_CCS)
		d->flight_len = 0;
	else if (d->flight_len == 0)
		return;
	struct wr w = wr_init(d->flight + d->flight_len, sizeof d->flight - d->flight_len);
	wr_u16(&w, (uint16_t)datagram.len);
	wr_bytes(&w, datagram);
	d->flight_len = w.bad ? 0 : d->flight_len + wr_len(&w);
}

static int bio_write(BIO *bio, const char *data, int len)
{
	struct dtls *d = BIO_get_data(bio);
	const struct span datagram = span_of(data, (size_t)len);
	BIO_clear_retry_flags(bio);
	if (!d->out || is_muted(d, data, len))
		return len;
	keep_flight(d, datagram);
	(void)out_put(d->out, d->to, datagram); /* lost here is lost on the way: it is repeated */
	if (d->state == DTLS_NEW)
		d->state = DTLS_HANDSHAKE;
	return len;
}

static int bio_read(BIO *bio, char *data, int cap)
{
	struct dtls *d = BIO_get_data(bio);
	BIO_clear_retry_flags(bio);
	if (d->in.len == 0) {
		BIO_set_retry_read(bio);
		return -1;
	}
	const int len = (int)d->in.len < cap ? (int)d->in.len : cap;
	memcpy(data, d->in.ptr, (size_t)len);
	d->in = span_of(NULL, 0);
	return len;
}

static long bio_ctrl(BIO *bio, int cmd, long num, void *ptr)
{
	switch (cmd) {
	case BIO_CTRL_FLUSH:
		return 1;
	case BIO_CTRL_DGRAM_GET_MTU_OVERHEAD:
		return IP_UDP_LEN;
	default:
		return 0;
	}
}

static int bio_create(BIO *bio)
{
	BIO_set_init(bio, 1);
	return 1;
}

BIO_METHOD *dtls_bio_method(void)
{
	BIO_METHOD *m = BIO_meth_new(BIO_TYPE_SOURCE_SINK, "datagram");
	if (!m)
		return NULL;
	if (BIO_meth_set_write(m, bio_write) == 1 && BIO_meth_set_read(m, bio_read) == 1 &&
		BIO_meth_set_ctrl(m, bio_ctrl) == 1 && BIO_meth_set_create(m, bio_create) == 1)
		return m;
	BIO_meth_free(m);
	return NULL;
}

/* ── The library's object ── */

int dtls_verify(X509_STORE_CTX *store, void *arg)
{
	SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
	struct dtls *d = SSL_get_app_data(ssl);
	const X509 *cert = X509_STORE_CTX_get0_cert(store);
	if (cert && dtls_cert_matches(cert, &d->peer)) {
		d->verified = true;
		return 1;
	}
	d->rejected = true;
	d->stats.fingerprints++;
	X509_STORE_CTX_set_error(store, X509_V_ERR_CERT_REJECTED);
	return 0;
}

static unsigned next_rto(SSL *ssl, unsigned last_us)
{
	if (last_us == 0)
		return RTO_FIRST_US;
	return last_us < RTO_MAX_US * 2 / 3 ? last_us * 3 / 2 : RTO_MAX_US;
}

static int new_ssl(struct dtls *d)
{
	SSL *ssl = SSL_new(d->ctx->ssl);
	BIO *bio = BIO_new(d->ctx->method);
	if (!ssl || !bio) {
		SSL_free(ssl);
		BIO_free(bio);
		return -ERR_NOMEM;
	}
	BIO_set_data(bio, d);
	SSL_set_bio(ssl, bio, bio); /* takes it, for both ways */
	SSL_set_app_data(ssl, d);
	DTLS_set_timer_cb(ssl, next_rto);
	if (DTLS_set_link_mtu(ssl, DTLS_LINK_MTU) != 1) {
		SSL_free(ssl);
		return -ERR_CRYPTO;
	}
	if (d->role == DTLS_CLIENT)
		SSL_set_connect_state(ssl);
	else
		SSL_set_accept_state(ssl);
	d->ssl = ssl;
	return 0;
}

int dtls_new(struct dtls_ctx *ctx, enum dtls_role role, const struct dtls_fingerprint *peer,
	struct dtls **ret_dtls)
{
	if (peer->len == 0 || peer->len > DTLS_HASH_MAX)
		return -ERR_INVALID;
	struct dtls *d = calloc(1, sizeof *d);
	if (!d)
		return -ERR_NOMEM;
	d->ctx = ctx;
	d->role = role;
	d->peer = *peer;
	d->deadline = role == DTLS_CLIENT ? 0 : USEC_NEVER;
	int err = new_ssl(d);
	ERR_clear_error();
	if (err < 0)
		dtls_free(&d);
	else
		*ret_dtls = d;
	return err;
}

void dtls_free(struct dtls **dtls)
{
	if (!*dtls)
		return;
	SSL_free((*dtls)->ssl);
	explicit_bzero(*dtls, sizeof **dtls);
	free(*dtls);
	*dtls = NULL;
}

/* ── A call ── */

static void enter(struct dtls *d, struct span in, const struct addr *to, struct out *out)
{
	d->in = in;
	d->to = to;
	d->out = out;
	ERR_clear_error(); /* or SSL_get_error would tell of another association */
}

static void leave(struct dtls *d)
{
	d->in = span_of(NULL, 0);
	d->to = NULL;
	d->out = NULL;
	ERR_clear_error();
}

static void end(struct dtls *d, enum dtls_state state)
{
	SSL_free(d->ssl);
	d->ssl = NULL;
	d->state = state;
	d->deadline = USEC_NEVER;
	d->flight_len = 0;
	d->has_keys = false;
	explicit_bzero(&d->ours, sizeof d->ours);
	explicit_bzero(&d->theirs, sizeof d->theirs);
}

/* What broke before the peer's certificate was seen may have come from anyone: begin anew. */
static void fail(struct dtls *d)
{
	const bool again = d->role == DTLS_SERVER && !d->verified && !d->rejected &&
		d->stats.restarts < DTLS_MAX_RESTARTS;
	end(d, DTLS_FAILED);
	if (!again)
		return;
	d->stats.restarts++;
	if (new_ssl(d) == 0)
		d->state = DTLS_NEW;
}

static void finish_handshake(struct dtls *d)
{
	const SRTP_PROTECTION_PROFILE *agreed = SSL_get_selected_srtp_profile(d->ssl);
	if (!d->verified || !agreed) {
		end(d, DTLS_FAILED);
		return;
	}
	d->profile = (enum srtp_profile)agreed->id;
	d->state = DTLS_CONNECTED;
}

/* There is no data channel: what comes is counted. Reading also makes OpenSSL repeat its last
 * flight when the peer repeats its own, and shows a close_notify. */
static void drain(struct dtls *d)
{
	uint8_t scratch[SCRATCH_LEN];
	int n;
	while ((n = SSL_read(d->ssl, scratch, sizeof scratch)) > 0)
		d->stats.app_data += (uint32_t)n;
	if (SSL_get_error(d->ssl, n) != SSL_ERROR_WANT_READ)
		end(d, DTLS_CLOSED); /* close_notify or a fatal alert, authenticated either way */
}

static void drive(struct dtls *d)
{
	if (!SSL_is_init_finished(d->ssl)) {
		const int n = SSL_do_handshake(d->ssl);
		if (n == 1)
			finish_handshake(d);
		else if (SSL_get_error(d->ssl, n) != SSL_ERROR_WANT_READ)
			fail(d);
	}
	if (d->state == DTLS_CONNECTED)
		drain(d);
}

/* When the flight in the air is to be repeated. OpenSSL counts from the wall clock; what is left
 * of it is counted from `now`. */
static void set_deadline(struct dtls *d, usec now)
{
	struct timeval left;
	d->deadline = USEC_NEVER;
	if (d->ssl && DTLSv1_get_timeout(d->ssl, &left) == 1)
		d->deadline = now + left.tv_sec * USEC_PER_SEC + left.tv_usec;
}

/* Does OpenSSL get to see this record? */
static bool is_wanted(struct dtls *d, const struct dtls_record *r)
{
	if (r->type == DTLS_APP_DATA && (r->epoch == 0 || d->state != DTLS_CONNECTED)) {
		d->stats.app_data += (uint32_t)r->fragment.len;
		return false;
	}
	/* A second hello, or anything unprotected once there are keys; and plain alerts to a
	 * server, which anyone could forge. */
	if (r->epoch == 0 && (d->state == DTLS_CONNECTED ||
			(r->type == DTLS_ALERT && d->role == DTLS_SERVER))) {
		d->stats.epoch0++;
		return false;
	}
	return true;
}

/* The wanted records of a datagram, one behind the other in buf. */
static struct span filter(struct dtls *d, struct span datagram, uint8_t buf[DATAGRAM_MAX])
{
	struct rd r = rd_init(datagram);
	struct wr w = wr_init(buf, DATAGRAM_MAX);
	struct dtls_record record;
	while (dtls_record_next(&r, &record))
		if (is_wanted(d, &record))
			wr_bytes(&w, record.whole);
	return wr_span(&w);
}

static void recv_shed(struct dtls *d, struct span datagram, const struct addr *to, struct out *out);

int dtls_recv(struct dtls *d, struct span datagram, const struct addr *to, usec now,
	struct out *out)
{
	if (d->state == DTLS_CLOSED || d->state == DTLS_FAILED) {
		d->stats.dropped++;
		return -ERR_CLOSED;
	}
	/* RFC 7983 7; a record is never shorter than its header. */
	if (datagram.len < DTLS_RECORD_HEADER_LEN || datagram.len > DATAGRAM_MAX ||
		datagram.ptr[0] < DTLS_CCS || datagram.ptr[0] > 63) {
		d->stats.dropped++;
		return -ERR_PROTO;
	}
	if (!d->ssl) {
		recv_shed(d, datagram, to, out);
		return d->state == DTLS_CLOSED ? -ERR_CLOSED : 0;
	}

	uint8_t buf[DATAGRAM_MAX];
	const struct span wanted = filter(d, datagram, buf);
	if (wanted.len == 0)
		return 0;
	enter(d, wanted, to, out);
	drive(d);
	leave(d);
	set_deadline(d, now);
	return d->state == DTLS_CLOSED || d->state == DTLS_FAILED ? -ERR_CLOSED : 0;
}

void dtls_tick(struct dtls *d, const struct addr *to, usec now, struct out *out)
{
	if (now < d->deadline)
		return;
	d->deadline = USEC_NEVER;
	if (!d->ssl) {
		d->flight_len = 0; /* the linger is over */
		return;
	}
	enter(d, span_of(NULL, 0), to, out);
	if (d->role == DTLS_CLIENT && d->state == DTLS_NEW)
		drive(d);
	else if (DTLSv1_handle_timeout(d->ssl) < 0)
		end(d, DTLS_FAILED); /* a dozen repeats and no answer */
	leave(d);
	set_deadline(d, now);
}

usec dtls_deadline(const struct dtls *d)
{
	return d->deadline;
}

enum dtls_state dtls_state(const struct dtls *d)
{
	return d->state;
}

const struct dtls_stats *dtls_stats(const struct dtls *d)
{
	return &d->stats;
}

enum srtp_profile dtls_profile(const struct dtls *d)
{
	return d->profile;
}

int dtls_export(struct dtls *d, struct srtp_keys *ret_rx, struct srtp_keys *ret_tx)
{
	if (d->state != DTLS_CONNECTED || !d->ssl)
		return -ERR_PHASE;
	const bool client = d->role == DTLS_CLIENT;
	int err = dtls_keys_srtp(
		d->ssl, d->profile, client ? ret_tx : ret_rx, client ? ret_rx : ret_tx);
	ERR_clear_error();
	return err;
}

/* ── Without the library's object ── */

void dtls_shed(struct dtls *d, usec now)
{
	if (d->state != DTLS_CONNECTED || !d->ssl)
		return;
	const bool client = d->role == DTLS_CLIENT;
	d->has_keys = dtls_keys_record(
		d->ssl, client ? &d->ours : &d->theirs, client ? &d->theirs : &d->ours);
	SSL_free(d->ssl);
	ERR_clear_error();
	d->ssl = NULL;
	/* The last flight of a full handshake is the server's. RFC 6347 4.2.4 */
	if (d->role == DTLS_CLIENT)
		d->flight_len = 0;
	d->deadline = d->flight_len > 0 ? now + DTLS_LINGER_MS * USEC_PER_MS : USEC_NEVER;
}

static void repeat_flight(struct dtls *d, const struct addr *to, struct out *out)
{
	struct rd r = rd_init(span_of(d->flight, d->flight_len));
	if (d->flight_len == 0 || d->stats.repeats >= REPEATS_MAX)
		return;
	d->stats.repeats++;
	while (rd_left(&r) > 0) {
		const struct span datagram = rd_take(&r, rd_u16(&r));
		(void)out_put(out, to, datagram);
	}
}

/* close_notify, or a fatal alert: the peer is gone either way. RFC 5246 7.2 */
static bool is_end(const struct dtls *d, const struct dtls_record *record)
{
	uint8_t alert[2] = {0};
	size_t len = 0;
	return d->has_keys && record->fragment.len == sizeof alert + DTLS_RECORD_OVERHEAD &&
		dtls_record_open(&d->theirs, record, alert, sizeof alert, &len) == 0 &&
		(alert[0] == SSL3_AL_FATAL || alert[1] == SSL_AD_CLOSE_NOTIFY);
}

static void recv_shed(struct dtls *d, struct span datagram, const struct addr *to, struct out *out)
{
	struct rd r = rd_init(datagram);
	struct dtls_record record;
	bool repeated = false;
	while (dtls_record_next(&r, &record)) {
		if (record.epoch == 0) {
			d->stats.epoch0++;
		} else if (record.type == DTLS_APP_DATA) {
			d->stats.app_data += (uint32_t)record.fragment.len;
		} else if (record.type == DTLS_HANDSHAKE_MSG && !repeated) {
			repeated = true; /* its Finished once more: ours was lost */
			repeat_flight(d, to, out);
		} else if (record.type == DTLS_ALERT && is_end(d, &record)) {
			end(d, DTLS_CLOSED);
			return;
		}
	}
}

static void send_close(struct dtls *d, const struct addr *to, struct out *out)
{
	static const uint8_t close_notify[2] = {SSL3_AL_WARNING, SSL_AD_CLOSE_NOTIFY};
	uint8_t buf[64];
	struct wr w = wr_init(buf, sizeof buf);
	const struct span text = span_of(close_notify, sizeof close_notify);
	if (d->has_keys && dtls_record_seal(&d->ours, DTLS_ALERT, CLOSE_SEQ, text, &w) == 0)
		(void)out_put(out, to, wr_span(&w));
}

void dtls_close(struct dtls *d, const struct addr *to, struct out *out)
{
	if (d->state == DTLS_CLOSED || d->state == DTLS_FAILED)
		return;
	enter(d, span_of(NULL, 0), to, out);
	if (d->ssl && d->state == DTLS_CONNECTED)
		(void)SSL_shutdown(d->ssl);
	else if (!d->ssl)
		send_close(d, to, out);
	end(d, DTLS_CLOSED);
	leave(d);
}
