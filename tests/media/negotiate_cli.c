/* Answers the offer on standard input: negotiate_cli [-p FILE] [ROLE ...] <offer >answer. The
 * roles go to the m-lines in their order; without any they are derived as for WHIP and WHEP. -p
 * names the offer that was answered before on the same transport. The answer names a place where
 * nobody listens: it is for showing to browsers what they accept. */
#include "media/negotiate.h"

#include <stdio.h>
#include <stdlib.h>

static struct span read_all(FILE *f)
{
	uint8_t *buf = malloc(SDP_TEXT_MAX + 1);

	if (!buf)
		abort();
	return span_of(buf, fread(buf, 1, SDP_TEXT_MAX + 1, f));
}

/* The same numbers in each run, so that a later answer keeps an earlier one's. */
static uint32_t next_number(void *arg)
{
	uint32_t *n = arg;

	return *n += 1000;
}

/* Pairs each m-line's mid with the argument in its place. Returns how many. */
static unsigned pair_roles(struct span offer, char **names, unsigned count,
						   char (*mids)[NEGOTIATE_MID_MAX + 1], struct negotiate_role_of *roles)
{
	struct sdp sdp;
	struct span mid;
	unsigned n = 0;

	if (sdp_parse(offer, &sdp) < 0)
		return 0;
	for (unsigned i = 0; i < sdp.media_count && i < count; i++) {
		if (!sdp_attr_find(sdp.media[i].body, "mid", &mid) || mid.len > NEGOTIATE_MID_MAX)
			continue;
		memcpy(mids[n], mid.ptr, mid.len);
		roles[n].mid = mids[n];
		roles[n].role = negotiate_role_by_name(span_str(names[i]));
		n++;
	}
	return n;
}

/* The transport that every answer names. */
static void fill_conf(struct negotiate_conf *conf)
{
	static struct negotiate_candidate candidates[] = {{.priority = 2130706431},
	                                                  {.priority = 1671430143, .tcp = true}};
	static uint32_t number;

	negotiate_conf_init(conf);
	conf->ufrag = "tingtest";
	conf->pwd = "0123456789abcdefghijklmn";
	conf->fresh_ufrag = "tinganew";
	conf->fresh_pwd = "nmlkjihgfedcba9876543210";
	conf->fingerprint = "00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:"
						"00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF";
	for (unsigned i = 0; i < 2; i++) {
		if (addr_parse("127.0.0.1:9", 9, &candidates[i].addr) < 0)
			abort();
	}
	conf->candidates = candidates;
	conf->candidate_count = 2;
	conf->random = next_number;
	conf->random_arg = &number;
}

/* Answers one offer into text; the names are the roles of its m-lines. */
static int answer(FILE *f, char **names, int count, const struct negotiated *prev, struct wr *text,
				  struct negotiated **ret)
{
	static char mids[SDP_MEDIA_MAX][NEGOTIATE_MID_MAX + 1];
	static struct negotiate_role_of roles[SDP_MEDIA_MAX];
	struct span offer = read_all(f);
	struct negotiate_conf conf;

	fill_conf(&conf);
	if (count > 0) {
		memset(mids, 0, sizeof mids);
		conf.role_count = pair_roles(offer, names, (unsigned)count, mids, roles);
		conf.roles = roles;
	}
	int r = negotiate(&conf, offer, prev, text, ret);
	free((void *)offer.ptr);
	if (r < 0)
		fprintf(stderr, "%s\n", err_name(r));
	return r;
}

int main(int argc, char **argv)
{
	static uint8_t buf[NEGOTIATE_ANSWER_MAX];
	struct negotiated *before = NULL, *n = NULL;
	struct wr text = wr_init(buf, sizeof buf);
	int first = 1;

	if (argc > 2 && strcmp(argv[1], "-p") == 0) {
		FILE *f = fopen(argv[2], "rb");
		first = 3;
		if (!f || answer(f, argv + first, argc - first, NULL, &text, &before) < 0)
			return 1;
		fclose(f);
		text = wr_init(buf, sizeof buf);
	}
	if (answer(stdin, argv + first, argc - first, before, &text, &n) < 0)
		return 1;
	for (unsigned i = 0; i < n->media_count; i++) {
		if (n->media[i].refused)
			fprintf(stderr, "m-line %u: %s\n", i, negotiate_refusal_name(n->media[i].refused));
	}
	fwrite(buf, 1, wr_len(&text), stdout);
	negotiated_free(&n);
	negotiated_free(&before);
	return 0;
}
