#include "sql/nesting.h"

#include <stdlib.h>

#include "base/mem.h"

enum { LIMIT = 1000 };

/* What is open: a statement, or a pair of brackets in it. Heights are upper bounds. */
struct level {
    unsigned since;   /* of the item that is being read */
    unsigned tallest; /* of the items before it */
    unsigned kept;    /* of chains that no separator ends: UNION, JOIN */
};

static unsigned
height(const struct level *level)
{
    return level->kept + (level->since > level->tallest ? level->since : level->tallest);
}

static void
separate(struct level *level)
{
    if (level->since > level->tallest)
        level->tallest = level->since;
    level->since = 0;
}

bool
zdm_nested_too_deeply(const PgQuery__ScanResult *scan, size_t *offset)
{
    struct level *levels = zdm_alloc((LIMIT + 2) * sizeof *levels);
    unsigned depth = 0, above = 0; /* above: height() of everything that is open around here */
    bool deep = false;

    for (size_t i = 0; i < scan->n_tokens && !deep; i++) {
        struct level *at = &levels[depth];
        switch ((int)scan->tokens[i]->token) {
        case PG_QUERY__TOKEN__SQL_COMMENT:
        case PG_QUERY__TOKEN__C_COMMENT:
            continue;
        case PG_QUERY__TOKEN__ASCII_59: /* ; */
            *at = (struct level){0, 0, 0};
            continue;
        case PG_QUERY__TOKEN__ASCII_44: /* , */
        case PG_QUERY__TOKEN__AND:
        case PG_QUERY__TOKEN__OR:
        case PG_QUERY__TOKEN__WHEN:
        case PG_QUERY__TOKEN__THEN:
        case PG_QUERY__TOKEN__ELSE:
            separate(at);
            continue;
        case PG_QUERY__TOKEN__UNION:
        case PG_QUERY__TOKEN__INTERSECT:
        case PG_QUERY__TOKEN__EXCEPT:
        case PG_QUERY__TOKEN__JOIN:
            separate(at);
            at->kept++;
            break;
        case PG_QUERY__TOKEN__ASCII_40: /* ( */
        case PG_QUERY__TOKEN__ASCII_91: /* [ */
        case PG_QUERY__TOKEN__CASE:
            at->since++;
            above += height(at);
            levels[++depth] = (struct level){0, 0, 0};
            break;
        case PG_QUERY__TOKEN__ASCII_41: /* ) */
        case PG_QUERY__TOKEN__ASCII_93: /* ] */
        case PG_QUERY__TOKEN__END_P:
            if (depth == 0)
                continue;
            /* What follows may have the closed part as its leftmost leaf. */
            depth--;
            above -= height(&levels[depth]);
            levels[depth].since += height(at);
            break;
        default:
            at->since++;
        }
        deep = above + height(&levels[depth]) > LIMIT;
        if (deep)
            *offset = (size_t)scan->tokens[i]->start;
    }
    free(levels);
    return deep;
}
