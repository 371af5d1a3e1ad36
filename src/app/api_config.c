/* GET /api/v1/config: what the page has to know before it does anything. */
#include "app/api_internal.h"

#include "base/random.h"
#include "identity/turn.h"

enum { SEC_PER_HOUR = 3600, WHO_LEN = 8 };

/* Whoever may open the page may be relayed for some hours: those who need the relay can't join
 * without it. */
static json_t *relays(const struct api *api)
{
	const struct conf *conf = api->conf.conf;
	json_t *urls = json_array();
	g_auto(GStrv) words = g_strsplit_set(conf->turn_uris, " \t", -1);
	for (char **word = words; *word; word++)
		if (**word)
			json_array_append_new(urls, json_string(*word));
	char who[RANDOM_CODE_LEN + 1];
	random_code(who);
	who[WHO_LEN] = '\0';
	struct turn_credentials credentials;
	turn_credentials(conf->turn_secret, who,
		clock_wall() / USEC_PER_SEC + (int64_t)conf->turn_hours * SEC_PER_HOUR, &credentials);
	return json_pack("{s:o, s:s, s:s}", "urls", urls, "username", credentials.username,
		"credential", credentials.credential);
}

static bool has_relays(struct api *api, struct request *req)
{
	const struct conf *conf = api->conf.conf;
	return conf->turn_uris[0] && conf->turn_secret[0] &&
		   throttle_try_addr(api->relays, &req->peer, clock_mono());
}

static json_t *ice_servers(struct api *api, struct request *req)
{
	json_t *servers = json_array();
	if (has_relays(api, req))
		json_array_append_new(servers, relays(api));
	return servers;
}

void api_add_ice_links(struct api *api, struct request *req)
{
	if (!has_relays(api, req))
		return;
	json_t *relay = relays(api);
	size_t i;
	json_t *url;
	json_array_foreach(json_object_get(relay, "urls"), i, url) {
		g_autofree char *link = g_strdup_printf(
			"<%s>; rel=\"ice-server\"; username=\"%s\"; credential=\"%s\"; "
			"credential-type=\"password\"",
			json_string_value(url), json_string_value(json_object_get(relay, "username")),
			json_string_value(json_object_get(relay, "credential")));
		reply_header(req, "Link", link);
	}
	json_decref(relay);
}

static json_t *user_json(const struct session *session)
{
	if (!session)
		return json_null();
	return json_pack("{s:s, s:s, s:b}", "login", session->login, "name", session->name, "admin",
		session->admin);
}

static void get_config(struct request *req, void *arg)
{
	struct api *api = arg;
	const struct conf *conf = api->conf.conf;
	const struct session *session = sessions_of(api->conf.sessions, req);
	struct access_who who = {
		.person = session ? session->person : 0, .admin = session && session->admin};
	struct rooms_limits limits;
	rooms_limits_of(api->conf.rooms, &limits);
	json_t *json = json_pack("{s:s, s:b, s:b, s:o, s:b, s:o, s:s}", "organisation",
		conf->organisation, "demo", conf->demo, "signed_in", session != NULL, "user",
		user_json(session), "may_create", access_may(&who, ACCESS_MEETING_CREATE, conf->demo),
		"ice_servers", ice_servers(api, req), "version", api->conf.version);
	json_object_set_new(json, "limits",
		json_pack("{s:i, s:i, s:i, s:i, s:i, s:i}", "name", (int)limits.name_max, "title",
			(int)limits.title_max, "chat", (int)limits.chat_max, "rtt", (int)limits.rtt_max,
			"people", (int)limits.members_max, "chat_days", (int)limits.chat_days));
	json_object_set_new(json, "accessibility",
		json_pack("{s:s, s:s, s:s}", "sv", conf->accessibility_sv, "en", conf->accessibility_en,
			"contact", conf->accessibility_contact));
	reply_json(req, 200, json);
}

static const struct route routes[] = {
	{"GET", "/api/v1/config", get_config, 0, 0},
};

const struct api_part api_config_part = {routes, G_N_ELEMENTS(routes)};
