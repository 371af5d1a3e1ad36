/* Checks the fields of an opening handshake, in the order of RFC 6455 4.2.1. */
#include "http/handshake.h"

#include "http/parse.h"

#include <string.h>

const struct problem *handshake_check(const struct request *req, const char *protocol)
{
	const char *version = request_header(req, "Sec-WebSocket-Version");
	const char *key = request_header(req, "Sec-WebSocket-Key");
	if (strcmp(req->method, "GET") != 0)
		return &problem_method;
	if (!parse_has_token(request_header(req, "Upgrade"), "websocket")
		|| !parse_has_token(request_header(req, "Connection"), "upgrade"))
		return &problem_upgrade;
	if (!version || strcmp(version, "13") != 0)
		return &problem_upgrade;
	if (!key || !parse_is_ws_key(key) || req->body.len > 0)
		return &problem_bad_request;
	if (!request_is_same_origin(req))
		return &problem_origin;
	if (protocol && !parse_has_token(request_header(req, "Sec-WebSocket-Protocol"), protocol))
		return &problem_bad_request;
	return NULL;
}

void handshake_accept(const char *key, char ret_accept[HANDSHAKE_ACCEPT_LEN + 1])
{
	/* RFC 6455 1.3: the fixed GUID, SHA-1, base64. */
	static const char guid[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
	g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA1);
	guint8 digest[20];
	gsize len = sizeof digest;
	g_checksum_update(sum, (const guchar *)key, -1);
	g_checksum_update(sum, (const guchar *)guid, -1);
	g_checksum_get_digest(sum, digest, &len);
	g_autofree char *text = g_base64_encode(digest, len);
	memcpy(ret_accept, text, HANDSHAKE_ACCEPT_LEN + 1);
}
