#include <string.h>
#include <strings.h>

#include "sql/style.h"

/* The server's name of a type, without its schema. */
static const char *
name_of(const PgQuery__TypeName *type)
{
    return zdm_last_string(type->n_names, type->names);
}

static bool
is_one_of(const char *name, const char *const *list)
{
    while (*list && strcmp(*list, name) != 0)
        list++;
    return *list;
}

static const char *const smallints[] = {"int2", "smallserial", "serial2", NULL};
static const char *const integers[] = {"int4", "serial", "serial4", NULL};
static const char *const serials[] = {
    "smallserial", "serial2", "serial", "serial4", "bigserial", "serial8", NULL};
static const char *const floats[] = {"float4", "float8", NULL};
static const char *const timestamps[] = {"timestamp", "timestamptz", NULL};

static const char *
largest(const char *type)
{
    return is_one_of(type, smallints)  ? "32,767"
           : is_one_of(type, integers) ? "2,147,483,647"
                                       : NULL;
}

static bool
is_amount(const char *column)
{
    static const char *const words[] = {"price", "amount", "cost", "balance", "fee", "salary",
        "tax", "total", "payment", "discount", NULL};

    for (size_t i = 0; words[i]; i++)
        if (strcasestr(column, words[i]))
            return true;
    return false;
}

/* timestamp(0); nothing else of the types asked about has a modifier of 0. */
static bool
is_modified_by_zero(const PgQuery__TypeName *type)
{
    return type->n_typmods == 1 && type->typmods[0]->node_case == PG_QUERY__NODE__NODE_A_CONST &&
           type->typmods[0]->a_const->val_case == PG_QUERY__A__CONST__VAL_IVAL &&
           type->typmods[0]->a_const->ival->ival == 0;
}

void
zdm_style_column(struct zdm_draft *draft, const PgQuery__ColumnDef *column, bool key)
{
    if (!column->type_name)
        return;
    const char *type = name_of(column->type_name);
    struct zdm_words words = {.column = zdm_ident_text(draft->arena, column->colname),
        .type = zdm_deparse_type(draft->arena, column->type_name),
        .name = largest(type)};

    if (!words.type)
        words.type = type;
    draft->location = column->location > 0 ? column->location : column->type_name->location;
    if (strcmp(type, "varchar") == 0 && column->type_name->n_typmods)
        zdm_draft_find(draft, ZDM_RULE_STYLE_TEXT, &words);
    if (words.name && key)
        zdm_draft_find(draft, ZDM_RULE_STYLE_SHORT_KEY, &words);
    else if (words.name)
        zdm_draft_find(draft, ZDM_RULE_STYLE_BIGINT, &words);
    if (is_one_of(type, serials))
        zdm_draft_find(draft, ZDM_RULE_STYLE_IDENTITY, &words);
    if (strcmp(type, "timestamp") == 0)
        zdm_draft_find(draft, ZDM_RULE_STYLE_TIMESTAMPTZ, &words);
    if (is_one_of(type, timestamps) && is_modified_by_zero(column->type_name))
        zdm_draft_find(draft, ZDM_RULE_STYLE_PRECISION_0, &words);
    if (strcmp(type, "bpchar") == 0)
        zdm_draft_find(draft, ZDM_RULE_STYLE_CHAR, &words);
    if (strcmp(type, "money") == 0)
        zdm_draft_find(draft, ZDM_RULE_STYLE_MONEY, &words);
    if (is_one_of(type, floats) && is_amount(column->colname))
        zdm_draft_find(draft, ZDM_RULE_STYLE_FLOAT_MONEY, &words);
    if (strcmp(type, "json") == 0)
        zdm_draft_find(draft, ZDM_RULE_STYLE_JSONB, &words);
}
