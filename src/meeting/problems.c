/* The problems of a meeting, in both languages: what it is, and what to do now. */
#include "meeting/problems.h"

#define PROBLEM(name, slug_, status_, sv, en, sv_todo, en_todo)                                    \
	const struct problem problem_##name = {.slug = (slug_),                                        \
		.status = (status_),                                                                       \
		.title = {[LANG_SV] = (sv), [LANG_EN] = (en)},                                             \
		.todo = {[LANG_SV] = (sv_todo), [LANG_EN] = (en_todo)}}

#define RELOAD_SV "Ladda om sidan och försök igen."
#define RELOAD_EN "Reload the page and try again."

PROBLEM(already_joined, "already-joined", 409, "Du är redan med i mötet",
	"You are already in the meeting", "", "");
PROBLEM(bad_offer, "bad-offer", 400, "Webbläsarens beskrivning av ljud och bild gick inte att läsa",
	"The browser's description of sound and picture could not be read", RELOAD_SV, RELOAD_EN);
PROBLEM(chat_full, "chat-full", 409, "Chatten i det här mötet är full",
	"The chat of this meeting is full", "Säg det i stället, eller fortsätt i ett nytt möte.",
	"Say it instead, or go on in a new meeting.");
PROBLEM(floor_taken, "floor-taken", 409, "Någon annan har ordet", "Somebody else has the floor",
	"Räck upp handen för att få ordet.", "Raise your hand to get the floor.");
PROBLEM(in_lobby, "in-lobby", 403, "Du väntar på att bli insläppt", "You are waiting to be let in",
	"Vänta tills mötesledaren släpper in dig.", "Wait until the host lets you in.");
PROBLEM(join_first, "join-first", 409, "Gå med i mötet först", "Join the meeting first", RELOAD_SV,
	RELOAD_EN);
PROBLEM(last_host, "last-host", 409, "Mötet behöver en mötesledare", "The meeting needs a host",
	"Gör först någon annan till mötesledare.", "Make somebody else the host first.");
PROBLEM(lobby_full, "lobby-full", 503, "Väntrummet är fullt", "The lobby is full",
	"Vänta en stund och försök igen.", "Wait a moment and try again.");
PROBLEM(meeting_ended, "meeting-ended", 410, "Mötet är avslutat", "The meeting has ended",
	"Be den som bjöd in om en ny länk om ni ska ses igen.",
	"Ask whoever invited you for a new link if you are to meet again.");
PROBLEM(meeting_full, "meeting-full", 503, "Mötet är fullt", "The meeting is full",
	"Vänta tills någon lämnar mötet, eller säg till den som bjöd in.",
	"Wait until somebody leaves, or tell whoever invited you.");
PROBLEM(meeting_locked, "meeting-locked", 403, "Mötet är låst", "The meeting is locked",
	"Be någon i mötet att låsa upp det.", "Ask somebody in the meeting to unlock it.");
PROBLEM(meeting_unknown, "meeting-unknown", 404, "Det finns inget möte med den här länken",
	"There is no meeting with this link", "Kontrollera att hela länken kom med, eller be om en ny.",
	"Check that the whole link was copied, or ask for a new one.");
PROBLEM(meetings_full, "meetings-full", 503,
	"Det finns redan så många möten som servern får ha",
	"There are as many meetings as the server may have",
	"Säg till den som sköter servern, som kan höja gränsen.",
	"Tell whoever runs the server, who can raise the limit.");
PROBLEM(member_unknown, "member-unknown", 404, "Personen är inte längre med",
	"The person is no longer there", "", "");
PROBLEM(no_media, "no-media", 409, "Ljud och bild är inte anslutna än",
	"Sound and picture are not connected yet", "Vänta några sekunder.", "Wait a few seconds.");
PROBLEM(not_usable, "not-usable", 422, "Webbläsaren erbjöd inget som servern kan använda",
	"The browser offered nothing that the server can use",
	"Använd en aktuell version av Chrome, Edge, Firefox eller Safari.",
	"Use a current version of Chrome, Edge, Firefox or Safari.");
PROBLEM(rating_settled, "rating-settled", 409, "Svaret går inte att ändra längre",
	"The answer can't be changed any more", "", "");
PROBLEM(rating_unknown, "rating-unknown", 403, "Bara den som var med i mötet kan svara",
	"Only those who were in the meeting can answer", "", "");
PROBLEM(refused, "refused", 403, "Du blev inte insläppt i mötet", "You were not let in",
	"Hör av dig till den som bjöd in.", "Get in touch with whoever invited you.");
PROBLEM(removed, "removed", 403, "Du har blivit borttagen från mötet",
	"You have been removed from the meeting", "Hör av dig till den som bjöd in.",
	"Get in touch with whoever invited you.");
PROBLEM(resume_unknown, "resume-unknown", 404, "Din plats i mötet finns inte kvar",
	"Your place in the meeting is gone", "Gå med på nytt.", "Join anew.");
PROBLEM(role_forbidden, "role-forbidden", 403, "Din roll i mötet får inte göra det här",
	"Your role in the meeting may not do this", "Be mötesledaren.", "Ask the host.");
PROBLEM(token_missing, "token-missing", 401, "Programmet skickade ingen nyckel till mötet",
	"The program sent no token for the meeting",
	"Fyll i mötets \"token\" som Bearer-token i programmet. Den följer med när mötet skapas.",
	"Enter the meeting's \"token\" as the Bearer token in the program. It comes with the answer "
	"when the meeting is made.");
PROBLEM(token_wrong, "token-wrong", 401, "Nyckeln gäller inte det här mötet",
	"The token is not one of this meeting, or not for this",
	"Kontrollera att hela nyckeln kom med, och att den hör till samma möte som adressen.",
	"Check that the whole token was copied, and that it belongs to the meeting of the address.");
PROBLEM(too_fast, "too-fast", 429, "Det blev för mycket på en gång", "That was too much at once",
	"Vänta några sekunder och försök igen.", "Wait a few seconds and try again.");
PROBLEM(unknown_verb, "unknown-verb", 400, "Servern förstod inte vad sidan bad om",
	"The server did not understand what the page asked for", RELOAD_SV, RELOAD_EN);
PROBLEM(not_stored, "not-stored", 503, "Det gick inte att spara", "It could not be saved",
	"Vänta en stund och försök igen.", "Wait a moment and try again.");
