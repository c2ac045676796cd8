#include "lua/plan_file.h"

#include <stdlib.h>

#include "base/mem.h"
#include "lua/evaluate.h"
#include "lua/exec.h"
#include "lua/mapper.h"
#include "lua/reader.h"

struct zdm_plan_file {
    struct zdm_source *source;
    struct zdm_script *script;
    struct zdm_plan *plan;
};

int
zdm_plan_file_load(const char *path, const struct zdm_describer *describer,
    struct zdm_plan_file **out, struct zdm_errlist *errors)
{
    struct zdm_plan_file *file = zdm_alloc(sizeof *file);
    struct zdm_err err = ZDM_ERR_INIT;

    if (zdm_source_read(path, &file->source, &err) < 0)
        goto fail;
    file->script = zdm_script_new(file->source);
    file->script->describer = describer;
    if (zdm_evaluate(file->script, errors) < 0) {
        zdm_plan_file_free(file);
        return -1;
    }
    if (zdm_read_plan(file->script, &file->plan, &err) < 0)
        goto fail;
    *out = file;
    return 0;
fail:
    zdm_err_move(zdm_errlist_add(errors), &err);
    zdm_plan_file_free(file);
    return -1;
}

void
zdm_plan_file_free(struct zdm_plan_file *file)
{
    if (!file)
        return;
    zdm_plan_free(file->plan);
    zdm_script_free(file->script);
    zdm_source_free(file->source);
    free(file);
}

const struct zdm_plan *
zdm_plan_file_plan(const struct zdm_plan_file *file)
{
    return file->plan;
}

bool
zdm_plan_file_undescribed(const struct zdm_plan_file *file)
{
    return file->script->undescribed;
}

const char *
zdm_plan_file_source(const struct zdm_plan_file *file)
{
    return file->source->text;
}

static int
call(void *self, zdm_func func, struct zdm_conn *conn, const struct zdm_hook_context *context,
    bool *answer, struct zdm_err *err)
{
    struct zdm_plan_file *file = self;

    return zdm_exec_call(file->script, func, conn, context, answer, err);
}

static int
look(void *self, zdm_func func, struct zdm_conn *conn, const struct zdm_hook_context *context,
    bool *open, char **seen, struct zdm_err *err)
{
    struct zdm_plan_file *file = self;

    return zdm_exec_look(file->script, func, conn, context, open, seen, err);
}

static int
ask(void *self, zdm_func func, const struct zdm_hook_context *context, char **reason,
    struct zdm_err *err)
{
    struct zdm_plan_file *file = self;

    return zdm_exec_ask(file->script, func, context, reason, err);
}

static int
mapper(void *self, const char *step, struct zdm_mapper *out, struct zdm_err *err)
{
    struct zdm_plan_file *file = self;

    return zdm_mapper_open(file->source, file->script->describer, step, out, err);
}

struct zdm_host
zdm_plan_file_host(struct zdm_plan_file *file)
{
    return (struct zdm_host){
        .self = file, .call = call, .look = look, .ask = ask, .mapper = mapper};
}
