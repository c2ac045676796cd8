/*
 * batch_map_fixture.h - maps of the tests of batch/: a C function stands in for the author's.
 */
#ifndef ZDM_TEST_BATCH_MAP_FIXTURE_H
#define ZDM_TEST_BATCH_MAP_FIXTURE_H

#include "batch_fixture.h"

/* What the tests' function does with a row. */
struct map_script {
    /* The first column read, as text (NULL: NULL), becomes that of every column written. */
    const char *(*new_value)(void *self, const char *text, struct zdm_buf *room);
    void *self;
    const char *fails_on; /* a text on which it fails */
    const char *keeps;    /* a text whose row it leaves as it is */
    int nap_ms;           /* on each row */
    _Atomic int rows;
};

static inline int
map_script_row(void *self, const struct zdm_map_columns *columns, const struct zdm_result *rows,
    int row, struct zdm_mapped *out, struct zdm_err *err)
{
    struct map_script *s = self;
    const char *text = zdm_result_get(rows, row, (int)columns->first);

    s->rows++;
    out->changed = false;
    if (s->nap_ms)
        zdm_sleep_ms(s->nap_ms);
    if (s->fails_on && text && strcmp(text, s->fails_on) == 0)
        return zdm_fail(err, ZDM_ERR_FAILED, "map: no way to map \"%s\"", text);
    if (s->keeps && text && strcmp(text, s->keeps) == 0)
        return 0;
    out->changed = true;
    struct zdm_buf room = ZDM_BUF_INIT;
    const char *new = s->new_value(s->self, text, &room);
    zdm_buf_clear(&out->text);
    if (new)
        zdm_buf_add(&out->text, new);
    for (size_t i = 0; i < columns->n_write; i++)
        out->values[i] = new ? (struct zdm_mapped_value){ZDM_MAPPED_TEXT, 0, out->text.len}
                             : (struct zdm_mapped_value){.kind = ZDM_MAPPED_NULL};
    zdm_buf_release(&room);
    return 0;
}

static inline void
map_script_free(void *self)
{
    (void)self;
}

static struct map_script map_script; /* of the test that runs */

static inline int
map_script_mapper(void *self, struct zdm_mapper *out, struct zdm_err *err)
{
    (void)self;
    (void)err;
    *out = (struct zdm_mapper){.self = &map_script, .row = map_script_row, .free = map_script_free};
    return 0;
}

static inline const char *
map_script_add_one(void *self, const char *text, struct zdm_buf *room)
{
    (void)self;
    zdm_buf_addf(room, "%lld", (long long)strtoll(text, NULL, 10) + 1);
    return room->s;
}

static inline const char *
map_script_same(void *self, const char *text, struct zdm_buf *room)
{
    (void)self;
    (void)room;
    return text;
}

static inline const char *
map_script_length(void *self, const char *text, struct zdm_buf *room)
{
    (void)self;
    zdm_buf_addf(room, "%zu", strlen(text));
    return room->s;
}

/* The fixture maps column `read` into `write`. */
static inline void
fixture_map(struct fixture *f, const char *read, const char *write,
    const char *(*new_value)(void *self, const char *text, struct zdm_buf *room))
{
    static const char *names[1];

    names[0] = read;
    f->set = (struct zdm_assignment){.column = write};
    f->spec.action = ZDM_BACKFILL_MAP;
    f->spec.read = names;
    f->spec.n_read = 1;
    f->hooks.mapper = map_script_mapper;
    map_script = (struct map_script){.new_value = new_value};
}

#endif
