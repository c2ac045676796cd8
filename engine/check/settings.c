#include "check/check.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

#define STYLE "style"

static const char *const style_rules[] = {
#define RULE_IN(symbol, id, hazard, severity, since, until, message, hint) id,
#define RULE(symbol, id, hazard, severity, message, hint)                  id,
#include "sql/rules/style.def"
#undef RULE
#undef RULE_IN
    NULL,
};

static const char *const severities[] = {"off", "info", "warning", "error"};

static void
add(struct zdm_check_settings *settings, const char *rule, enum zdm_severity severity)
{
    settings->rules = zdm_grow(settings->rules, settings->n_rules, sizeof *settings->rules);
    settings->rules[settings->n_rules++] =
        (struct zdm_rule_setting){.rule = rule, .severity = severity};
}

static int
unknown_rule(const char *id, struct zdm_err *err)
{
    size_t n, n_notes;
    const struct zdm_rule *rules = zdm_sql_rules(&n);
    const struct zdm_note_rule *notes = zdm_note_rules(&n_notes);
    const char **ids = zdm_alloc((n + n_notes + 1) * sizeof *ids);

    for (size_t i = 0; i < n; i++)
        ids[i] = rules[i].id;
    for (size_t i = 0; i < n_notes; i++)
        ids[n + i] = notes[i].id;
    ids[n + n_notes] = STYLE;
    const char *nearest = zdm_nearest(id, ids, n + n_notes + 1);
    free(ids);
    zdm_fail(err, ZDM_ERR_USAGE, "there is no rule \"%s\"", id);
    return nearest ? zdm_err_hint(err, "did you mean \"%s\"?", nearest)
                   : zdm_err_hint(err, "zdm explain lists the rules");
}

static int
read_severity(const char *word, enum zdm_severity *out, struct zdm_err *err)
{
    for (size_t i = 0; i < sizeof severities / sizeof *severities; i++)
        if (strcmp(severities[i], word) == 0) {
            *out = (enum zdm_severity)i;
            return 0;
        }
    return zdm_fail(
        err, ZDM_ERR_USAGE, "a severity is off, info, warning or error, not \"%s\"", word);
}

int
zdm_check_settings_rule(
    struct zdm_check_settings *settings, const char *id, const char *word, struct zdm_err *err)
{
    const struct zdm_rule *rule = zdm_sql_rule(id);
    const struct zdm_note_rule *note = zdm_note_rule(id);
    enum zdm_severity severity = ZDM_SEVERITY_ERROR;

    if (!rule && !note && strcmp(id, STYLE) != 0)
        return unknown_rule(id, err);
    if (read_severity(word, &severity, err) < 0)
        return zdm_err_wrap(err, "rule %s", id);
    bool hides = rule && rule->hazard == ZDM_HAZARD_UNKNOWN &&
                 rule->severity == ZDM_SEVERITY_ERROR && severity < ZDM_SEVERITY_ERROR;
    if (hides || (note && strcmp(id, "invalid-plan") == 0 && severity < ZDM_SEVERITY_ERROR)) {
        zdm_fail(err, ZDM_ERR_USAGE, "rule %s cannot be %s: it is about what zdm cannot judge", id,
            word);
        return zdm_err_hint(err, hides ? "--allow-unknown (allow_unknown = true in zdm.conf.lua) "
                                         "accepts such statements"
                                       : "mend the plan, or leave it out");
    }
    if (!rule && !note) {
        for (size_t i = 0; style_rules[i]; i++)
            add(settings, style_rules[i], severity);
        return 0;
    }
    add(settings, rule ? rule->id : note->id, severity);
    return 0;
}

int
zdm_check_settings_fail_on(
    struct zdm_check_settings *settings, const char *word, struct zdm_err *err)
{
    static const char *const words[] = {"error", "warning", "none"};

    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i], word) == 0) {
            settings->fail_on = (enum zdm_fail_on)i;
            return 0;
        }
    return zdm_fail(err, ZDM_ERR_USAGE, "fail-on is error, warning or none, not \"%s\"", word);
}

void
zdm_check_settings_release(struct zdm_check_settings *settings)
{
    free(settings->rules);
    settings->rules = NULL;
    settings->n_rules = 0;
}
