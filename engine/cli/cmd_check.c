#include <stdlib.h>

#include "base/mem.h"
#include "catalog/copy.h"
#include "cli/check_applied.h"
#include "cli/check_conf.h"
#include "cli/check_formats.h"
#include "cli/check_plans.h"
#include "cli/check_target.h"
#include "cli/commands.h"

/* Not all could be analysed; ^C is told as what it is. */
static int
broken_off_code(const struct zdm_err *err)
{
    return zdm_err_exit_code(err->code == ZDM_ERR_INTERRUPTED ? err->code : ZDM_ERR_USAGE);
}

/* -1: nothing was written yet. */
static int
check_sources(const struct zdm_args *args, struct zdm_sources *sources,
    const struct zdm_check_settings *settings, struct zdm_io *io, struct zdm_err *err)
{
    const char *format = zdm_args_get(args, ZDM_OPT_CHECK_FORMAT);
    struct zdm_check_target target;
    int code = -1;

    if (zdm_check_target_open(args, &target, err) < 0)
        return -1;
    struct zdm_catalog *catalog = target.catalog;
    bool schema = zdm_args_has(args, ZDM_OPT_SCHEMA);
    struct zdm_check_plans plans =
        zdm_check_plan_files(schema ? zdm_schema_copy_conninfo(target.copy) : target.conninfo);
    struct zdm_check_writer writer;
    size_t applied = 0;
    target.catalog = NULL; /* taken */
    if (target.conninfo && !zdm_args_has(args, ZDM_OPT_WITH_APPLIED) &&
        zdm_check_leave_applied(target.conninfo, sources, &applied, err) < 0) {
        zdm_catalog_free(catalog);
        goto out;
    }
    zdm_check_writer_open(&writer, io, zdm_check_format(format ? format : "text"), settings,
        target.evidence ? target.evidence : zdm_evidence_name(ZDM_EVIDENCE_ASSUMED));
    struct zdm_check_listener listener = zdm_check_writer_listener(&writer);
    struct zdm_check_summary summary = {.applied = applied};
    int rc = zdm_check_run(sources, settings, catalog, &plans,
        target.tracer.trace ? &target.tracer : NULL, target.rows.ask ? &target.rows : NULL,
        &listener, &summary, err);
    code = rc < 0 ? broken_off_code(err) : summary.exit_code;
    zdm_check_writer_close(&writer, &(struct zdm_check_end){&summary, code, rc < 0 ? err : NULL});
    if (rc < 0) {
        io->json = false; /* the document has it already */
        zdm_io_fail(io, err);
    }
out:
    zdm_check_target_close(&target);
    return code;
}

int
zdm_cmd_check(const struct zdm_args *args, struct zdm_io *io)
{
    struct zdm_check_settings settings = {.fail_on = ZDM_FAIL_ON_ERROR};
    struct zdm_source_options options = {.convention = NULL};
    struct zdm_errlist errors = ZDM_ERRLIST_INIT;
    struct zdm_sources sources = {.items = NULL};
    struct zdm_err err = ZDM_ERR_INIT;
    struct zdm_conf *conf;
    char **paths = NULL;
    size_t n = 0;
    int code = -1;

    if (zdm_check_conf(args, &conf, &errors) < 0)
        return zdm_io_fail_list(io, &errors);
    if (zdm_check_configure(args, conf, &settings, &options, &err) < 0 ||
        zdm_check_paths(args, conf, &paths, &n, &err) < 0 ||
        zdm_sources_read((const char *const *)paths, n, &options, &sources, &err) < 0)
        goto out;
    code = check_sources(args, &sources, &settings, io, &err);
out:
    zdm_sources_release(&sources);
    for (size_t i = 0; i < n; i++)
        free(paths[i]);
    free(paths);
    zdm_check_settings_release(&settings);
    zdm_conf_free(conf);
    return code < 0 ? zdm_io_fail(io, &err) : code;
}
