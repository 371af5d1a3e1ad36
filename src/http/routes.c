/* The table of routes. Patterns are cut into segments once; a path is cut the same way and compared
 * with each of them, the best fit kept: a hundred short rows, cheaper than a tree is worth. */
#include "http/routes.h"

#include "base/bytes.h"
#include "http/parse.h"

#include <glib.h>
#include <string.h>

enum kind { LITERAL, PARAM, REST };

struct segment {
	enum kind kind;
	struct span text; /* a literal, or a parameter's name without its mark */
	char *name;       /* owned; text with a NUL, for parameters */
};

struct row {
	const struct route *route;
	void *arg;
	struct segment segments[ROUTES_MAX_SEGMENTS];
	size_t count;
};

struct routes {
	GArray *rows; /* struct row */
};

/* A path in segments, without the slashes. */
struct cut {
	struct span segments[ROUTES_MAX_SEGMENTS];
	size_t count;
	struct span rest[ROUTES_MAX_SEGMENTS + 1]; /* from segment i to the end */
};

static int cut_path(const char *path, struct cut *ret_cut)
{
	struct cut cut = {0};
	struct span left = span_str(path);
	while (left.len) {
		if (left.ptr[0] != '/' || cut.count == ROUTES_MAX_SEGMENTS)
			return -ERR_INVALID;
		left = span_sub(left, 1, SIZE_MAX);
		cut.rest[cut.count] = left;
		const uint8_t *slash = left.len ? memchr(left.ptr, '/', left.len) : NULL;
		size_t len = slash ? (size_t)(slash - left.ptr) : left.len;
		cut.segments[cut.count++] = span_sub(left, 0, len);
		left = span_sub(left, len, SIZE_MAX);
	}
	cut.rest[cut.count] = span_str("");
	*ret_cut = cut;
	return 0;
}

static void row_done(void *data)
{
	struct row *row = data;
	for (size_t i = 0; i < row->count; i++)
		g_free(row->segments[i].name);
}

struct routes *routes_new(void)
{
	struct routes *routes = g_new0(struct routes, 1);
	routes->rows = g_array_new(FALSE, TRUE, sizeof(struct row));
	g_array_set_clear_func(routes->rows, row_done);
	return routes;
}

void routes_free(struct routes **routes)
{
	if (!*routes)
		return;
	g_array_unref((*routes)->rows);
	g_free(*routes);
	*routes = NULL;
}

static bool rows_alike(const struct row *a, const struct row *b)
{
	if (strcmp(a->route->method, b->route->method) != 0 || a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++) {
		const struct segment *s = &a->segments[i], *t = &b->segments[i];
		if (s->kind != t->kind || (s->kind == LITERAL && !span_eq(s->text, t->text)))
			return false;
	}
	return true;
}

static int row_init(struct row *row, const struct route *route, void *arg)
{
	struct cut cut;
	size_t params = 0;
	if (!route->fn || !parse_is_token(route->method) || cut_path(route->pattern, &cut) < 0
		|| cut.count == 0)
		return -ERR_INVALID;
	*row = (struct row){.route = route, .arg = arg, .count = cut.count};
	for (size_t i = 0; i < cut.count; i++) {
		struct segment *s = &row->segments[i];
		struct span text = cut.segments[i];
		char mark = text.len ? (char)text.ptr[0] : 0;
		s->kind = mark == ':' ? PARAM : mark == '*' ? REST : LITERAL;
		s->text = s->kind == LITERAL ? text : span_sub(text, 1, SIZE_MAX);
		if (s->kind == LITERAL)
			continue;
		if (s->text.len == 0 || ++params > ROUTES_MAX_PARAMS
			|| (s->kind == REST && i + 1 != cut.count)) {
			row_done(row);
			return -ERR_INVALID;
		}
		s->name = g_strndup((const char *)s->text.ptr, s->text.len);
	}
	return 0;
}

int routes_add(struct routes *routes, const struct route *list, size_t count, void *arg)
{
	guint before = routes->rows->len;
	int err = 0;
	for (size_t i = 0; i < count && err == 0; i++) {
		struct row row;
		err = row_init(&row, &list[i], arg);
		if (err < 0)
			break;
		for (guint j = 0; j < routes->rows->len; j++)
			if (rows_alike(&g_array_index(routes->rows, struct row, j), &row))
				err = -ERR_EXISTS;
		g_array_append_val(routes->rows, row);
	}
	if (err < 0)
		g_array_set_size(routes->rows, before);
	return err;
}

static bool row_fits(const struct row *row, const struct cut *cut)
{
	for (size_t i = 0; i < row->count; i++) {
		const struct segment *s = &row->segments[i];
		if (s->kind == REST)
			return i <= cut->count;
		if (i >= cut->count)
			return false;
		if (s->kind == LITERAL ? !span_eq(s->text, cut->segments[i]) : cut->segments[i].len == 0)
			return false;
	}
	return row->count == cut->count;
}

/* Both fit the same path: is a more exact than b? */
static bool row_better(const struct row *a, const struct row *b)
{
	for (size_t i = 0; i < a->count && i < b->count; i++)
		if (a->segments[i].kind != b->segments[i].kind)
			return a->segments[i].kind < b->segments[i].kind;
	return a->count > b->count;
}

static const struct row *find_row(
	const struct routes *routes, const char *method, const struct cut *cut)
{
	const struct row *best = NULL;
	for (guint i = 0; i < routes->rows->len; i++) {
		const struct row *row = &g_array_index(routes->rows, struct row, i);
		if (strcmp(row->route->method, method) == 0 && row_fits(row, cut)
			&& (!best || row_better(row, best)))
			best = row;
	}
	return best;
}

static int take_params(const struct row *row, const struct cut *cut, struct routes_match *match)
{
	for (size_t i = 0; i < row->count; i++) {
		const struct segment *s = &row->segments[i];
		if (s->kind == LITERAL)
			continue;
		char *value = parse_decode(s->kind == REST ? cut->rest[i] : cut->segments[i], false);
		/* An escaped slash would be one segment here and two to whoever uses the value. */
		if (!value || (s->kind == PARAM && strchr(value, '/'))) {
			g_free(value);
			return -ERR_INVALID;
		}
		match->params[match->param_count++] = (struct route_param){s->name, value};
	}
	return 0;
}

/* The methods of all rows that fit, each once, with those that the server adds. */
static char *allow_list(const struct routes *routes, const struct cut *cut)
{
	g_autoptr(GPtrArray) methods = g_ptr_array_new();
	for (guint i = 0; i < routes->rows->len; i++) {
		const struct row *row = &g_array_index(routes->rows, struct row, i);
		if (!row_fits(row, cut))
			continue;
		if (!g_ptr_array_find_with_equal_func(methods, row->route->method, g_str_equal, NULL))
			g_ptr_array_add(methods, (void *)row->route->method);
	}
	if (methods->len == 0)
		return NULL;
	if (g_ptr_array_find_with_equal_func(methods, "GET", g_str_equal, NULL)
		&& !g_ptr_array_find_with_equal_func(methods, "HEAD", g_str_equal, NULL))
		g_ptr_array_add(methods, (void *)"HEAD");
	if (!g_ptr_array_find_with_equal_func(methods, "OPTIONS", g_str_equal, NULL))
		g_ptr_array_add(methods, (void *)"OPTIONS");
	g_ptr_array_add(methods, NULL);
	return g_strjoinv(", ", (char **)methods->pdata);
}

static bool has_dots(const struct cut *cut)
{
	for (size_t i = 0; i < cut->count; i++) {
		g_autofree char *plain = parse_decode(cut->segments[i], false);
		if (plain && (strcmp(plain, ".") == 0 || strcmp(plain, "..") == 0))
			return true;
	}
	return false;
}

int routes_find(const struct routes *routes, const char *method, const char *path,
	struct routes_match *ret_match)
{
	struct cut cut;
	struct routes_match match = {0};
	if (cut_path(path, &cut) < 0)
		return -ERR_NOTFOUND;
	if (has_dots(&cut))
		return -ERR_INVALID;
	const struct row *row = find_row(routes, method, &cut);
	if (!row && strcmp(method, "HEAD") == 0)
		row = find_row(routes, "GET", &cut);
	if (!row) {
		match.allow = allow_list(routes, &cut);
		if (!match.allow)
			return -ERR_NOTFOUND;
		*ret_match = match;
		return -ERR_UNSUPP;
	}
	match.route = row->route;
	match.arg = row->arg;
	if (take_params(row, &cut, &match) < 0) {
		routes_match_done(&match);
		return -ERR_INVALID;
	}
	*ret_match = match;
	return 0;
}

void routes_match_done(struct routes_match *match)
{
	for (size_t i = 0; i < match->param_count; i++)
		g_free(match->params[i].value);
	g_free(match->allow);
	*match = (struct routes_match){0};
}
