#include "batch/order.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

void
zdm_order_add_table(struct zdm_buf *b, const struct zdm_backfill_target *t)
{
    zdm_buf_add(b, t->relation);
    if (t->alias)
        zdm_buf_addf(b, " AS %s", t->alias);
}

char *
zdm_order_own_name(const struct zdm_backfill_target *t, const char *base, const char *text)
{
    char *name = zdm_strdup(base);

    for (int i = 1; (t->name && strcmp(name, t->name) == 0) ||
                    (t->alias && strcmp(name, t->alias) == 0) || (text && strcasestr(text, name));
         i++) {
        free(name);
        name = zdm_strf("%s_%d", base, i);
    }
    return name;
}

/* "public.users.id", with the index's collation where it has to be said. The whole qualification
 * keeps it apart from columns of the author's own sub-selects. */
static void
add_key(struct zdm_buf *b, const struct zdm_backfill_target *t, size_t i)
{
    zdm_buf_addf(b, "%s.%s", zdm_backfill_target_row(t), t->keys[i].name);
    if (t->keys[i].collation)
        zdm_buf_addf(b, " COLLATE %s", t->keys[i].collation);
}

/* The i-th column of a position. */
static void
add_value(struct zdm_buf *b, const struct zdm_backfill_target *t, size_t i, int place)
{
    if (place > 0) {
        zdm_buf_addf(b, "$%zu::pg_catalog.text::%s", (size_t)place + i, t->keys[i].type);
        return;
    }
    char *ends = zdm_order_own_name(t, ZDM_ORDER_ENDS, NULL);
    zdm_buf_addf(b, "%s.k%zu", ends, i + 1);
    free(ends);
}

void
zdm_order_add_operator(struct zdm_buf *b, const struct zdm_key *key, const char *name)
{
    if (key->operators) /* the author's search path may have others */
        zdm_buf_addf(b, " OPERATOR(%s.%s) ", key->operators, name);
    else
        zdm_buf_addf(b, " %s ", name);
}

enum side { BEFORE, SAME, BEHIND };

static void
add_compare(struct zdm_buf *b, const struct zdm_backfill_target *t, size_t i, enum side side,
    bool inclusive, int place)
{
    static const char *const names[2][2] = {{"<", "<="}, {">", ">="}};
    const struct zdm_key *key = &t->keys[i];
    bool greater = (side == BEHIND) != key->descending;
    const char *name = side == SAME ? "=" : names[greater][inclusive];

    add_key(b, t, i);
    zdm_order_add_operator(b, key, name);
    add_value(b, t, i, place);
}

void
zdm_order_add_equal(struct zdm_buf *b, const struct zdm_backfill_target *t, const char *from)
{
    for (size_t i = 0; i < t->n_keys; i++) {
        zdm_buf_add(b, i > 0 ? " AND " : "");
        add_key(b, t, i);
        zdm_order_add_operator(b, &t->keys[i], "=");
        zdm_buf_addf(b, "%s.%s_k%zu::%s", from, from, i + 1, t->keys[i].type);
    }
}

/* Columns from..to-1 as at `place`, each with AND behind it. */
static void
add_same(struct zdm_buf *b, const struct zdm_backfill_target *t, size_t from, size_t to, int place)
{
    for (size_t i = from; i < to; i++) {
        add_compare(b, t, i, SAME, false, place);
        zdm_buf_add(b, " AND ");
    }
}

/* On the side of `place`, by the columns from `from` on: one arm a column. */
static void
add_beyond(struct zdm_buf *b, const struct zdm_backfill_target *t, size_t from, enum side side,
    bool inclusive, int place)
{
    zdm_buf_add(b, t->n_keys - from > 1 ? "(" : "");
    for (size_t i = from; i < t->n_keys; i++) {
        zdm_buf_add(b, i > from ? " OR " : "");
        add_same(b, t, from, i, place);
        add_compare(b, t, i, side, inclusive && i + 1 == t->n_keys, place);
    }
    zdm_buf_add(b, t->n_keys - from > 1 ? ")" : "");
}

void
zdm_order_add_columns(
    struct zdm_buf *b, const struct zdm_backfill_target *t, const char *as, bool text)
{
    for (size_t i = 0; i < t->n_keys; i++) {
        zdm_buf_addf(b, "%s%s.%s%s", i > 0 ? ", " : "", zdm_backfill_target_row(t), t->keys[i].name,
            text ? "::pg_catalog.text" : "");
        if (as)
            zdm_buf_addf(b, " AS %s%zu", as, i + 1);
    }
}

static void
add_direction(struct zdm_buf *b, const struct zdm_key *key, bool backwards)
{
    zdm_buf_add(b, key->descending != backwards ? " DESC" : " ASC");
    zdm_buf_add(b, key->nulls_first != backwards ? " NULLS FIRST" : " NULLS LAST");
}

void
zdm_order_add_by(struct zdm_buf *b, const struct zdm_backfill_target *t, bool backwards)
{
    for (size_t i = 0; i < t->n_keys; i++) {
        zdm_buf_add(b, i > 0 ? ", " : "");
        add_key(b, t, i);
        add_direction(b, &t->keys[i], backwards);
    }
}

void
zdm_order_add_first(struct zdm_buf *b, const struct zdm_backfill_target *t, int upto)
{
    add_beyond(b, t, 0, BEFORE, true, upto);
}

void
zdm_order_add_next(
    struct zdm_buf *b, const struct zdm_backfill_target *t, int after, int upto, size_t common)
{
    /* The last column of two positions differs, or nothing lies between them. */
    size_t c = common < t->n_keys ? common : t->n_keys - 1;

    after -= (int)c; /* its first columns are no parameters */
    add_same(b, t, 0, c, upto);
    if (c + 1 < t->n_keys) {
        zdm_buf_add(b, "(");
        for (size_t i = t->n_keys - 1; i > c; i--) {
            add_same(b, t, c, i, after);
            add_compare(b, t, i, BEHIND, false, after);
            zdm_buf_add(b, " OR ");
        }
        add_compare(b, t, c, BEHIND, false, after);
        zdm_buf_add(b, " AND ");
        add_compare(b, t, c, BEFORE, false, upto);
        for (size_t i = c + 1; i < t->n_keys; i++) {
            zdm_buf_add(b, " OR ");
            add_same(b, t, c, i, upto);
            add_compare(b, t, i, BEFORE, i + 1 == t->n_keys, upto);
        }
        zdm_buf_add(b, ") AND ");
    }
    add_beyond(b, t, c, BEHIND, false, after);
    zdm_buf_add(b, " AND ");
    add_beyond(b, t, c, BEFORE, true, upto);
}

void
zdm_order_add_at(struct zdm_buf *b, const struct zdm_backfill_target *t, int place)
{
    for (size_t i = 0; i < t->n_keys; i++) {
        zdm_buf_add(b, i > 0 ? " AND " : "");
        add_compare(b, t, i, SAME, false, place);
    }
}

void
zdm_order_add_about(struct zdm_buf *b, const struct zdm_backfill_target *t, int after, int upto)
{
    if (after >= 0) {
        add_compare(b, t, 0, BEHIND, t->n_keys > 1, after);
        zdm_buf_add(b, " AND ");
    }
    add_compare(b, t, 0, BEFORE, true, upto);
}

/* The first $1 keys of one arm; without an arm those of the table. */
static void
add_arm(struct zdm_buf *b, const struct zdm_backfill_target *t, int after, size_t arm, int bound)
{
    zdm_buf_add(b, "SELECT ");
    zdm_order_add_columns(b, t, "k", false);
    zdm_buf_add(b, " FROM ");
    zdm_order_add_table(b, t);
    zdm_buf_add(b, " WHERE ");
    if (after >= 0) {
        add_same(b, t, 0, arm, after);
        add_compare(b, t, arm, BEHIND, false, after);
        zdm_buf_add(b, " AND ");
    }
    if (t->n_keys > 1) { /* what an index scan can end at */
        add_compare(b, t, 0, BEFORE, true, bound);
        zdm_buf_add(b, " AND ");
    }
    add_beyond(b, t, 0, BEFORE, false, bound);
    zdm_buf_add(b, " ORDER BY ");
    zdm_order_add_by(b, t, false);
}

void
zdm_order_add_step(struct zdm_buf *b, const struct zdm_backfill_target *t, int after, int bound)
{
    if (after < 0 || t->n_keys == 1) {
        add_arm(b, t, after, 0, bound);
        zdm_buf_add(b, " OFFSET $1::pg_catalog.int8 OPERATOR(pg_catalog.-) 1 LIMIT 1");
        return;
    }
    zdm_buf_add(b, "SELECT zdm_arms.* FROM (");
    for (size_t arm = t->n_keys; arm-- > 0;) {
        zdm_buf_add(b, "(");
        add_arm(b, t, after, arm, bound);
        zdm_buf_addf(b, " LIMIT $1::pg_catalog.int8)%s", arm > 0 ? " UNION ALL " : "");
    }
    zdm_buf_add(b, ") AS zdm_arms ORDER BY ");
    for (size_t i = 0; i < t->n_keys; i++) {
        zdm_buf_addf(b, "%szdm_arms.k%zu", i > 0 ? ", " : "", i + 1);
        if (t->keys[i].collation)
            zdm_buf_addf(b, " COLLATE %s", t->keys[i].collation);
        add_direction(b, &t->keys[i], false);
    }
    zdm_buf_add(b, " OFFSET $1::pg_catalog.int8 OPERATOR(pg_catalog.-) 1 LIMIT 1");
}
