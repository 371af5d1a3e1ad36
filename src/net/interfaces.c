/* getifaddrs, sorted by how likely an address is to be reached from elsewhere. */
#include "net/interfaces.h"

#include <ifaddrs.h>
#include <net/if.h>
#include <stddef.h>
#include <sys/socket.h>

enum { RANKS = 4 };

/* 0 first; negative: not at all. */
static int rank(const struct addr *a, bool loopback)
{
	if (addr_is_loopback(a))
		return loopback ? (a->family == 4 ? 2 : 3) : -1;
	bool link_local4 = a->family == 4 && a->host[0] == 169 && a->host[1] == 254;
	bool link_local6 = a->family == 6 && a->host[0] == 0xfe && (a->host[1] & 0xc0) == 0x80;
	if (link_local4 || link_local6)
		return -1;
	return a->family == 4 ? 0 : 1;
}

int interfaces_list(struct addr *addrs, int max, bool loopback)
{
	struct ifaddrs *all;
	if (getifaddrs(&all) < 0)
		return 0;
	int n = 0;
	for (int r = 0; r < RANKS; r++) {
		for (struct ifaddrs *i = all; i && n < max; i = i->ifa_next) {
			struct addr a;
			if (!i->ifa_addr || !(i->ifa_flags & IFF_UP)
				|| addr_from_sockaddr(&a, i->ifa_addr) < 0 || rank(&a, loopback) != r)
				continue;
			a.port = 0;
			addrs[n++] = a;
		}
	}
	freeifaddrs(all);
	return n;
}
