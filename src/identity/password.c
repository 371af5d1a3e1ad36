/* argon2id and its thread. The parameters stand in the encoded form, so they may grow: 32 MB and
 * three passes are some 50 ms here, and beyond what RFC 9106 4 asks of small machines. */
#include "identity/password.h"

#include "base/random.h"

#include <argon2.h>
#include <string.h>

enum { PASSES = 3, MEMORY_KB = 32 * 1024, LANES = 1, SALT_LEN = 16, HASH_LEN = 32 };

bool password_is_acceptable(const char *password)
{
	size_t len = strlen(password);
	return len <= PASSWORD_MAX && g_utf8_validate(password, (gssize)len, NULL) &&
		   g_utf8_strlen(password, (gssize)len) >= PASSWORD_MIN;
}

int password_hash(const char *password, char ret_encoded[PASSWORD_ENCODED_MAX])
{
	uint8_t salt[SALT_LEN];
	random_bytes(salt, sizeof salt);
	int err = argon2id_hash_encoded(PASSES, MEMORY_KB, LANES, password, strlen(password), salt,
		sizeof salt, HASH_LEN, ret_encoded, PASSWORD_ENCODED_MAX);
	if (err == ARGON2_MEMORY_ALLOCATION_ERROR)
		return -ERR_NOMEM;
	return err == ARGON2_OK ? 0 : -ERR_CRYPTO;
}

bool password_verify(const char *encoded, const char *password)
{
	if (!encoded[0]) {
		char unused[PASSWORD_ENCODED_MAX];
		int spent = password_hash(password, unused);
		return spent > 0; /* never */
	}
	return argon2id_verify(encoded, password, strlen(password)) == ARGON2_OK;
}

struct check {
	char *encoded, *password; /* owned */
	password_done *done;
	void *arg;
	bool is_right;
};

struct passwords {
	GThread *thread;
	GMainContext *context;

	/* ── Under the mutex ── */
	GMutex mutex;
	GCond wake;
	GQueue asked, answered; /* struct check */
	bool stop;

	/* ── The control thread's ── */
	unsigned waiting, waiting_max;
};

static void wipe(char *text)
{
	explicit_bzero(text, strlen(text));
	g_free(text);
}

static void deliver(struct passwords *passwords)
{
	for (;;) {
		g_mutex_lock(&passwords->mutex);
		struct check *check = g_queue_pop_head(&passwords->answered);
		g_mutex_unlock(&passwords->mutex);
		if (!check)
			return;
		passwords->waiting--;
		check->done(check->is_right, check->arg);
		g_free(check);
	}
}

static gboolean on_context(void *arg)
{
	deliver(arg);
	return G_SOURCE_REMOVE;
}

/* Under the mutex. */
static void give_back(struct passwords *passwords, struct check *check)
{
	g_queue_push_tail(&passwords->answered, check);
	GSource *source = g_idle_source_new();
	g_source_set_priority(source, G_PRIORITY_DEFAULT);
	g_source_set_callback(source, on_context, passwords, NULL);
	g_source_attach(source, passwords->context);
	g_source_unref(source);
}

static void *thread_main(void *arg)
{
	struct passwords *passwords = arg;
	g_mutex_lock(&passwords->mutex);
	for (;;) {
		struct check *check = g_queue_pop_head(&passwords->asked);
		if (!check && passwords->stop)
			break;
		if (!check) {
			g_cond_wait(&passwords->wake, &passwords->mutex);
			continue;
		}
		g_mutex_unlock(&passwords->mutex);
		check->is_right = password_verify(check->encoded, check->password);
		wipe(check->encoded);
		wipe(check->password);
		g_mutex_lock(&passwords->mutex);
		give_back(passwords, check);
	}
	g_mutex_unlock(&passwords->mutex);
	return NULL;
}

struct passwords *passwords_new(unsigned waiting_max, GMainContext *context)
{
	struct passwords *passwords = g_new0(struct passwords, 1);
	passwords->context = context ? context : g_main_context_default();
	passwords->waiting_max = waiting_max;
	g_mutex_init(&passwords->mutex);
	g_cond_init(&passwords->wake);
	passwords->thread = g_thread_new("passwords", thread_main, passwords);
	return passwords;
}

void passwords_free(struct passwords **passwordsp)
{
	struct passwords *passwords = *passwordsp;
	if (!passwords)
		return;
	*passwordsp = NULL;
	g_mutex_lock(&passwords->mutex);
	passwords->stop = true;
	g_cond_signal(&passwords->wake);
	g_mutex_unlock(&passwords->mutex);
	g_thread_join(passwords->thread);
	deliver(passwords);
	/* Sources that were to deliver find nothing; take them away, they point here. */
	GSource *source;
	while ((source = g_main_context_find_source_by_user_data(passwords->context, passwords)))
		g_source_destroy(source);
	g_cond_clear(&passwords->wake);
	g_mutex_clear(&passwords->mutex);
	g_free(passwords);
}

int passwords_check(struct passwords *passwords, const char *encoded, const char *password,
	password_done *done, void *arg)
{
	if (passwords->waiting >= passwords->waiting_max)
		return -ERR_FULL;
	struct check *check = g_new0(struct check, 1);
	*check = (struct check){.encoded = g_strdup(encoded),
		.password = g_strdup(password),
		.done = done,
		.arg = arg};
	passwords->waiting++;
	g_mutex_lock(&passwords->mutex);
	g_queue_push_tail(&passwords->asked, check);
	g_cond_signal(&passwords->wake);
	g_mutex_unlock(&passwords->mutex);
	return 0;
}
