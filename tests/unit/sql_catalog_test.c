#include <stdarg.h>
#include <stdint.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "sql/catalog.h"

static struct zdm_catalog *catalog;

static int
begin(void **state)
{
    (void)state;
    catalog = zdm_catalog_new();
    return 0;
}

static int
end(void **state)
{
    (void)state;
    zdm_catalog_free(catalog);
    return 0;
}

static struct zdm_relation *
table(const char *name)
{
    struct zdm_relation *relation =
        zdm_catalog_add_relation(catalog, "public", name, ZDM_RELATION_TABLE);

    relation->known = true;
    return relation;
}

static const char **
names(const char *a, const char *b)
{
    const char **list = zdm_catalog_alloc(catalog, 2 * sizeof *list);

    list[0] = a;
    list[1] = b;
    return list;
}

static struct zdm_constraint *
foreign_key(struct zdm_relation *from, const char *column, struct zdm_relation *to)
{
    struct zdm_constraint *key =
        zdm_relation_add_constraint(catalog, from, ZDM_CONSTRAINT_FOREIGN, "fk", to);

    key->columns = names(column, NULL);
    key->referenced = names("id", NULL);
    key->n_columns = 1;
    return key;
}

static void
lookup(void **state)
{
    struct zdm_relation *t = table("t");

    (void)state;
    assert_ptr_equal(zdm_catalog_relation(catalog, "public", "t"), t);
    assert_null(zdm_catalog_relation(catalog, "other", "t"));
    assert_null(zdm_catalog_relation(catalog, NULL, "t"));
    zdm_catalog_append(catalog, &catalog->search_path, "other");
    zdm_catalog_append(catalog, &catalog->search_path, "public");
    assert_ptr_equal(zdm_catalog_relation(catalog, NULL, "t"), t);

    /* The first schema of the path that has it, and a temporary one before all. */
    struct zdm_relation *other = zdm_catalog_add_relation(catalog, "other", "t", ZDM_RELATION_VIEW);
    assert_ptr_equal(zdm_catalog_relation(catalog, NULL, "t"), other);
    struct zdm_relation *temporary =
        zdm_catalog_add_relation(catalog, "pg_temp_3", "t", ZDM_RELATION_TABLE);
    temporary->temporary = true;
    assert_ptr_equal(zdm_catalog_relation(catalog, NULL, "t"), temporary);
    assert_ptr_equal(zdm_catalog_relation(catalog, "pg_temp", "t"), temporary);
    assert_ptr_equal(zdm_catalog_relation(catalog, "public", "t"), t);
}

static void
names_are_bytes(void **state)
{
    static const char odd[] =
        "Mixed \"Case\" \xc3\xa9 with 63 bytes of a name that goes on and on, x";
    struct zdm_relation *t = table(odd);

    (void)state;
    assert_ptr_equal(zdm_catalog_relation(catalog, "public", odd), t);
    assert_null(zdm_catalog_relation(catalog, "public", "mixed"));
    assert_ptr_equal(zdm_catalog_relation(catalog, "public", ""), NULL);
}

static void
types(void **state)
{
    struct zdm_type *system = zdm_catalog_add_type(catalog, "pg_catalog", "int4", ZDM_TYPE_BASE);
    struct zdm_type *mine = zdm_catalog_add_type(catalog, "public", "int4", ZDM_TYPE_ENUM);

    (void)state;
    zdm_catalog_append(catalog, &catalog->search_path, "public");
    assert_ptr_equal(zdm_catalog_type(catalog, NULL, "int4"), system);
    assert_ptr_equal(zdm_catalog_type(catalog, "public", "int4"), mine);

    size_t mark = zdm_catalog_mark(catalog);
    zdm_catalog_move_type(catalog, mine, "public", "mood");
    assert_ptr_equal(zdm_catalog_type(catalog, NULL, "mood"), mine);
    zdm_catalog_drop_type(catalog, mine);
    assert_null(zdm_catalog_type(catalog, NULL, "mood"));
    zdm_catalog_rollback(catalog, mark);
    assert_ptr_equal(zdm_catalog_type(catalog, "public", "int4"), mine);
    assert_false(mine->dropped);
}

static void
rollback_takes_everything_back(void **state)
{
    struct zdm_relation *t = table("t");
    struct zdm_column *a = zdm_relation_add_column(catalog, t, "a");

    (void)state;
    size_t mark = zdm_catalog_mark(catalog);
    struct zdm_relation *made = table("made");
    zdm_relation_add_column(catalog, t, "b");
    zdm_relation_add_constraint(catalog, t, ZDM_CONSTRAINT_CHECK, "c", NULL);
    zdm_relation_add_index(catalog, t, "t_a");
    zdm_relation_rename_column(catalog, t, "a", "renamed");
    zdm_catalog_touch(catalog, a, sizeof *a);
    a->not_null = true;
    zdm_catalog_move_relation(catalog, t, "other", "moved");
    zdm_catalog_drop_relation(catalog, made);
    zdm_catalog_rollback(catalog, mark);

    assert_null(zdm_catalog_relation(catalog, "public", "made"));
    assert_null(zdm_catalog_relation(catalog, "public", "t_a"));
    assert_null(zdm_catalog_relation(catalog, "other", "moved"));
    assert_ptr_equal(zdm_catalog_relation(catalog, "public", "t"), t);
    assert_int_equal(t->columns.n, 1);
    assert_int_equal(t->constraints.n, 0);
    assert_int_equal(t->indexes.n, 0);
    assert_string_equal(a->name, "a");
    assert_false(a->not_null);
}

static void
marks_nest(void **state)
{
    struct zdm_relation *t = table("t");

    (void)state;
    size_t outer = zdm_catalog_mark(catalog);
    zdm_relation_add_column(catalog, t, "kept");
    size_t inner = zdm_catalog_mark(catalog);
    zdm_relation_add_column(catalog, t, "lost");
    zdm_catalog_rollback(catalog, inner);
    assert_int_equal(t->columns.n, 1);

    /* What an inner mark let stand still goes with the outer one. */
    inner = zdm_catalog_mark(catalog);
    zdm_relation_add_column(catalog, t, "released");
    zdm_catalog_release(catalog, inner);
    assert_int_equal(t->columns.n, 2);
    zdm_catalog_rollback(catalog, outer);
    assert_int_equal(t->columns.n, 0);

    outer = zdm_catalog_mark(catalog);
    zdm_relation_add_column(catalog, t, "stays");
    zdm_catalog_release(catalog, outer);
    outer = zdm_catalog_mark(catalog);
    zdm_catalog_rollback(catalog, outer);
    assert_int_equal(t->columns.n, 1);
    assert_non_null(zdm_relation_column(t, "stays"));
}

static void
removal(void **state)
{
    ZDM_LIST(const char) list = {NULL, 0, 0};
    static const char *const words[] = {"a", "b", "c", "d", "e", "f"};

    (void)state;
    for (size_t i = 0; i < 6; i++)
        zdm_catalog_append(catalog, &list, words[i]);
    size_t mark = zdm_catalog_mark(catalog);
    zdm_catalog_remove(catalog, &list, words[0]);
    zdm_catalog_remove(catalog, &list, words[5]);
    zdm_catalog_remove(catalog, &list, words[2]);
    zdm_catalog_remove(catalog, &list, "not in it");
    assert_int_equal(list.n, 3);
    assert_ptr_equal(list.items[0], words[1]);
    assert_ptr_equal(list.items[1], words[3]);
    assert_ptr_equal(list.items[2], words[4]);
    zdm_catalog_append(catalog, &list, words[0]);
    zdm_catalog_rollback(catalog, mark);
    assert_int_equal(list.n, 6);
    for (size_t i = 0; i < 6; i++)
        assert_ptr_equal(list.items[i], words[i]);
    for (size_t i = 0; i < 6; i++)
        zdm_catalog_remove(catalog, &list, words[i]);
    assert_int_equal(list.n, 0);
}

/* What is appended where something was taken out goes with a rollback. */
static void
removal_and_more(void **state)
{
    struct zdm_relation *made[4];
    static const char *const called[] = {"a", "b", "c", "d"};

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        made[i] = table(called[i]);
        zdm_catalog_append(catalog, &catalog->fresh, made[i]);
    }
    size_t mark = zdm_catalog_mark(catalog);
    zdm_catalog_drop_relation(catalog, made[1]);
    zdm_catalog_append(catalog, &catalog->fresh, table("e"));
    zdm_catalog_touch(catalog, &catalog->fresh, sizeof catalog->fresh);
    catalog->fresh.n = 0;
    zdm_catalog_append(catalog, &catalog->fresh, table("f"));
    zdm_catalog_rollback(catalog, mark);
    assert_int_equal(catalog->fresh.n, 4);
    for (size_t i = 0; i < 4; i++)
        assert_ptr_equal(catalog->fresh.items[i], made[i]);
}

static void
dropping_a_table(void **state)
{
    struct zdm_relation *parent = table("parent"), *child = table("child"), *other = table("other");
    struct zdm_relation *sequence =
        zdm_catalog_add_relation(catalog, "public", "s", ZDM_RELATION_SEQUENCE);
    struct zdm_relation *view = zdm_catalog_add_relation(catalog, "public", "v", ZDM_RELATION_VIEW);
    struct zdm_dependent *reader = zdm_catalog_alloc(catalog, sizeof *reader);

    (void)state;
    zdm_catalog_append(catalog, &parent->children, child);
    zdm_catalog_append(catalog, &child->parents, parent);
    parent->default_partition = child;
    zdm_catalog_own_sequence(catalog, sequence, child, "a");
    foreign_key(child, "a", other);
    foreign_key(other, "a", child);
    struct zdm_index *index = zdm_relation_add_index(catalog, child, "child_pkey");
    struct zdm_constraint *primary =
        zdm_relation_add_constraint(catalog, child, ZDM_CONSTRAINT_PRIMARY, "child_pkey", NULL);
    primary->index = index;
    index->constraint = primary;
    *reader = (struct zdm_dependent){.kind = "view", .name = "v", .dependent = view};
    zdm_catalog_append(catalog, &child->dependents, reader);
    zdm_catalog_append(catalog, &view->reads, child);

    size_t mark = zdm_catalog_mark(catalog);
    zdm_catalog_drop_relation(catalog, view);
    assert_int_equal(child->dependents.n, 0);
    zdm_catalog_drop_relation(catalog, child);
    zdm_catalog_drop_relation(catalog, child);
    assert_true(child->dropped);
    assert_null(zdm_catalog_relation(catalog, "public", "child"));
    assert_null(zdm_catalog_relation(catalog, "public", "child_pkey"));
    assert_null(zdm_catalog_relation(catalog, "public", "s"));
    assert_int_equal(parent->children.n, 0);
    assert_null(parent->default_partition);
    assert_int_equal(other->constraints.n, 0);
    assert_int_equal(other->referenced_by.n, 0);

    zdm_catalog_rollback(catalog, mark);
    assert_false(child->dropped);
    assert_ptr_equal(zdm_catalog_relation(catalog, "public", "child_pkey"), index->self);
    assert_ptr_equal(zdm_catalog_relation(catalog, "public", "s"), sequence);
    assert_ptr_equal(parent->default_partition, child);
    assert_int_equal(parent->children.n, 1);
    assert_int_equal(other->constraints.n, 1);
    assert_int_equal(other->referenced_by.n, 1);
    assert_int_equal(child->dependents.n, 1);
    assert_ptr_equal(index->constraint, primary);
}

static void
dropping_a_column(void **state)
{
    struct zdm_relation *t = table("t"), *other = table("other");

    (void)state;
    zdm_relation_add_column(catalog, t, "a");
    zdm_relation_add_column(catalog, t, "b");
    struct zdm_index *both = zdm_relation_add_index(catalog, t, "both");
    both->uses = names("b", "a");
    both->n_uses = 2;
    struct zdm_index *one = zdm_relation_add_index(catalog, t, "one");
    one->uses = names("b", NULL);
    one->n_uses = 1;
    struct zdm_constraint *check =
        zdm_relation_add_constraint(catalog, t, ZDM_CONSTRAINT_CHECK, "check_a", NULL);
    check->columns = names("a", NULL);
    check->n_columns = 1;
    struct zdm_constraint *key = foreign_key(other, "x", t);
    key->referenced = names("a", NULL);
    struct zdm_dependent *computed = zdm_catalog_alloc(catalog, sizeof *computed);
    *computed = (struct zdm_dependent){.kind = "generated column", .name = "a", .column = "b"};
    zdm_catalog_append(catalog, &t->dependents, computed);

    zdm_relation_drop_column(catalog, t, "a");
    assert_int_equal(t->columns.n, 1);
    assert_int_equal(t->indexes.n, 1);
    assert_ptr_equal(t->indexes.items[0], one);
    assert_int_equal(t->constraints.n, 0);
    assert_int_equal(other->constraints.n, 0);
    assert_int_equal(t->dependents.n, 0); /* the generated column was a itself */
}

static void
renaming_a_column(void **state)
{
    struct zdm_relation *t = table("t"), *other = table("other");
    struct zdm_relation *sequence =
        zdm_catalog_add_relation(catalog, "public", "s", ZDM_RELATION_SEQUENCE);

    (void)state;
    zdm_relation_add_column(catalog, t, "a");
    zdm_catalog_own_sequence(catalog, sequence, t, "a");
    struct zdm_constraint *key = foreign_key(other, "a", t);
    key->referenced = names("a", NULL);
    struct zdm_index *index = zdm_relation_add_index(catalog, t, "i");
    index->columns = zdm_catalog_alloc(catalog, sizeof *index->columns);
    index->columns[0].name = "a";
    index->n_columns = index->n_uses = 1;
    index->uses = names("a", NULL);

    zdm_relation_rename_column(catalog, t, "a", "a");
    zdm_relation_rename_column(catalog, t, "a", "New");
    assert_non_null(zdm_relation_column(t, "New"));
    assert_null(zdm_relation_column(t, "a"));
    assert_string_equal(key->referenced[0], "New");
    assert_string_equal(key->columns[0], "a"); /* of another table */
    assert_string_equal(index->columns[0].name, "New");
    assert_string_equal(index->uses[0], "New");
    assert_string_equal(sequence->sequence_column, "New");
    assert_ptr_equal(zdm_catalog_sequence_of(t, "New"), sequence);
}

static bool
count(void *self, struct zdm_relation *relation)
{
    (void)relation;
    ++*(size_t *)self;
    return true;
}

/* Beside what is there, in and out of a transaction; a list in which all of them are. */
static void
many(void **state)
{
    enum { MANY = 20000 };
    char name[32];
    size_t n = 0;

    (void)state;
    for (int i = 0; i < MANY; i++) {
        snprintf(name, sizeof name, "t_%d", i);
        zdm_catalog_append(catalog, &catalog->fresh, table(name));
    }
    zdm_catalog_each_relation(catalog, count, &n);
    assert_int_equal(n, MANY);

    size_t mark = zdm_catalog_mark(catalog);
    for (int i = 0; i < MANY; i++) {
        snprintf(name, sizeof name, "t_%d", i);
        struct zdm_relation *relation = zdm_catalog_relation(catalog, "public", name);
        assert_non_null(relation);
        snprintf(name, sizeof name, "u_%d", i);
        zdm_catalog_move_relation(catalog, relation, "public", name);
    }
    for (int i = 0; i < MANY; i++) {
        snprintf(name, sizeof name, "u_%d", i);
        zdm_catalog_drop_relation(catalog, zdm_catalog_relation(catalog, "public", name));
    }
    assert_int_equal(catalog->fresh.n, 0);
    n = 0;
    zdm_catalog_each_relation(catalog, count, &n);
    assert_int_equal(n, 0);
    zdm_catalog_rollback(catalog, mark);
    zdm_catalog_each_relation(catalog, count, &n);
    assert_int_equal(n, MANY);
    assert_int_equal(catalog->fresh.n, MANY);
    assert_non_null(zdm_catalog_relation(catalog, "public", "t_19999"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(lookup),
        TEST(names_are_bytes),
        TEST(types),
        TEST(rollback_takes_everything_back),
        TEST(marks_nest),
        TEST(removal),
        TEST(removal_and_more),
        TEST(dropping_a_table),
        TEST(dropping_a_column),
        TEST(renaming_a_column),
        TEST(many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
