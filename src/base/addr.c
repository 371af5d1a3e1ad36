/* Transport addresses: values, and their kernel and text forms. */
#include "base/addr.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

bool addr_eq(const struct addr *a, const struct addr *b)
{
	return a->family == b->family && a->tcp == b->tcp && a->port == b->port
		   && a->local == b->local && memcmp(a->host, b->host, sizeof a->host) == 0;
}

bool addr_eq_host(const struct addr *a, const struct addr *b)
{
	return a->family == b->family && memcmp(a->host, b->host, sizeof a->host) == 0;
}

static uint64_t mix(uint64_t h)
{
	h ^= h >> 33;
	h *= 0xff51afd7ed558ccdULL;
	h ^= h >> 33;
	h *= 0xc4ceb9fe1a85ec53ULL;
	return h ^ h >> 33;
}

uint64_t addr_hash(const struct addr *a, uint64_t seed)
{
	uint64_t hi;
	uint64_t lo;
	memcpy(&hi, a->host, 8);
	memcpy(&lo, a->host + 8, 8);
	uint64_t rest = (uint64_t)a->local << 32 | (uint64_t)a->port << 16
					| (uint64_t)a->tcp << 8 | a->family;
	return mix(mix(mix(seed ^ hi) ^ lo) ^ rest);
}

static void set_host4(struct addr *a, const void *host4)
{
	a->family = 4;
	memcpy(a->host, host4, 4);
}

int addr_from_sockaddr(struct addr *ret_a, const struct sockaddr *sa)
{
	struct addr a = {0};
	if (sa->sa_family == AF_INET) {
		const struct sockaddr_in *in = (const struct sockaddr_in *)sa;
		set_host4(&a, &in->sin_addr);
		a.port = ntohs(in->sin_port);
	} else if (sa->sa_family == AF_INET6) {
		const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)sa;
		a.port = ntohs(in6->sin6_port);
		if (IN6_IS_ADDR_V4MAPPED(&in6->sin6_addr)) {
			set_host4(&a, in6->sin6_addr.s6_addr + 12);
		} else {
			a.family = 6;
			memcpy(a.host, &in6->sin6_addr, 16);
		}
	} else {
		return -ERR_INVALID;
	}
	*ret_a = a;
	return 0;
}

size_t addr_to_sockaddr(const struct addr *a, struct sockaddr_storage *ret_ss, bool mapped)
{
	memset(ret_ss, 0, sizeof *ret_ss);
	if (a->family == 4 && !mapped) {
		struct sockaddr_in *in = (struct sockaddr_in *)ret_ss;
		in->sin_family = AF_INET;
		in->sin_port = htons(a->port);
		memcpy(&in->sin_addr, a->host, 4);
		return sizeof *in;
	}
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)ret_ss;
	in6->sin6_family = AF_INET6;
	in6->sin6_port = htons(a->port);
	if (a->family == 4) {
		in6->sin6_addr.s6_addr[10] = 0xff;
		in6->sin6_addr.s6_addr[11] = 0xff;
		memcpy(in6->sin6_addr.s6_addr + 12, a->host, 4);
	} else {
		memcpy(&in6->sin6_addr, a->host, 16);
	}
	return sizeof *in6;
}

static int parse_port(const char *text, uint16_t *ret_port)
{
	char *end;
	unsigned long port = strtoul(text, &end, 10);
	if (*text < '0' || *text > '9' || *end || port > 65535)
		return -ERR_INVALID;
	*ret_port = (uint16_t)port;
	return 0;
}

int addr_parse(const char *text, uint16_t port, struct addr *ret_a)
{
	char host[ADDR_TEXT_MAX];
	const char *rest = text;
	size_t len;
	if (*text == '[') {
		const char *close = strchr(text, ']');
		if (!close)
			return -ERR_INVALID;
		text++;
		len = (size_t)(close - text);
		rest = close + 1;
	} else {
		const char *colon = strchr(text, ':');
		bool bare6 = colon && strchr(colon + 1, ':');
		len = colon && !bare6 ? (size_t)(colon - text) : strlen(text);
		rest = text + len;
	}
	if (len >= sizeof host)
		return -ERR_INVALID;
	memcpy(host, text, len);
	host[len] = '\0';
	if (*rest && (*rest != ':' || parse_port(rest + 1, &port) < 0))
		return -ERR_INVALID;

	struct addr a = {.port = port};
	uint8_t bin[16];
	if (inet_pton(AF_INET, host, bin) == 1) {
		set_host4(&a, bin);
	} else if (inet_pton(AF_INET6, host, bin) == 1) {
		a.family = 6;
		memcpy(a.host, bin, 16);
	} else {
		return -ERR_INVALID;
	}
	*ret_a = a;
	return 0;
}

const char *addr_host_text(const struct addr *a, char *buf)
{
	buf[0] = '\0';
	if (a->family == 4)
		inet_ntop(AF_INET, a->host, buf, ADDR_TEXT_MAX);
	else if (a->family == 6)
		inet_ntop(AF_INET6, a->host, buf, ADDR_TEXT_MAX);
	return buf;
}

const char *addr_text(const struct addr *a, char *buf)
{
	char host[ADDR_TEXT_MAX];
	addr_host_text(a, host);
	snprintf(buf, ADDR_TEXT_MAX, a->family == 6 ? "[%.48s]:%u" : "%.48s:%u", host, a->port);
	return buf;
}

bool addr_is_loopback(const struct addr *a)
{
	static const uint8_t one[16] = {[15] = 1};
	if (a->family == 4)
		return a->host[0] == 127;
	return a->family == 6 && memcmp(a->host, one, 16) == 0;
}
