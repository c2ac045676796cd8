#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/new_file.h"
#include "lua/plan_file.h"
#include "lua/recipes.h"

/* A Lua string. */
static void
add_string(struct zdm_buf *out, const char *s, size_t n)
{
    zdm_buf_addc(out, '"');
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)s[i];
        if (c == '"' || c == '\\')
            zdm_buf_addf(out, "\\%c", c);
        else if (c < 32 || c == 127)
            zdm_buf_addf(out, "\\%03d", c);
        else
            zdm_buf_addc(out, (char)c);
    }
    zdm_buf_addc(out, '"');
}

/* How a word of the command line becomes a value, by the field's kind (stdlib/kinds.lua); the others are texts. */
enum form { FORM_TEXT, FORM_SWITCH, FORM_NUMBER, FORM_LIST, FORM_TEXT_OR_LIST, FORM_TABLE };

static const struct {
    const char *kind;
    enum form form;
} forms[] = {
    {"boolean", FORM_SWITCH},
    {"yes", FORM_SWITCH},
    {"integer", FORM_NUMBER},
    {"labels", FORM_LIST},
    {"strings", FORM_LIST},
    {"tables", FORM_LIST},
    {"columns", FORM_TEXT_OR_LIST},
    {"texts", FORM_TEXT_OR_LIST},
    {"assignments", FORM_TABLE},
    {"column_names", FORM_TABLE},
    {"new_names", FORM_TABLE},
    {"renamed_values", FORM_TABLE},
    {"two_schemas", FORM_TABLE},
    {"types", FORM_TABLE},
};

static enum form
form_of(const struct zdm_recipe_field *field)
{
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
        if (strcmp(field->kind, forms[i].kind) == 0)
            return forms[i].form;
    return FORM_TEXT;
}

static void
add_trimmed(struct zdm_buf *out, const char *s, size_t n)
{
    for (; n > 0 && *s == ' '; n--)
        s++;
    while (n > 0 && s[n - 1] == ' ')
        n--;
    add_string(out, s, n);
}

/* What stands between commas. */
static void
add_list(struct zdm_buf *out, const char *value)
{
    zdm_buf_add(out, "{ ");
    for (const char *at = value;; at++) {
        size_t n = strcspn(at, ",");
        add_trimmed(out, at, n);
        at += n;
        if (!*at)
            break;
        zdm_buf_add(out, ", ");
    }
    zdm_buf_add(out, " }");
}

/* Is it Lua as it stands? A list or table may be written as in a plan, in braces. */
static bool
is_lua(enum form form, const char *value)
{
    int64_t n;

    switch (form) {
    case FORM_TEXT:
        return false;
    case FORM_SWITCH:
        return strcmp(value, "true") == 0 || strcmp(value, "false") == 0;
    case FORM_NUMBER:
        return zdm_parse_i64(value, &n);
    case FORM_LIST:
    case FORM_TEXT_OR_LIST:
    case FORM_TABLE:
        return value[0] == '{';
    }
    return false;
}

static void
add_value(struct zdm_buf *out, const struct zdm_recipe_field *field, const char *value)
{
    enum form form = form_of(field);

    if (is_lua(form, value))
        zdm_buf_add(out, value);
    else if (form == FORM_LIST || (form == FORM_TEXT_OR_LIST && strchr(value, ',')))
        add_list(out, value);
    else
        add_string(out, value, strlen(value));
}

static int
unknown_field(const struct zdm_recipe *recipe, const char *word, size_t n, struct zdm_err *err)
{
    const char **names = zdm_alloc((recipe->n_fields + 1) * sizeof *names);
    char *name = zdm_strndup(word, n);

    for (size_t i = 0; i < recipe->n_fields; i++)
        names[i] = recipe->fields[i].name;
    const char *near = zdm_nearest(name, names, recipe->n_fields);
    zdm_fail(err, ZDM_ERR_USAGE, "recipe.%s has no field \"%s\"", recipe->name, name);
    if (near)
        zdm_err_hint(err, "did you mean %s?", near);
    else
        zdm_err_hint(err, "zdm recipes %s lists them", recipe->name);
    free(name);
    free(names);
    return -1;
}

/* Which word sets each field; NULL: none. */
static int
match(const struct zdm_args *args, const struct zdm_recipe *recipe, const char **values,
    struct zdm_err *err)
{
    for (size_t w = 1; w < args->n_words; w++) {
        const char *word = args->words[w], *equals = strchr(word, '=');
        size_t n = equals ? (size_t)(equals - word) : 0, i = 0;
        if (!equals) {
            zdm_fail(err, ZDM_ERR_USAGE, "\"%s\" sets no field", word);
            return zdm_err_hint(err, "write FIELD=VALUE: zdm recipes %s", recipe->name);
        }
        while (i < recipe->n_fields && (strlen(recipe->fields[i].name) != n ||
                                           memcmp(recipe->fields[i].name, word, n) != 0))
            i++;
        if (i == recipe->n_fields)
            return unknown_field(recipe, word, n, err);
        if (values[i])
            return zdm_fail(err, ZDM_ERR_USAGE, "%s is set twice", recipe->fields[i].name);
        values[i] = equals + 1;
    }
    struct zdm_buf missing = ZDM_BUF_INIT;
    for (size_t i = 0; i < recipe->n_fields; i++)
        if (recipe->fields[i].required && !values[i])
            zdm_buf_addf(&missing, "%s%s=...", missing.len ? " " : "", recipe->fields[i].name);
    int rc = 0;
    if (missing.len) {
        rc = zdm_fail(err, ZDM_ERR_USAGE, "recipe.%s needs %s", recipe->name, missing.s);
        zdm_err_hint(err, "zdm recipes %s says what they are", recipe->name);
    }
    zdm_buf_release(&missing);
    return rc;
}

static int
add_recipe(const struct zdm_args *args, const struct zdm_recipe *recipe, struct zdm_buf *text,
    struct zdm_err *err)
{
    const char **values = zdm_alloc((recipe->n_fields + 1) * sizeof *values);
    int rc = match(args, recipe, values, err);

    zdm_buf_addf(text, "    recipe.%s {\n", recipe->name);
    for (size_t i = 0; rc == 0 && i < recipe->n_fields; i++) {
        if (!values[i])
            continue;
        zdm_buf_addf(text, "        %s = ", recipe->fields[i].name);
        add_value(text, &recipe->fields[i], values[i]);
        zdm_buf_add(text, ",\n");
    }
    zdm_buf_add(text, "    },\n");
    free(values);
    return rc;
}

static const char empty_plan[] = "    expand {\n"
                                 "        sql \"what it does\" [[\n"
                                 "            SELECT 1 -- a statement that only adds\n"
                                 "        ]],\n"
                                 "    },\n";

static int
compose(const struct zdm_args *args, const char *name, struct zdm_buf *text, struct zdm_err *err)
{
    const char *wanted = zdm_args_get(args, ZDM_OPT_RECIPE);
    struct zdm_recipes *recipes = NULL;
    int rc = 0;

    zdm_buf_add(text, "return plan ");
    add_string(text, name, strlen(name));
    zdm_buf_add(text, " {\n    api = 1,\n\n");
    if (!wanted) {
        if (args->n_words > 1) {
            zdm_fail(err, ZDM_ERR_USAGE, "\"%s\" is for a recipe", args->words[1]);
            return zdm_err_hint(err, "add --recipe RECIPE: zdm recipes lists them");
        }
        zdm_buf_add(text, empty_plan);
    } else {
        const struct zdm_recipe *recipe;
        rc = zdm_recipes_read(&recipes, err);
        if (rc == 0)
            rc = (recipe = zdm_recipe_find(recipes, wanted, err))
                     ? add_recipe(args, recipe, text, err)
                     : -1;
        zdm_recipes_free(recipes);
    }
    zdm_buf_add(text, "}\n");
    return rc;
}

static int
write_new(const char *path, const struct zdm_buf *text, struct zdm_err *err)
{
    bool made;

    if (zdm_new_file(path, text->s, &made, err) < 0)
        return -1;
    if (made)
        return 0;
    zdm_fail(err, ZDM_ERR_USAGE, "%s is there already", path);
    return zdm_err_hint(err, "give the plan another name, or remove the file");
}

/* plans/NAME.lua where there is a folder of plans, else NAME.lua here. Owned. */
static char *
path_of(const char *name)
{
    struct stat st;

    return zdm_strf(
        "%s%s.lua", stat("plans", &st) == 0 && S_ISDIR(st.st_mode) ? "plans/" : "", name);
}

int
zdm_cmd_new(const struct zdm_args *args, struct zdm_io *io)
{
    const char *name = zdm_args_word(args, 0);
    struct zdm_buf text = ZDM_BUF_INIT;
    struct zdm_err err = ZDM_ERR_INIT;
    struct zdm_errlist errors = ZDM_ERRLIST_INIT;
    struct zdm_plan_file *file = NULL;
    int code;

    if (name[strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-")] ||
        name[0] == '.' || !name[0]) {
        zdm_fail(&err, ZDM_ERR_USAGE, "\"%s\" is no name of a plan", name);
        zdm_err_hint(&err, "A-Z a-z 0-9 _ . -; the file is named after it");
        return zdm_io_fail(io, &err);
    }
    char *path = path_of(name);
    if (compose(args, name, &text, &err) < 0 || write_new(path, &text, &err) < 0) {
        code = zdm_io_fail(io, &err);
    } else if (zdm_plan_file_load(path, NULL, &file, &errors) < 0) {
        unlink(path);
        code = zdm_io_fail_list(io, &errors);
    } else {
        zdm_buf_clear(&text);
        zdm_buf_addf(
            &text, "%s\n\nnext: look at what it would do\n  zdm plan %s --db DSN\n", path, path);
        zdm_io_write(&io->out, &text);
        code = 0;
    }
    zdm_plan_file_free(file);
    zdm_buf_release(&text);
    free(path);
    return code;
}
