/* A worker: one thread, one UDP socket, the ICE-TCP connections, and the transports that live on
 * it. Everything it is told comes as a command through its post; everything it tells goes as an
 * event to the control thread. Commands that own something give it to the worker. */
#ifndef MEDIA_WORKER_H
#define MEDIA_WORKER_H

#include "media/media.h"
#include "media/transport.h"
#include "media/worker_counts.h"
#include "net/post.h"

enum {
	WORKER_COMMANDS = 8192, /* waiting; control waits for room behind them */
	WORKER_EVENTS = 8192,   /* waiting for control; more wait in the worker */
};

enum command_type {
	COMMAND_OPEN,   /* takes conf */
	COMMAND_UPDATE, /* takes conf: a later offer of the same transport */
	COMMAND_CLOSE,
	COMMAND_ASSIGN,
	COMMAND_GATE,
	COMMAND_STATS,
	COMMAND_TCP, /* takes fd */
	COMMAND_STOP,
};

struct command {
	enum command_type type;
	transport_id id;
	union {
		struct transport_conf *conf;
		struct {
			char mid[MEDIA_MID_MAX];
			uint32_t source;
			int height;
		} assign;
		struct {
			enum media_kind kind;
			bool open;
		} gate;
		uint64_t token;
		struct {
			int fd;
			struct addr peer;
		} tcp;
	};
};

/* A transport's id: worker, generation, index. */
static inline transport_id transport_id_make(int worker, uint64_t generation, uint32_t index)
{
	return (uint64_t)(worker + 1) << 56 | (generation & 0xfffffffff) << 20 | index;
}

static inline int transport_id_worker(transport_id id)
{
	return (int)(id >> 56) - 1;
}

static inline uint32_t transport_id_index(transport_id id)
{
	return (uint32_t)(id & 0xfffff);
}

struct worker;

/* Binds the ports and starts the thread.
 * conf    borrowed for the call, copied
 * dtls    borrowed for life
 * events  borrowed for life: gets struct media_event
 * counts  borrowed for life: zeroed; read by others
 * -ERR_IO (errno), -ERR_NOMEM */
NODISCARD int worker_new(struct worker **ret_w, const struct media_conf *conf, int number,
						 struct dtls_ctx *dtls, struct post *events, struct counts *counts);
/* Stops the thread and frees everything on it. */
void worker_free(struct worker **w);

/* Port of UDP and of ICE-TCP. */
uint16_t worker_port(const struct worker *w);

/* Gives a command to the worker's thread; waits while too many wait. Control thread. */
void worker_post(struct worker *w, const struct command *cmd);

#endif
