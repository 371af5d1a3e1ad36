/* Reads as much of a plain request as a redirect needs: the first line and Host. */
#include "http/plain.h"

#include "http/parse.h"

#include <glib.h>

static const char refusal[] = "This port speaks HTTPS. Write https:// before the address.\n";

bool plain_is_whole(struct span request)
{
	return memmem(request.ptr, request.len, "\r\n\r\n", 4) != NULL;
}

/* Takes the next line, without its end, off the request. */
static struct span next_line(struct span *rest)
{
	const uint8_t *end = rest->len ? memmem(rest->ptr, rest->len, "\r\n", 2) : NULL;
	struct span line = end ? span_of(rest->ptr, (size_t)(end - rest->ptr)) : *rest;
	*rest = span_sub(*rest, line.len + 2, SIZE_MAX);
	return line;
}

/* "GET /path HTTP/1.1": gives path and query; NULL when it is another method or no such line. */
static char *read_target(struct span line)
{
	g_autofree char *text = g_strndup((const char *)line.ptr, line.len);
	g_auto(GStrv) parts = g_strsplit(text, " ", 4);
	struct parse_target target;
	if (g_strv_length(parts) != 3 || !g_str_has_prefix(parts[2], "HTTP/1."))
		return NULL;
	if (strcmp(parts[0], "GET") != 0 && strcmp(parts[0], "HEAD") != 0)
		return NULL;
	if (parts[1][0] != '/' || parse_target(parts[1], &target) < 0)
		return NULL;
	return g_strdup(parts[1]);
}

/* Exactly one Host field, and it is one. */
static bool read_host(struct span rest, char ret_host[PARSE_HOST_MAX + 1])
{
	unsigned found = 0;
	for (struct span line; (line = next_line(&rest)).len > 0;) {
		if (line.len < 5 || g_ascii_strncasecmp((const char *)line.ptr, "Host:", 5) != 0)
			continue;
		g_autofree char *value = g_strndup((const char *)line.ptr + 5, line.len - 5);
		if (found++ || parse_host(span_str(g_strstrip(value)), ret_host) < 0)
			return false;
	}
	return found == 1;
}

void plain_answer(struct span request, struct wr *w)
{
	char host[PARSE_HOST_MAX + 1];
	struct span rest = request;
	g_autofree char *target = read_target(next_line(&rest));
	if (target && plain_is_whole(request) && read_host(rest, host)) {
		wr_fmt(w, "HTTP/1.1 301 Moved Permanently\r\nLocation: https://%s%s\r\n", host, target);
		wr_str(w, "Content-Length: 0\r\nConnection: close\r\n\r\n");
		return;
	}
	wr_fmt(w, "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nContent-Length: %zu\r\n",
		strlen(refusal));
	wr_fmt(w, "Connection: close\r\n\r\n%s", refusal);
}
