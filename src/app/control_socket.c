/* The socket of the data folder. A connection asks once: its line is read, the job is run, the
 * answer is written, and it is closed. The client's end is at the bottom. */
#include "app/control_socket.h"

#include "app/admin.h"
#include "app/fd_source.h"
#include "base/log.h"
#include "meeting/rooms.h"

#include <errno.h>
#include <glib-unix.h>
#include <glib.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum {
	LINE_MAX_LEN = 64 * 1024,
	ANSWER_MAX_LEN = 64 * 1024 * 1024,
	CONNECTIONS_MAX = 16,
	BACKLOG = 8,
	ASK_TIMEOUT_SEC = 10,
};

struct control_socket {
	struct control_socket_conf conf;
	char *path; /* owned */
	int fd;
	guint source;
	GPtrArray *connections; /* struct connection; owned */
};

struct connection {
	struct control_socket *socket;
	int fd;
	guint source; /* of reading, then of writing; 0: the job is under way */
	GString *line; /* the question, then what is left of the answer */
	struct admin_job job;
};

static char *path_of(const char *data)
{
	return g_build_filename(data, "control.sock", NULL);
}

/* -ERR_SPACE: longer than an address holds. */
static int address_of(const char *path, struct sockaddr_un *ret_addr)
{
	*ret_addr = (struct sockaddr_un){.sun_family = AF_UNIX};
	if (g_strlcpy(ret_addr->sun_path, path, sizeof ret_addr->sun_path) >=
		sizeof ret_addr->sun_path) {
		errno = ENAMETOOLONG;
		return -ERR_SPACE;
	}
	return 0;
}

/* ── The server's end ── */

static void connection_free(void *arg)
{
	struct connection *c = arg;
	if (c->source)
		g_source_remove(c->source);
	close(c->fd);
	explicit_bzero(c->line->str, c->line->len);
	g_string_free(c->line, TRUE);
	admin_job_done(&c->job);
	g_free(c);
}

static void drop(struct connection *c)
{
	g_ptr_array_remove_fast(c->socket->connections, c);
}

/* False: all has been sent, or whoever asked has gone. */
static bool write_some(struct connection *c)
{
	ssize_t sent = send(c->fd, c->line->str, c->line->len, MSG_NOSIGNAL | MSG_DONTWAIT);
	if (sent < 0 && (errno == EAGAIN || errno == EINTR))
		return true;
	if (sent < 0)
		log_warn("a command did not take its answer");
	g_string_erase(c->line, 0, sent < 0 ? -1 : sent);
	return c->line->len > 0;
}

static gboolean writable(gint fd, GIOCondition condition, gpointer arg)
{
	struct connection *c = arg;
	if (write_some(c))
		return G_SOURCE_CONTINUE;
	c->source = 0;
	drop(c);
	return G_SOURCE_REMOVE;
}

/* Takes answer. The connection ends when it has been sent. */
static void put_line(struct connection *c, json_t *answer)
{
	char *text = json_dumps(answer, JSON_COMPACT);
	json_decref(answer);
	g_string_assign(c->line, text ? text : "{}");
	g_string_append_c(c->line, '\n');
	free(text);
	if (write_some(c))
		c->source = g_unix_fd_add(c->fd, G_IO_OUT, writable, c);
	else
		drop(c);
}

static void answered(int result, void *arg)
{
	struct connection *c = arg;
	json_t *answer = admin_take_answer(&c->job, result);
	const char *login = json_string_value(json_object_get(answer, "signed_out"));
	if (login)
		sessions_forget(c->socket->conf.sessions, login);
	put_line(c, answer);
}

static int run_job(struct db *db, void *arg)
{
	struct connection *c = arg;
	return admin_run(db, &c->job);
}

static void ask(struct connection *c)
{
	const struct control_socket_conf *conf = &c->socket->conf;
	g_source_remove(c->source);
	c->source = 0;
	c->job = (struct admin_job){.ask = json_loads(c->line->str, JSON_REJECT_DUPLICATES, NULL),
		.origin = conf->origin,
		.meetings_max = conf->meetings_max};
	if (store_run(conf->store, run_job, c, answered) < 0)
		answered(-ERR_FULL, c);
}

static void readable(void *arg)
{
	struct connection *c = arg;
	char buf[4096];
	ssize_t n = recv(c->fd, buf, sizeof buf, MSG_DONTWAIT);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0 || c->line->len + (size_t)n > LINE_MAX_LEN) {
		drop(c);
		return;
	}
	g_string_append_len(c->line, buf, n);
	if (memchr(c->line->str, '\n', c->line->len))
		ask(c);
}

static void acceptable(void *arg)
{
	struct control_socket *socket = arg;
	int fd = accept4(socket->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (fd < 0)
		return;
	if (socket->connections->len >= CONNECTIONS_MAX) {
		close(fd);
		return;
	}
	struct connection *c = g_new0(struct connection, 1);
	c->socket = socket;
	c->fd = fd;
	c->line = g_string_new(NULL);
	g_ptr_array_add(socket->connections, c);
	c->source = fd_source_add(fd, readable, c);
}

/* The mode stands from the first moment: there is no time at which others could open it. */
static int listen_at(const char *path)
{
	struct sockaddr_un addr;
	if (address_of(path, &addr) < 0)
		return -1;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -1;
	unlink(path); /* of a server that was killed: we hold the lock */
	mode_t mask = umask(0177);
	int err = bind(fd, (struct sockaddr *)&addr, sizeof addr);
	umask(mask);
	if (err == 0 && listen(fd, BACKLOG) == 0)
		return fd;
	err = errno;
	close(fd);
	errno = err;
	return -1;
}

int control_socket_new(
	const struct control_socket_conf *conf, struct control_socket **ret_socket)
{
	g_autofree char *path = path_of(conf->data);
	int fd = listen_at(path);
	if (fd < 0)
		return -ERR_IO;
	struct control_socket *s = g_new0(struct control_socket, 1);
	s->conf = *conf;
	s->path = g_steal_pointer(&path);
	s->fd = fd;
	s->connections = g_ptr_array_new_with_free_func(connection_free);
	s->source = fd_source_add(fd, acceptable, s);
	*ret_socket = s;
	return 0;
}

void control_socket_free(struct control_socket **socketp)
{
	struct control_socket *s = *socketp;
	if (!s)
		return;
	*socketp = NULL;
	g_source_remove(s->source);
	g_ptr_array_unref(s->connections);
	close(s->fd);
	unlink(s->path);
	g_free(s->path);
	g_free(s);
}

/* ── The client's end ── */

static json_t *sorry(const char *why)
{
	return json_pack("{s:s}", "error", why);
}

/* -1: nobody listens there. */
static int connect_to(const char *path)
{
	struct sockaddr_un addr;
	if (address_of(path, &addr) < 0)
		return -1;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	struct timeval patience = {.tv_sec = ASK_TIMEOUT_SEC};
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
	if (connect(fd, (struct sockaddr *)&addr, sizeof addr) == 0)
		return fd;
	close(fd);
	return -1;
}

static json_t *ask_server(int fd, const json_t *question)
{
	char *text = json_dumps(question, JSON_COMPACT);
	g_autofree char *line = g_strconcat(text, "\n", NULL);
	free(text);
	if (send(fd, line, strlen(line), MSG_NOSIGNAL) != (ssize_t)strlen(line))
		return sorry("the server did not take the question");
	GString *answer = g_string_new(NULL);
	char buf[4096];
	ssize_t n;
	while ((n = recv(fd, buf, sizeof buf, 0)) > 0 && answer->len < ANSWER_MAX_LEN)
		g_string_append_len(answer, buf, n);
	json_t *json = json_loadb(answer->str, answer->len, 0, NULL);
	g_string_free(answer, TRUE);
	return json ? json : sorry("the server did not answer");
}

/* Without a server the address is what the settings say. */
static char *origin_of(const struct conf *conf)
{
	if (conf->origin[0])
		return g_strdup(conf->origin);
	const char *colon = strrchr(conf->listen, ':');
	return g_strdup_printf("https://localhost:%s", colon ? colon + 1 : "8443");
}

static json_t *ask_database(const struct conf *conf, json_t *question)
{
	g_autofree char *path = g_build_filename(conf->data, "ting.db", NULL);
	g_autofree char *origin = origin_of(conf);
	struct store *store = NULL;
	int err = store_open(path, &store);
	if (err == -ERR_EXISTS)
		return sorry("a server is just starting or ending; try again in a moment");
	if (err == -ERR_UNSUPP)
		return sorry("the database was written by a newer ting");
	if (err < 0)
		return json_pack("{s:o}", "error",
			json_sprintf("the database %s can't be opened: %s", path, g_strerror(errno)));
	struct rooms_limits limits;
	conf_limits(conf, &limits);
	struct admin_job job = {
		.ask = json_incref(question), .origin = origin, .meetings_max = limits.meetings_max};
	err = store_call(store, admin_run, &job);
	json_t *answer = admin_take_answer(&job, err);
	admin_job_done(&job);
	store_free(&store);
	return answer;
}

json_t *control_socket_ask(const struct conf *conf, json_t *question)
{
	g_autofree char *path = path_of(conf->data);
	int fd = connect_to(path);
	json_t *answer;
	if (fd >= 0) {
		answer = ask_server(fd, question);
		close(fd);
	} else {
		answer = ask_database(conf, question);
	}
	json_decref(question);
	return answer;
}
