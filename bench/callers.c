/* Many WebRTC clients in one process, for measures: they film and talk, and throw away what they
 * get. Signalling is somebody else's: a line of JSON each way.
 *
 *     callers COUNT CAMERAS
 *     out {"caller": 0, "offer": "v=0…", "roles": {"mic": "mic", …}}      for each, at once
 *     in  {"caller": 0, "answer": "v=0…"}
 *     out {"caller": 0, "connected": true}
 *     out {"got": 12345}                                      datagrams in all, once a second
 *
 * Ends when standard input does. */
#include "media/client.h"

#include <fcntl.h>
#include <jansson.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	CALLERS_MAX = 256,
	LINE_MAX_LEN = 512 * 1024,
	AUDIO_SLOTS = 4,
	FRAME_PACKETS = 2,
	LEVEL = 20,
};

struct caller {
	struct client *client;
	struct out out;
	uint8_t room[OUT_MAX];
	int fd; /* -1: no answer yet */
	bool told;
	usec next_sound, next_frame;
};

static struct caller *callers;
static int caller_count;

static struct caller *caller_of(struct out *out)
{
	return (struct caller *)((char *)out - offsetof(struct caller, out));
}

static uint8_t *room(struct out *out)
{
	return caller_of(out)->room;
}

static void commit(struct out *out, const struct addr *to, size_t len)
{
	struct caller *c = caller_of(out);
	(void)to;
	(void)!send(c->fd, c->room, len, MSG_NOSIGNAL | MSG_DONTWAIT); /* full: lost */
}

/* ── Lines ── */

static void put(json_t *line)
{
	json_dumpf(line, stdout, JSON_COMPACT);
	putchar('\n');
	fflush(stdout);
	json_decref(line);
}

static const char *role_name(enum media_role role)
{
	static const char *const names[] = {"mic", "camera", "slot-audio", "slot-camera"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (media_role_parse(names[i]) == role)
			return names[i];
	return "none";
}

static void put_offer(int i)
{
	struct client *client = callers[i].client;
	char *buf = malloc(CLIENT_OFFER_MAX);
	BUG_IF(!buf);
	struct span sdp = client_offer(client, buf);
	json_t *roles = json_object();
	for (int n = 0; n < client->line_count; n++)
		json_object_set_new(
			roles, client->lines[n].mid, json_string(role_name(client->lines[n].role)));
	put(json_pack("{s:i, s:s%, s:o}", "caller", i, "offer", (const char *)sdp.ptr, sdp.len,
		"roles", roles));
	free(buf);
}

static int connect_to(const struct addr *server)
{
	struct sockaddr_storage ss;
	socklen_t len = (socklen_t)addr_to_sockaddr(server, &ss, false);
	int fd = socket(ss.ss_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	BUG_IF(fd < 0 || connect(fd, (struct sockaddr *)&ss, len) < 0);
	return fd;
}

static void take_line(const char *text)
{
	json_t *line = json_loads(text, 0, NULL);
	json_int_t i = json_integer_value(json_object_get(line, "caller"));
	const char *answer = json_string_value(json_object_get(line, "answer"));
	BUG_IF(!answer || i < 0 || i >= caller_count);
	struct caller *c = &callers[i];
	if (client_answer(c->client, span_of(answer, strlen(answer)), clock_mono()) < 0) {
		fprintf(stderr, "callers: the answer to %d can't be used\n", (int)i);
		exit(1);
	}
	c->fd = connect_to(&c->client->server);
	json_decref(line);
}

/* False: the end. */
static bool read_lines(void)
{
	static char buf[LINE_MAX_LEN];
	static size_t len;
	ssize_t n = read(STDIN_FILENO, buf + len, sizeof buf - 1 - len);
	if (n <= 0)
		return false;
	len += (size_t)n;
	buf[len] = '\0';
	char *begin = buf;
	for (char *end; (end = strchr(begin, '\n')); begin = end + 1) {
		*end = '\0';
		take_line(begin);
	}
	len -= (size_t)(begin - buf);
	memmove(buf, begin, len);
	BUG_IF(len == sizeof buf - 1);
	return true;
}

/* ── Media ── */

/* What one has to send by now. Returns when to ask again. */
static usec perform(struct caller *c, usec now)
{
	if (c->fd < 0)
		return USEC_NEVER;
	if (client_deadline(c->client) <= now)
		client_tick(c->client, now, &c->out);
	if (!client_is_connected(c->client))
		return client_deadline(c->client);
	if (!c->told) {
		put(json_pack("{s:i, s:b}", "caller", (int)(c - callers), "connected", 1));
		c->told = true;
		c->next_sound = c->next_frame = now;
	}
	if (c->next_sound <= now) {
		bool speaks = c->client->mic.count % 12 < 8; /* speech has pauses */
		client_sound(c->client, speaks ? LEVEL : 100, speaks, &c->out);
		c->next_sound += CLIENT_SOUND_MS * USEC_PER_MS;
	}
	if (c->next_frame <= now) {
		for (int i = 0; i < c->client->layer_count; i++)
			client_frame(c->client, i, FRAME_PACKETS, &c->out);
		c->next_frame += CLIENT_FRAME_MS * USEC_PER_MS;
	}
	return usec_min(client_deadline(c->client), usec_min(c->next_sound, c->next_frame));
}

static void take_datagrams(struct caller *c)
{
	uint8_t buf[2048];
	ssize_t n;
	while ((n = recv(c->fd, buf, sizeof buf, 0)) >= 0)
		client_recv(c->client, span_of(buf, (size_t)n), clock_mono(), &c->out);
}

static void tell_got(usec now)
{
	static usec next;
	if (now < next)
		return;
	next = now + USEC_PER_SEC;
	uint64_t got = 0;
	for (int i = 0; i < caller_count; i++)
		got += callers[i].client->datagrams_in;
	put(json_pack("{s:I}", "got", (json_int_t)got));
}

static void run(void)
{
	struct pollfd fds[CALLERS_MAX + 1];
	do {
		usec now = clock_mono(), until = now + USEC_PER_SEC;
		for (int i = 0; i < caller_count; i++) {
			until = usec_min(until, perform(&callers[i], now));
			fds[i] = (struct pollfd){.fd = callers[i].fd, .events = POLLIN};
		}
		tell_got(now);
		fds[caller_count] = (struct pollfd){.fd = STDIN_FILENO, .events = POLLIN};
		usec left = usec_max(until - clock_mono(), 0);
		struct timespec ts = {left / USEC_PER_SEC, left % USEC_PER_SEC * 1000};
		(void)ppoll(fds, (nfds_t)caller_count + 1, &ts, NULL);
		for (int i = 0; i < caller_count; i++)
			if (fds[i].revents)
				take_datagrams(&callers[i]);
	} while (!fds[caller_count].revents || read_lines());
}

int main(int argc, char **argv)
{
	caller_count = argc == 3 ? (int)strtol(argv[1], NULL, 10) : 0;
	int cameras = argc == 3 ? (int)strtol(argv[2], NULL, 10) : 0;
	if (caller_count < 1 || caller_count > CALLERS_MAX || cameras < 0 ||
		cameras > CLIENT_SLOTS_MAX - AUDIO_SLOTS) {
		fprintf(stderr, "usage: callers COUNT CAMERAS\n");
		return 2;
	}
	struct dtls_ctx *dtls;
	callers = calloc((size_t)caller_count, sizeof *callers);
	BUG_IF(!callers || dtls_ctx_new(NULL, &dtls) < 0);
	for (int i = 0; i < caller_count; i++) {
		struct client_conf conf = {
			.dtls = dtls,
			.tag = (uint32_t)i + 1,
			.mic = true,
			.camera = true,
			.simulcast = true,
			.audio_slots = AUDIO_SLOTS,
			.camera_slots = cameras,
		};
		callers[i] = (struct caller){
			.client = client_new(&conf), .out = {.room = room, .commit = commit}, .fd = -1};
		put_offer(i);
	}
	run();
	for (int i = 0; i < caller_count; i++)
		client_free(&callers[i].client);
	dtls_ctx_free(&dtls);
	free(callers);
	return 0;
}
