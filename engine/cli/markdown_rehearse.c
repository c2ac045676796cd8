/*
 * markdown_rehearse.c - zdm rehearse --format markdown: a comment for a pull request.
 */
#include "base/text.h"
#include "cli/markdown.h"
#include "cli/render_rehearse.h"

static void
add_step(struct zdm_buf *out, const struct zdm_rehearse_step *step)
{
    const struct zdm_rehearse_lock *lock = zdm_rehearse_strongest(step);
    char text[32];

    zdm_buf_add(out, "| ");
    zdm_markdown_add(out, step->step->id);
    if (!step->ran) {
        zdm_buf_add(out, " | did not run | | | | |\n");
        return;
    }
    zdm_buf_addf(out, " | %s | %s", zdm_show_us(step->ms * 1000, text),
        lock ? zdm_rehearse_lock_name(lock->strength) : "");
    zdm_buf_addf(out, " | %s", step->seen.count ? zdm_show_us(step->seen.longest_us, text) : "");
    zdm_buf_addf(
        out, " | %s", step->seen.count ? zdm_show_us(zdm_latency_at(&step->seen, 990), text) : "");
    zdm_buf_addf(out, " | %s |\n", zdm_show_count(step->faults, text));
}

static void
add_trouble(struct zdm_buf *out, const struct zdm_rehearse_trouble *trouble)
{
    struct zdm_buf words = ZDM_BUF_INIT;

    zdm_rehearse_trouble_words(&words, trouble);
    zdm_buf_add(out, "- **broke**: ");
    zdm_markdown_add(out, words.s);
    if (trouble->message) {
        zdm_buf_add(out, ": ");
        zdm_markdown_add(out, trouble->message);
    }
    zdm_buf_add(out, "\n\n");
    if (trouble->sql)
        zdm_markdown_fence(out, "sql", trouble->sql, "\n");
    if (trouble->detail)
        zdm_markdown_fence(out, "text", trouble->detail, "\n");
    zdm_buf_release(&words);
}

void
zdm_markdown_rehearsal(struct zdm_buf *out, const struct zdm_rehearse_view *view)
{
    const struct zdm_rehearsal *found = view->found;
    struct zdm_markdown_pieces troubles = {.text = ZDM_BUF_INIT};
    struct zdm_buf words = ZDM_BUF_INIT;
    char rows[32];

    zdm_buf_addf(out, "### zdm rehearse: %s\n\n", found->n_troubles ? "it breaks" : "ok");
    zdm_markdown_add(out, view->plan->name);
    zdm_buf_addf(out, ", PostgreSQL %d, %s rows, %zu old and %zu new queries\n\n",
        found->server / 10000, zdm_show_count(found->rows, rows), view->load->n[ZDM_COMPAT_OLD],
        view->load->n[ZDM_COMPAT_NEW]);
    zdm_buf_add(out, "| step | time | strongest lock seen | longest stall | p99 | faults |\n"
                     "|---|--:|---|--:|--:|--:|\n");
    for (size_t i = 0; i < found->n_steps && out->len < ZDM_MARKDOWN_BYTES / 2; i++)
        add_step(out, &found->steps[i]);
    zdm_buf_addc(out, '\n');
    for (size_t i = 0; i < found->n_steps; i++) {
        struct zdm_buf piece = ZDM_BUF_INIT;
        for (size_t n = 0; zdm_rehearse_surprise(&found->steps[i], n, &words); n++) {
            zdm_buf_add(&piece, "- ");
            zdm_markdown_add(&piece, found->steps[i].step->id);
            zdm_buf_add(&piece, ": ");
            zdm_markdown_add(&piece, words.s);
            zdm_buf_addc(&piece, '\n');
            zdm_buf_clear(&words);
        }
        if (piece.len)
            zdm_markdown_piece(&troubles, &piece, ZDM_MARKDOWN_BYTES);
        zdm_buf_release(&piece);
    }
    zdm_rehearse_unseen_words(&words, view);
    if (words.len) {
        struct zdm_buf piece = ZDM_BUF_INIT;
        zdm_buf_add(&piece, "- ");
        zdm_markdown_add(&piece, words.s);
        zdm_buf_addc(&piece, '\n');
        zdm_markdown_piece(&troubles, &piece, ZDM_MARKDOWN_BYTES);
        zdm_buf_release(&piece);
    }
    for (size_t i = 0; i < found->n_troubles; i++) {
        struct zdm_buf piece = ZDM_BUF_INIT;
        add_trouble(&piece, &found->troubles[i]);
        zdm_markdown_piece(&troubles, &piece, ZDM_MARKDOWN_BYTES);
        zdm_buf_release(&piece);
    }
    size_t left = zdm_markdown_put(out, &troubles, ZDM_MARKDOWN_BYTES - 1000);
    if (left)
        zdm_buf_addf(out, "\n%zu more are left out\n", left);
    zdm_markdown_release(&troubles);
    zdm_buf_release(&words);
    zdm_buf_add(out, "\n");
    zdm_markdown_fence(out, "sh", view->again, "\n");
}
