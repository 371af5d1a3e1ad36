/* The problems of HTTP itself, and how any problem is written down. */
#include "http/problem.h"

#define PROBLEM(name, slug_, status_, sv, en, sv_todo, en_todo)                                    \
	const struct problem problem_##name = {.slug = (slug_),                                        \
		.status = (status_),                                                                       \
		.title = {[LANG_SV] = (sv), [LANG_EN] = (en)},                                             \
		.todo = {[LANG_SV] = (sv_todo), [LANG_EN] = (en_todo)}}

#define RELOAD_SV "Ladda om sidan och försök igen."
#define RELOAD_EN "Reload the page and try again."
#define WAIT_SV "Vänta en stund och försök igen."
#define WAIT_EN "Wait a moment and try again."

PROBLEM(bad_request, "bad-request", 400, "Förfrågan gick inte att förstå",
	"The request could not be understood", RELOAD_SV, RELOAD_EN);
PROBLEM(bad_json, "bad-json", 400, "Innehållet är inte giltig JSON",
	"The content is not valid JSON", "Skicka ett JSON-objekt med rätt innehållstyp.",
	"Send a JSON object with the right media type.");
PROBLEM(bad_value, "bad-value", 422, "En uppgift saknas eller är inte tillåten",
	"A value is missing or not allowed", "Rätta uppgiften och skicka igen.",
	"Correct the value and send it again.");
PROBLEM(unauthenticated, "unauthenticated", 401, "Du behöver logga in", "You need to sign in",
	"Logga in och försök igen.", "Sign in and try again.");
PROBLEM(forbidden, "forbidden", 403, "Du har inte behörighet", "You are not allowed to do this",
	"Be den som ansvarar om behörighet.", "Ask whoever is responsible for access.");
PROBLEM(origin, "origin", 403, "Anropet kommer från en annan webbplats",
	"The call comes from another site", "Öppna sidan direkt från den här servern.",
	"Open the page directly from this server.");
PROBLEM(not_found, "not-found", 404, "Det du söker finns inte", "What you look for does not exist",
	"Kontrollera länken, eller be om en ny.", "Check the link, or ask for a new one.");
PROBLEM(method, "method", 405, "Det går inte att göra så här", "This can't be done here",
	"Använd ett av sätten i fältet Allow.", "Use one of the methods in the Allow field.");
PROBLEM(conflict, "conflict", 409, "Någon annan hann före", "Someone else was first",
	"Hämta det senaste och försök igen.", "Fetch the latest version and try again.");
PROBLEM(gone, "gone", 410, "Det du söker finns inte längre", "What you look for is gone",
	"Be om en ny länk.", "Ask for a new link.");
PROBLEM(length_required, "length-required", 411, "Förfrågan saknar innehåll",
	"The request has no content", "Skicka innehållet med dess längd.",
	"Send the content with its length.");
PROBLEM(too_large, "too-large", 413, "Innehållet är för stort", "The content is too large",
	"Skicka mindre åt gången.", "Send less at a time.");
PROBLEM(target_too_long, "target-too-long", 414, "Adressen är för lång", "The address is too long",
	"Kontrollera länken.", "Check the link.");
PROBLEM(media_type, "media-type", 415, "Innehållstypen tas inte emot",
	"The media type is not accepted", "Skicka den typ som beskrivningen anger.",
	"Send the type that the description names.");
PROBLEM(upgrade, "upgrade", 426, "Hit når man bara med WebSocket",
	"This can only be reached by WebSocket", RELOAD_SV, RELOAD_EN);
PROBLEM(too_many, "too-many", 429, "För många försök", "Too many attempts", WAIT_SV, WAIT_EN);
PROBLEM(header_too_large, "header-too-large", 431, "Förfrågans fält är för stora",
	"The fields of the request are too large", "Rensa kakor för den här sidan och försök igen.",
	"Clear the cookies of this site and try again.");
PROBLEM(internal, "internal", 500, "Något gick fel hos oss", "Something went wrong on our side",
	"Försök igen. Hjälper det inte, ange spårnumret för supporten.",
	"Try again. If that does not help, give the trace number to support.");
PROBLEM(full, "full", 503, "Servern är full just nu", "The server is full right now", WAIT_SV,
	WAIT_EN);
PROBLEM(timeout, "timeout", 503, "Servern hann inte svara", "The server did not answer in time",
	WAIT_SV, WAIT_EN);

json_t *problem_json(
	const struct problem *problem, enum lang lang, const char *detail, const char *trace)
{
	json_t *json = json_pack("{s:o, s:i, s:s, s:{s:s, s:s}}", "type",
		json_sprintf("/problem/%s", problem->slug), "status", problem->status, "title",
		problem->title[lang], "titles", "sv", problem->title[LANG_SV], "en",
		problem->title[LANG_EN]);
	if (!json)
		return json_object();
	if (problem->todo[lang][0])
		json_object_set_new(json, "todo", json_string(problem->todo[lang]));
	if (detail)
		json_object_set_new(json, "detail", json_string(detail));
	if (trace)
		json_object_set_new(json, "trace", json_string(trace));
	return json;
}

const char *lang_name(enum lang lang)
{
	return lang == LANG_EN ? "en" : "sv";
}
