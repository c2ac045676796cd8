#include "sql/rules.h"

#include <string.h>

#include "base/buf.h"
#include "base/mem.h"

static const struct zdm_rule rules[] = {
#define RULE(symbol, id_, hazard_, severity_, message_, hint_)                                     \
    RULE_IN(symbol, id_, hazard_, severity_, 0, 0, message_, hint_)
#define RULE_IN(symbol, id_, hazard_, severity_, since_, until_, message_, hint_)                  \
    {.id = id_,                                                                                    \
        .hazard = ZDM_HAZARD_##hazard_,                                                            \
        .severity = ZDM_SEVERITY_##severity_,                                                      \
        .since = since_,                                                                           \
        .until = until_,                                                                           \
        .message = message_,                                                                       \
        .hint = hint_},
#include "sql/rules.def"
#undef RULE
};

const struct zdm_rule *
zdm_sql_rules(size_t *n)
{
    *n = ZDM_RULE_COUNT;
    return rules;
}

const struct zdm_rule *
zdm_sql_rule(const char *id)
{
    for (size_t i = 0; i < ZDM_RULE_COUNT; i++)
        if (strcmp(rules[i].id, id) == 0)
            return &rules[i];
    return NULL;
}

char *
zdm_rule_text(struct zdm_arena *arena, const char *template, const struct zdm_words *words)
{
    const struct {
        const char *name, *value;
    } known[] = {
        {"{table}", words->table},
        {"{column}", words->column},
        {"{name}", words->name},
        {"{other}", words->other},
        {"{type}", words->type},
        {"{kind}", words->kind},
    };
    struct zdm_buf buf = ZDM_BUF_INIT;

    for (const char *s = template; *s;) {
        size_t taken = 0;
        for (size_t i = 0; *s == '{' && !taken && i < sizeof known / sizeof *known; i++) {
            size_t len = strlen(known[i].name);
            if (strncmp(s, known[i].name, len) != 0)
                continue;
            if (!known[i].value)
                zdm_die("a rule's text needs a word that was not given");
            zdm_buf_add(&buf, known[i].value);
            taken = len;
        }
        if (!taken)
            zdm_buf_addc(&buf, *s);
        s += taken ? taken : 1;
    }

    char *text = zdm_arena_strndup(arena, buf.s, buf.len);
    zdm_buf_release(&buf);
    return text;
}

const char *
zdm_verdict_name(enum zdm_verdict verdict)
{
    static const char *const names[] = {"safe", "caution", "unsafe", "unknown"};
    return names[verdict];
}

const char *
zdm_lock_mode_name(enum zdm_lock_mode mode)
{
    static const char *const names[] = {"none", "ACCESS SHARE", "ROW SHARE", "ROW EXCLUSIVE",
        "SHARE UPDATE EXCLUSIVE", "SHARE", "SHARE ROW EXCLUSIVE", "EXCLUSIVE", "ACCESS EXCLUSIVE"};
    return names[mode];
}

const char *
zdm_held_name(enum zdm_held held)
{
    static const char *const names[] = {"brief", "scan", "rewrite", "build", "statement"};
    return names[held];
}

const char *
zdm_transaction_name(enum zdm_transaction transaction)
{
    return transaction == ZDM_TX_FORBIDDEN ? "forbidden" : "ok";
}

const char *
zdm_severity_name(enum zdm_severity severity)
{
    static const char *const names[] = {"off", "info", "warning", "error"};
    return names[severity];
}

const char *
zdm_evidence_name(enum zdm_evidence evidence)
{
    static const char *const names[] = {"assumed", "catalog", "traced"};
    return names[evidence];
}

const char *
zdm_hazard_name(enum zdm_hazard hazard)
{
    static const char *const names[] = {
        "breaks", "loses", "blocks", "fails", "transaction", "unknown", "advice"};
    return names[hazard];
}
