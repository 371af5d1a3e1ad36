/* Finds an embedded file, and answers with it. */
#include "http/assets.h"

#include "http/exchange.h"
#include "http/headers.h"
#include "http/parse.h"
#include "http/request.h"

#include <string.h>

/* Scripts of workers that compile WebAssembly carry this in front of their names. */
static const char wasm_prefix[] = "/assets/wasm-";

const struct asset *assets_find(const char *path)
{
	for (size_t i = 0; i < assets_count; i++)
		if (strcmp(assets_table[i].path, path) == 0)
			return &assets_table[i];
	return NULL;
}

void reply_asset(struct request *req, const char *path)
{
	const struct asset *asset = assets_find(path);
	if (!asset) {
		reply_problem(req, &problem_not_found, NULL);
		return;
	}
	bool gz = asset->gz && parse_takes_gzip(request_header(req, "Accept-Encoding"));
	reply_header(req, "ETag", asset->etag);
	reply_header(req, "Cache-Control",
		asset->immutable ? "public, max-age=31536000, immutable" : "no-cache");
	if (asset->gz)
		reply_header(req, "Vary", "Accept-Encoding");
	if (g_str_has_prefix(path, wasm_prefix))
		reply_csp(req, headers_csp_wasm);
	if (gz)
		reply_header(req, "Content-Encoding", "gzip");
	/* The library sends no body with 304, but the length that 200 would have had. */
	bool known = parse_has_etag(request_header(req, "If-None-Match"), asset->etag);
	reply_bytes(req, known ? 304 : 200, asset->type,
		gz ? g_bytes_new_static(asset->gz, asset->gz_len)
		   : g_bytes_new_static(asset->data, asset->len));
}
