#include "cli/render_fact.h"

#include <string.h>

#include "base/text.h"
#include "cli/layout.h"

void
zdm_add_fact(struct zdm_buf *out, const char *style, const char *label, const char *text)
{
    zdm_add_blanks(out, ZDM_LABEL_COLUMN);
    zdm_buf_add(out, style);
    zdm_add_padded(out, label, ZDM_TEXT_COLUMN - ZDM_LABEL_COLUMN - 1);
    zdm_buf_add(out, ZDM_PLAIN " ");
    zdm_add_wrapped(out, text, ZDM_TEXT_COLUMN, ZDM_COLUMNS);
    zdm_buf_addc(out, '\n');
}

void
zdm_add_fact_of(struct zdm_buf *out, const char *style, const char *label, struct zdm_buf *text)
{
    zdm_add_fact(out, style, label, text->s);
    zdm_buf_release(text);
}

int
zdm_columns_before(const struct zdm_sql_text *sql)
{
    return sql->exact && sql->at.column > 0 ? sql->at.column - 1 : -1;
}

void
zdm_add_sql_block(struct zdm_buf *out, const struct zdm_sql_text *sql, int indent)
{
    zdm_add_block(out, sql->text, strlen(sql->text), indent, zdm_columns_before(sql));
}

void
zdm_add_sql_fact(struct zdm_buf *out, const char *label, const struct zdm_sql_text *sql)
{
    struct zdm_buf block = ZDM_BUF_INIT;

    if (!sql->text)
        return;
    zdm_add_sql_block(&block, sql, 0);
    char *newline = strchr(block.s, '\n');
    zdm_add_blanks(out, ZDM_LABEL_COLUMN);
    zdm_buf_add(out, ZDM_DIM);
    if (newline && !newline[1]) {
        zdm_add_padded(out, label, ZDM_TEXT_COLUMN - ZDM_LABEL_COLUMN - 1);
        zdm_buf_addf(out, ZDM_PLAIN " %s", block.s);
    } else {
        zdm_buf_addf(out, "%s" ZDM_PLAIN "\n", label);
        zdm_add_sql_block(out, sql, ZDM_SQL_COLUMN);
    }
    zdm_buf_release(&block);
}

void
zdm_add_time_range(struct zdm_buf *out, int64_t least_ms, int64_t most_ms)
{
    char least[32], most[32];

    if (most_ms < 1000) {
        zdm_buf_add(out, "less than 1 s");
        return;
    }
    zdm_show_duration(most_ms, most);
    zdm_show_duration(least_ms, least);
    if (least_ms < 1000)
        zdm_buf_addf(out, "up to %s", most);
    else if (strcmp(least, most) == 0)
        zdm_buf_addf(out, "about %s", most);
    else
        zdm_buf_addf(out, "%s to %s", least, most);
}

void
zdm_add_because(struct zdm_buf *out, const struct zdm_allow *allow)
{
    struct zdm_buf text = ZDM_BUF_INIT;

    if (allow->n_rules == 0)
        return;
    zdm_buf_addf(&text, "%s (", allow->because ? allow->because : "no reason given");
    for (size_t i = 0; i < allow->n_rules; i++)
        zdm_buf_addf(&text, "%s%s", i ? ", " : "", allow->rules[i]);
    zdm_buf_addc(&text, ')');
    zdm_add_fact_of(out, ZDM_YELLOW, "because", &text);
}
