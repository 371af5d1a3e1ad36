/* `ting user add|password|remove|list`: who may sign in. A password is asked for on the
 * terminal, or read from standard input when that is none; it never stands on a command line. */
#include "app/commands.h"

#include "app/control_socket.h"
#include "app/options.h"
#include "identity/password.h"

#include <glib.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

static const char usage[] =
	"ting user add LOGIN [--name N] [--admin] | password LOGIN | remove LOGIN | list  [options]";

struct asked {
	const char *verb, *login, *name;
	bool admin;
};

static bool read_line(char *buf, size_t len)
{
	if (!fgets(buf, (int)len, stdin))
		return false;
	buf[strcspn(buf, "\r\n")] = '\0';
	return true;
}

/* Without showing it. */
static bool prompt(const char *text, char *buf, size_t len)
{
	struct termios before, silent;
	bool terminal = tcgetattr(STDIN_FILENO, &before) == 0;
	if (terminal) {
		silent = before;
		silent.c_lflag &= (tcflag_t)~ECHO;
		tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
		fputs(text, stderr);
	}
	bool ok = read_line(buf, len);
	if (terminal) {
		tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
		fputc('\n', stderr);
	}
	return ok;
}

/* Gives the encoded form, or NULL when there was no acceptable password; told. */
static char *new_password(void)
{
	char first[PASSWORD_MAX + 2] = "", second[PASSWORD_MAX + 2] = "";
	char encoded[PASSWORD_ENCODED_MAX];
	char *result = NULL;
	bool ok = prompt("New password: ", first, sizeof first);
	if (ok && isatty(STDIN_FILENO))
		ok = prompt("The same again: ", second, sizeof second) && strcmp(first, second) == 0;
	if (!ok)
		fputs("ting: no password, or not the same twice\n", stderr);
	else if (!password_is_acceptable(first))
		fprintf(stderr, "ting: a password has at least %d characters\n", PASSWORD_MIN);
	else if (password_hash(first, encoded) < 0)
		fputs("ting: the password could not be hashed\n", stderr);
	else
		result = g_strdup(encoded);
	explicit_bzero(first, sizeof first);
	explicit_bzero(second, sizeof second);
	return result;
}

static json_t *question(const struct asked *asked)
{
	if (strcmp(asked->verb, "list") == 0)
		return json_pack("{s:s}", "do", "user-list");
	if (strcmp(asked->verb, "remove") == 0)
		return json_pack("{s:s, s:s}", "do", "user-remove", "login", asked->login);
	g_autofree char *password = new_password();
	if (!password)
		return NULL;
	if (strcmp(asked->verb, "password") == 0)
		return json_pack("{s:s, s:s, s:s}", "do", "user-password", "login", asked->login,
			"password", password);
	return json_pack("{s:s, s:s, s:s, s:s, s:b}", "do", "user-add", "login", asked->login, "name",
		asked->name ? asked->name : asked->login, "password", password, "admin", asked->admin);
}

static int print(json_t *answer)
{
	const char *error = json_string_value(json_object_get(answer, "error"));
	if (error)
		fprintf(stderr, "ting: %s\n", error);
	size_t i;
	json_t *user;
	json_array_foreach(json_object_get(answer, "users"), i, user) {
		printf("%-30s %s%s\n", json_string_value(json_object_get(user, "login")),
			json_string_value(json_object_get(user, "name")),
			json_is_true(json_object_get(user, "admin")) ? "  (administrator)" : "");
	}
	int status = error ? 1 : 0;
	json_decref(answer);
	return status;
}

static bool is_complete(const struct asked *asked, int rest)
{
	if (rest == 1)
		return strcmp(asked->verb, "list") == 0;
	return rest == 2 && (strcmp(asked->verb, "add") == 0 ||
							strcmp(asked->verb, "password") == 0 ||
							strcmp(asked->verb, "remove") == 0);
}

static int run(const struct conf *conf, const struct asked *asked)
{
	json_t *ask = question(asked);
	return ask ? print(control_socket_ask(conf, ask)) : 1;
}

int cmd_user(int argc, char **argv)
{
	struct conf conf = {0};
	struct asked asked = {.name = options_take(&argc, argv, "--name")};
	const struct option_alias aliases[] = {
		{"--data", "data", NULL, "the folder of the installation"},
		{"--admin", NULL, &asked.admin, "may administer the installation"},
		{"--name N", NULL, &asked.admin, "the name that others see"},
		{NULL, NULL, NULL, NULL},
	};
	int rest;
	int err = options_parse(argc, argv, aliases, usage, &conf, &rest);
	if (err != 0)
		return err > 0 ? 0 : 2;
	asked.verb = rest > 0 ? argv[1] : "";
	asked.login = rest > 1 ? argv[2] : "";
	int status = 2;
	if (is_complete(&asked, rest))
		status = run(&conf, &asked);
	else
		fprintf(stderr, "usage: %s\n", usage);
	settings_done(&conf_table, &conf);
	return status;
}
