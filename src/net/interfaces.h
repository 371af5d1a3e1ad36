/* The addresses of this machine that others can reach it by. */
#ifndef NET_INTERFACES_H
#define NET_INTERFACES_H

#include "base/addr.h"

#include <stdbool.h>

/* Fills addrs with the hosts of interfaces that are up (ports 0), IPv4 before IPv6, without
 * link-local ones. loopback: with those of loopback, last. Returns how many; 0 when there is none
 * or the kernel does not say. Any thread. */
int interfaces_list(struct addr *addrs, int max, bool loopback);

#endif
