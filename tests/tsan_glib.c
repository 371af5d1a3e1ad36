/* GLib's locks as ThreadSanitizer has to see them: GLib isn't built with it and locks by futex,
 * so each lock would be invisible and everything that it guards a race. The linker sends our
 * calls here (--wrap); the real lock is taken, and the sanitizer told. */
#include <glib.h>

void __tsan_acquire(void *addr);
void __tsan_release(void *addr);

void __real_g_mutex_lock(GMutex *mutex);
void __real_g_mutex_unlock(GMutex *mutex);
gboolean __real_g_mutex_trylock(GMutex *mutex);
void __real_g_cond_wait(GCond *cond, GMutex *mutex);
gboolean __real_g_cond_wait_until(GCond *cond, GMutex *mutex, gint64 end);

void __wrap_g_mutex_lock(GMutex *mutex);
void __wrap_g_mutex_unlock(GMutex *mutex);
gboolean __wrap_g_mutex_trylock(GMutex *mutex);
void __wrap_g_cond_wait(GCond *cond, GMutex *mutex);
gboolean __wrap_g_cond_wait_until(GCond *cond, GMutex *mutex, gint64 end);

void __wrap_g_mutex_lock(GMutex *mutex)
{
	__real_g_mutex_lock(mutex);
	__tsan_acquire(mutex);
}

void __wrap_g_mutex_unlock(GMutex *mutex)
{
	__tsan_release(mutex);
	__real_g_mutex_unlock(mutex);
}

gboolean __wrap_g_mutex_trylock(GMutex *mutex)
{
	gboolean locked = __real_g_mutex_trylock(mutex);
	if (locked)
		__tsan_acquire(mutex);
	return locked;
}

void __wrap_g_cond_wait(GCond *cond, GMutex *mutex)
{
	__tsan_release(mutex);
	__real_g_cond_wait(cond, mutex);
	__tsan_acquire(mutex);
}

gboolean __wrap_g_cond_wait_until(GCond *cond, GMutex *mutex, gint64 end)
{
	__tsan_release(mutex);
	gboolean woken = __real_g_cond_wait_until(cond, mutex, end);
	__tsan_acquire(mutex);
	return woken;
}
