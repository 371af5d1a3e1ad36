/* How much a line to a receiver carries, from its transport-wide feedback.
 *
 * Three opinions, the lowest counts: *delay* (trend.h: back off to what arrives when a queue grows,
 * grow otherwise), *loss* (what loss leaves room for, the line's own loss apart), and the bounds
 * given. What arrives is measured; growth stops somewhat above it, so that an idle line is not
 * believed to carry anything: to learn more, somebody must send more (budget.h).
 *
 * Loss with a queue before it is congestion: what arrives is what there is room for. Loss without
 * one may be the line's own (radio): when it stays as less is sent, it is taken out of account;
 * else a line that loses one packet in five would be driven to nothing.
 * Constants: Google Congestion Control, draft-ietf-rmcat-gcc-02. Pure; no heap. */
#ifndef MEDIA_ESTIMATE_H
#define MEDIA_ESTIMATE_H

#include "media/trend.h"

#define ESTIMATE_START 2500000u /* bit/s, until something is known */
#define ESTIMATE_LEAST 30000u
#define ESTIMATE_MOST 50000000u

struct estimate {
	/* what is believed, bit/s */
	uint32_t rate;  /* the lowest of what follows */
	uint32_t delay; /* by delay */
	uint32_t loss;  /* by loss */

	/* given */
	uint32_t most;

	/* what arrives */
	uint32_t acked;      /* bit/s, smoothed; 0: not known */
	uint32_t acked_new;  /* of the newest window */
	usec acked_from;     /* receiver's clock: the window measured now */
	usec acked_until;
	uint32_t acked_bytes;
	bool acked_has;

	/* by delay */
	struct trend trend;
	usec grown_at, cut_at;
	double room, room_dev; /* where it was cut, bit/s: mean and relative variance; 0: unknown */

	/* the queue on the way */
	usec least[2], least_at; /* least time on the way, of this stretch and the one before */
	usec way;                /* smoothed; clocks differ, so only against `least` */

	/* by loss */
	uint32_t seen, gone; /* packets of the window */
	uint64_t sent_bytes; /* … and their bytes, lost or not */
	usec loss_at;
	uint32_t sent;       /* bit/s sent over the last window */
	uint32_t loss_permille; /* of the last window */
	uint32_t own_permille;  /* of the line itself */
	uint32_t cut_permille;  /* loss when cutting for it began; 0: not in that state */
	uint8_t cut_windows;    /* since then */
};

/* One packet of a feedback. */
struct estimate_packet {
	usec sent;    /* our clock */
	usec arrived; /* receiver's clock; any origin */
	uint32_t len; /* bytes on the wire, as counted for rates */
	bool received;
};

void estimate_init(struct estimate *e, uint32_t start, uint32_t most);

/* Packets in order of sending, of one feedback, followed by estimate_turn. */
void estimate_add(struct estimate *e, const struct estimate_packet *p);

/* The feedback ends: what is believed now?
 * rtt  0: unknown */
void estimate_turn(struct estimate *e, usec rtt, usec now);

/* A probe showed that this much goes through: believed at once, upwards only. */
void estimate_probed(struct estimate *e, uint32_t rate, usec now);

#endif
