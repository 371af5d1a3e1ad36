/* The media half as the control half sees it: which streams exist, and who may receive them.
 *
 * Media does not know what a meeting is. It knows groups (whose transports hear each other),
 * transports (one PeerConnection each), sources (a stream that a transport sends) and slots (a
 * stream that a transport receives). All calls here are made from the control thread and never
 * block: they post messages to the worker that owns the transport; what comes back is read with
 * media_drain. A transport is named by an id with a generation, which stays invalid for ever
 * after it is closed: calls with an old id do nothing. */
#ifndef MEDIA_MEDIA_H
#define MEDIA_MEDIA_H

#include "base/addr.h"
#include "base/bytes.h"
#include "base/clock.h"
#include "base/err.h"

enum {
	MEDIA_LINES_MAX = 64,    /* m-lines of one offer */
	MEDIA_MID_MAX = 33,      /* a mid's text with its NUL */
	MEDIA_ADDRS_MAX = 8,     /* announced addresses */
	MEDIA_WORKERS_MAX = 64,
	MEDIA_PACKETS_MIN = 256, /* in a worker's pool: two batches, and what is kept for a while */
	MEDIA_SPEAKING_MAX = 8,  /* members reported as speaking at a time */
};

typedef uint64_t transport_id; /* 0: none */

/* What a line of an offer is for (docs/protocol.md). */
enum media_role {
	MEDIA_ROLE_NONE, /* unknown */
	MEDIA_ROLE_MIC,
	MEDIA_ROLE_CAMERA,
	MEDIA_ROLE_SCREEN,
	MEDIA_ROLE_SCREEN_AUDIO,
	MEDIA_ROLE_SLOT_AUDIO,
	MEDIA_ROLE_SLOT_CAMERA,
	MEDIA_ROLE_SLOT_SCREEN,
	MEDIA_ROLE_SLOT_SCREEN_AUDIO,
	MEDIA_ROLE_SLOT_INTERPRETER,
	MEDIA_ROLE_COUNT
};

/* "mic", "slot-audio"…; MEDIA_ROLE_NONE for anything else. */
enum media_role media_role_parse(const char *text);

/* The kind of a source, the low two bits of its number. */
enum media_kind { MEDIA_MIC, MEDIA_CAMERA, MEDIA_SCREEN, MEDIA_SCREEN_AUDIO, MEDIA_KINDS };

struct media_conf {
	int workers;                          /* 1 … MEDIA_WORKERS_MAX */
	uint16_t port;                        /* first UDP (and TCP) port; worker n has port + n;
										   * 0: any free port */
	struct addr bind;                     /* host to bind, port ignored; family 0: all, both */
	struct addr announced[MEDIA_ADDRS_MAX]; /* hosts in the candidates, ports ignored */
	int announced_count;                  /* 0: the addresses of the interfaces */
	uint16_t https_port;                  /* also offered as a TCP candidate; 0: no */
	bool loopback;                        /* announce loopback addresses too (demo, tests) */
	int transports_max;                   /* per worker */
	int packets_max;                      /* packets in a worker's pool (2 kB each) */
	int audio_slots;                      /* loudest speakers forwarded, at most 4 */
	bool prefer_h264;
};

/* A line of an offer and its role. */
struct media_line {
	char mid[MEDIA_MID_MAX];
	enum media_role role;
};

struct media_offer {
	uint64_t group;               /* transports of a group hear each other */
	uint32_t member;              /* sources are member * 4 + kind */
	struct span sdp;              /* borrowed */
	const struct media_line *lines; /* borrowed; those not named are refused. NULL: the roles
									 * follow from kind and direction (WHIP, WHEP) */
	int line_count;
	bool echo;                    /* the member's own sources may be assigned to itself, and its
								   * own sound comes back: the test page */
	bool hears;                   /* gets the loudest speakers of the group */
};

/* What came of an offer: the lines that were accepted. */
struct media_answer {
	transport_id id;
	int line_count;
	struct media_line lines[MEDIA_LINES_MAX];
	size_t sdp_len;
	char *sdp;                    /* gives: free(), NUL-terminated */
};

enum media_event_type {
	MEDIA_EV_STATE,    /* a transport's state changed */
	MEDIA_EV_SOURCE,   /* whether a source arrives, and to how many it goes */
	MEDIA_EV_SPEAKING, /* who speaks in a group */
	MEDIA_EV_STATS,    /* the answer to media_stats */
	MEDIA_EV_QUALITY,  /* how well a transport's line is, when it changed */
	MEDIA_EV_QUIET,    /* RTP of a transport came steadily, and comes no more */
};

enum media_state { MEDIA_NEW, MEDIA_CONNECTED, MEDIA_DISCONNECTED, MEDIA_FAILED, MEDIA_CLOSED };

struct media_stats {
	uint32_t up_bps, down_bps;
	uint16_t up_loss_permille, down_loss_permille;
	uint32_t jitter_us, rtt_us;
	uint32_t quiet_ms; /* since RTP or RTCP last came; UINT32_MAX: neither did */
	bool tcp;
	uint64_t packets_in, packets_out, nacks_in, nacks_out, rtx_out, plis_in, plis_out;
};

struct media_event {
	enum media_event_type type;
	transport_id transport; /* 0 with SPEAKING */
	uint64_t group;
	uint32_t member;
	union {
		enum media_state state;
		struct {
			uint32_t source;
			bool arriving;
			uint32_t receivers; /* transports it is forwarded to now */
		} source;
		struct {
			uint32_t dominant; /* member; 0: none */
			int count;
			uint32_t members[MEDIA_SPEAKING_MAX];
		} speaking;
		struct {
			uint64_t token; /* as given to media_stats */
			struct media_stats stats;
		} stats;
		int quality; /* 3 good … 0 lost */
	};
};

struct media;

/* Opens the ports and starts the workers. -ERR_IO: a port can't be bound (errno says why);
 * -ERR_NOMEM. media_free stops and joins them. */
NODISCARD int media_new(struct media **ret_m, const struct media_conf *conf);
void media_free(struct media **m);

/* The UDP port of worker n, as bound. */
uint16_t media_port(const struct media *m, int worker);

/* Readable when events wait. */
int media_fd(const struct media *m);

/* Calls fn for each event that waits, in order per transport. */
void media_drain(struct media *m, void (*fn)(const struct media_event *ev, void *arg), void *arg);

/* Answers an offer. id 0: a new transport, on the worker of its group; an id: the same transport
 * again (ICE restart, more slots).
 * ret_answer  gives sdp; filled when 0
 * -ERR_PROTO malformed offer; -ERR_UNSUPP nothing in it can be used; -ERR_FULL too many
 * transports; -ERR_NOTFOUND the id is gone. Untouched on failure. */
NODISCARD int media_answer(struct media *m, transport_id id, const struct media_offer *offer,
						   struct media_answer *ret_answer);

/* Ends a transport; its sources vanish from all slots. */
void media_close(struct media *m, transport_id id);

/* Binds a source to the slot with this mid of a transport of the same group, or empties the slot
 * (source 0). height: how tall it is shown, in device pixels, which chooses the layer; may be
 * called again with another height. */
void media_assign(struct media *m, transport_id id, const char *mid, uint32_t source, int height);

/* Whether a source may be forwarded; closed at the start. What the member means to send, and what
 * its role allows. */
void media_gate(struct media *m, transport_id id, enum media_kind kind, bool open);

/* Asks for a transport's statistics; the answer is an event with the token. */
void media_stats(struct media *m, transport_id id, uint64_t token);

/* What all workers have done together, at most a second ago. */
struct media_counts {
	/* since the start */
	uint64_t datagrams_in, datagrams_out, bytes_in, bytes_out; /* of UDP */
	uint64_t send_fails;
	uint64_t packets_in, packets_out; /* RTP of those who may send, and to those who get it */
	uint64_t repaired; /* came by retransmission */
	uint64_t resent;   /* went by it */
	uint64_t malformed; /* RTP and RTCP that could not be read, or belongs to no line */
	uint64_t pool_misses; /* no packet was free */
	/* now */
	uint64_t transports;
	uint64_t cached;    /* packets kept for repairs */
	uint64_t pool_bytes; /* memory that packets take, and keep for others to come */
};

void media_counts(const struct media *m, struct media_counts *ret_counts);

/* Takes a TCP connection that began with a framed STUN request (RFC 4571, RFC 6544), and gives it
 * to the worker that the ufrag in it names.
 * fd    taken, also when it is refused; non-blocking; nothing has been read from it
 * stun  that request without its length; borrowed */
void media_take_tcp(struct media *m, int fd, const struct addr *peer, struct span stun);

#endif
