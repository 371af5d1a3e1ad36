/* RTCP that a peer is sent: reports, what is missing, keyframe requests, transport-wide feedback.
 * Each call sends whole compounds through the forward_ops. */
#ifndef MEDIA_REPORT_H
#define MEDIA_REPORT_H

#include "media/peer_state.h"

/* Asks for a keyframe of one stream now. */
void report_key(struct peer *p, struct uplink *u);

/* Asks for what is missing, and for keyframes that are due. */
void report_missing(struct peer *p, usec now);

/* Transport-wide feedback on all that came. */
void report_feedback(struct peer *p);

/* A report about nothing. */
void report_life(const struct peer *p);

/* A sender report for each slot that is filled, and a block on each stream that comes. */
void report_all(struct peer *p, usec now);

/* The wall clock at `now` as NTP's 32.32; what a peer's LSR is measured against. */
uint64_t report_ntp(const struct peer *p, usec now);

#endif
