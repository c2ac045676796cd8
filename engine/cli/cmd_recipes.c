#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cli/commands.h"
#include "cli/layout.h"
#include "lua/recipes.h"

#define NAMES 22

static void
add_row(struct zdm_buf *out, const char *name, const char *doc)
{
    zdm_buf_add(out, "  ");
    zdm_add_padded(out, name, NAMES - 2);
    if (zdm_width(name) >= NAMES - 2) {
        zdm_buf_addc(out, '\n');
        zdm_add_blanks(out, NAMES);
    }
    zdm_add_wrapped(out, doc, NAMES, ZDM_COLUMNS);
    zdm_buf_addc(out, '\n');
}

static void
list(struct zdm_buf *out, const struct zdm_recipes *recipes)
{
    for (size_t i = 0; i < recipes->n; i++) {
        const char *doc = recipes->items[i].doc;
        const char *end = strstr(doc, ". "), *colon = strstr(doc, ": ");
        size_t n = end ? (size_t)(end - doc) : strlen(doc);
        if (colon && (size_t)(colon - doc) < n)
            n = (size_t)(colon - doc);
        char *first = zdm_strf("%.*s", (int)(n - (n > 0 && doc[n - 1] == '.')), doc);
        add_row(out, recipes->items[i].name, first);
        free(first);
    }
    zdm_buf_add(out, "\nzdm recipes RECIPE explains one;\n"
                     "zdm new NAME --recipe RECIPE writes a plan with it.\n");
}

/* The lines of a list hang behind its dashes. */
static void
add_notes(struct zdm_buf *out, const char *notes)
{
    zdm_buf_addc(out, '\n');
    for (const char *line = notes, *next; line; line = next ? next + 1 : NULL) {
        next = strchr(line, '\n');
        char *one = zdm_strf("%.*s", next ? (int)(next - line) : (int)strlen(line), line);
        zdm_add_hanging(out, one, 0, one[0] == '-' ? 2 : 0, ZDM_COLUMNS);
        zdm_buf_addc(out, '\n');
        free(one);
    }
}

static void
explain(struct zdm_buf *out, const struct zdm_recipe *recipe)
{
    zdm_buf_addf(out, ZDM_BOLD "recipe.%s" ZDM_PLAIN "\n\n", recipe->name);
    zdm_add_wrapped(out, recipe->doc, 0, ZDM_COLUMNS);
    zdm_buf_add(out, "\n\n");
    for (size_t i = 0; i < recipe->n_fields; i++) {
        const struct zdm_recipe_field *f = &recipe->fields[i];
        char *doc = zdm_strf("%s (%s%s%s%s)", f->doc, f->says, f->required ? "; required" : "",
            f->fallback ? "; default " : "", f->fallback ? f->fallback : "");
        add_row(out, f->name, doc);
        free(doc);
    }
    zdm_buf_add(out, "\nIn a plan:\n\n");
    zdm_add_block(out, recipe->example, strlen(recipe->example), 4, 0);
    if (recipe->notes)
        add_notes(out, recipe->notes);
    zdm_buf_add(out, "\nA plan with it, to look at with zdm plan:\n\n    ");
    zdm_buf_addf(out, "zdm new my_plan --recipe %s", recipe->name);
    for (size_t i = 0; i < recipe->n_fields; i++)
        if (recipe->fields[i].required)
            zdm_buf_addf(out, " %s=...", recipe->fields[i].name);
    zdm_buf_addc(out, '\n');
}

int
zdm_cmd_recipes(const struct zdm_args *args, struct zdm_io *io)
{
    const char *name = zdm_args_word(args, 0);
    const struct zdm_recipe *recipe = NULL;
    struct zdm_recipes *recipes = NULL;
    struct zdm_err err = ZDM_ERR_INIT;
    struct zdm_buf text = ZDM_BUF_INIT;

    if (zdm_recipes_read(&recipes, &err) < 0 ||
        (name && !(recipe = zdm_recipe_find(recipes, name, &err)))) {
        zdm_recipes_free(recipes);
        return zdm_io_fail(io, &err);
    }
    if (recipe)
        explain(&text, recipe);
    else
        list(&text, recipes);
    zdm_io_write(&io->out, &text);
    zdm_buf_release(&text);
    zdm_recipes_free(recipes);
    return 0;
}
