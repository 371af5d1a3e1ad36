/* Apart from everything else because <linux/tcp.h>, which alone has the field, and <netinet/tcp.h>
 * can't both be included. */
#include "http/received.h"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <stddef.h>
#include <sys/socket.h>

uint64_t received_bytes(int fd)
{
	struct tcp_info info;
	socklen_t len = sizeof info;
	const size_t needed = offsetof(struct tcp_info, tcpi_bytes_received)
	                      + sizeof info.tcpi_bytes_received;
	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len) < 0 || len < needed)
		return UINT64_MAX;
	return info.tcpi_bytes_received;
}
