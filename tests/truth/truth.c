/*
 * truth [--schema FILE] [--case TEXT] [--show] [--offline] [--export FILE] FILE|FOLDER...
 *
 * Runs the cases of a corpus on the server of ZDM_DATABASE_URL (which should be a sandbox: it makes
 * databases, roles and a tablespace there) and prints where the classifier and the server differ.
 * README.md tells the rest. Exit: 0 they agree, 1 they differ, 2 it could not be tried.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/signals.h"
#include "sql/library.h"
#include "offline.h"
#include "truth.h"

struct tally { /* of one corpus file */
    size_t cases, agree, known, rows, wrong[TRUTH_FIELDS];
};

/* For ctest: nothing was tried. A case that --case names and no file has is an error all the same. */
#define SKIPPED 77

struct wishes {
    const char *schema, *only, *export;
    bool show, offline;
};

static bool
within(int version, int since, int until)
{
    return (!since || version >= since) && (!until || version <= until);
}

static bool
wanted(const struct truth_case *c, const struct wishes *wishes, int version)
{
    return within(version, c->since, c->until) && atoi(zdm_sql_library()) >= c->grammar &&
           (!wishes->only || strstr(c->sql, wishes->only));
}

/* The known disagreement is one of another version. */
static struct truth_case
as_of(const struct truth_case *c, int version)
{
    struct truth_case now = *c;

    if (!within(version, c->differs_since, c->differs_until))
        now.differs = NULL;
    return now;
}

/* The statement on one line. */
static void
print_sql(const struct truth_case *c)
{
    bool space = false;

    printf("%s:%d: ", c->file, c->line);
    for (const char *s = c->sql; *s; s++) {
        bool blank = *s == ' ' || *s == '\n' || *s == '\t';
        if (!blank || !space)
            putchar(blank ? ' ' : *s);
        space = blank;
    }
    putchar('\n');
}

static void
print_locks(const struct zdm_lock *locks, size_t n)
{
    for (size_t i = 0; i < n; i++)
        printf("%s%s %s", i ? ", " : " ", locks[i].relation, zdm_lock_mode_name(locks[i].mode));
    putchar('\n');
}

static void
print_list(const char *what, char *const *items, size_t n)
{
    if (n)
        printf("      %s:", what);
    for (size_t i = 0; i < n; i++)
        printf("%s %s", i ? "," : "", items[i]);
    if (n)
        putchar('\n');
}

static void
print_sides(const struct truth_outcome *out)
{
    const struct zdm_statement *st = out->said;
    const struct zdm_observed *seen = &out->seen;

    printf("    said: %s%s%s, %s, evidence %s\n", st->fails_with ? "fails " : "",
        st->fails_with ? st->fails_with : zdm_verdict_name(st->verdict),
        st->transaction == ZDM_TX_FORBIDDEN ? ", no transaction" : "", st->kind,
        zdm_evidence_name(st->evidence));
    printf("      locks:");
    print_locks(st->locks, st->n_locks);
    print_list("rewrites", st->rewrites, st->n_rewrites);
    print_list("scans", st->scans, st->n_scans);
    print_list("builds", st->builds, st->n_builds);
    for (size_t i = 0; i < st->n_findings; i++)
        printf("      %s: %s\n", st->findings[i].rule, st->findings[i].message);
    printf("    seen: %s%s%s\n", seen->sqlstate ? seen->sqlstate : "ok", seen->message ? " " : "",
        seen->message ? seen->message : "");
    printf("      locks:");
    print_locks(seen->locks, seen->n_locks);
    print_list("rewrites", seen->rewrites, seen->n_rewrites);
    print_list("scans", seen->scans, seen->n_scans);
    print_list("builds", seen->builds, seen->n_builds);
}

static void
print_case(const struct truth_case *c, const struct truth_outcome *out, const struct wishes *wishes)
{
    bool agrees = truth_agrees(out);

    if (agrees && !c->differs && !wishes->show)
        return;
    print_sql(c);
    if (c->differs)
        printf("    known difference: %s\n", c->differs);
    if (c->differs && agrees)
        printf("    but they agree: take the mark away\n");
    for (size_t i = 0; i < out->n_lines; i++)
        printf("    %s\n", out->lines[i]);
    if (wishes->show)
        print_sides(out);
}

/* Without the catalog: only what matters to who runs it. */
static void
print_offline(const struct truth_case *c, const struct truth_outcome *out)
{
    enum zdm_verdict verdict = out->said_offline->verdict;
    enum truth_weight weight = truth_weigh(out);
    bool missed = weight == TRUTH_HAZARD && verdict == ZDM_VERDICT_SAFE;
    bool alarmed = weight == TRUTH_HARMLESS && verdict == ZDM_VERDICT_UNSAFE;

    if (!missed && !alarmed)
        return;
    print_sql(c);
    printf("    %s\n", missed ? "a miss" : "a false alarm");
    for (size_t i = 0; alarmed && i < out->said_offline->n_findings; i++)
        printf("      %s\n", out->said_offline->findings[i].rule);
}

static void
count(struct tally *tally, const struct truth_case *c, const struct truth_outcome *out)
{
    bool agrees = truth_agrees(out);

    tally->cases++;
    tally->agree += agrees && !c->differs;
    tally->known += !agrees && c->differs;
    tally->rows += out->rows;
    for (size_t i = 0; i < TRUTH_FIELDS; i++)
        tally->wrong[i] += out->wrong[i] && !c->differs;
}

static void
print_row(const char *name, const struct tally *tally)
{
    printf(
        "%-20s %5zu %5zu %5zu %4zu", name, tally->cases, tally->agree, tally->known, tally->rows);
    for (size_t i = 0; i < TRUTH_FIELDS; i++)
        printf(" %*zu", (int)strlen(truth_field_names[i]), tally->wrong[i]);
    putchar('\n');
}

/* 0: all agree, 1: not all, SKIPPED: there is none for this server and this build. */
static int
print_table(const struct truth_corpus *corpus, const struct tally *tallies, int version)
{
    struct tally sum = {.cases = 0};

    printf("\n%-20s cases agree known rows", "");
    for (size_t i = 0; i < TRUTH_FIELDS; i++)
        printf(" %s", truth_field_names[i]);
    putchar('\n');
    for (size_t f = 0; f < corpus->n_files; f++) {
        print_row(corpus->files[f], &tallies[f]);
        sum.cases += tallies[f].cases;
        sum.agree += tallies[f].agree;
        sum.known += tallies[f].known;
        sum.rows += tallies[f].rows;
        for (size_t i = 0; i < TRUTH_FIELDS; i++)
            sum.wrong[i] += tallies[f].wrong[i];
    }
    char name[32];
    snprintf(name, sizeof name, "PostgreSQL %d", version);
    print_row(name, &sum);
    if (sum.cases)
        return sum.agree + sum.known == sum.cases ? 0 : 1;
    printf("skipped: no case is for PostgreSQL %d and a build with the grammar of %d\n", version,
        atoi(zdm_sql_library()));
    return SKIPPED;
}

static int
try_all(struct truth_run *run, const struct truth_corpus *corpus, const struct wishes *wishes,
    struct zdm_err *err)
{
    struct tally *tallies = zdm_alloc((corpus->n_files + 1) * sizeof *tallies);
    struct truth_matrix matrix = {{{0}}};
    FILE *export = NULL;
    size_t file = 0;
    int rc = 0;

    if (wishes->export && !(export = fopen(wishes->export, "w"))) {
        free(tallies);
        return zdm_fail_errno(err, ZDM_ERR_USAGE, "cannot write %s", wishes->export);
    }
    for (size_t i = 0; i < corpus->n; i++) {
        const struct truth_case this = as_of(&corpus->cases[i], run->server.version), *c = &this;
        struct truth_outcome out;
        struct zdm_err trouble = ZDM_ERR_INIT;

        while (corpus->files[file] != c->file)
            file++;
        if (!wanted(c, wishes, run->server.version))
            continue;
        if (truth_try(run, c, &out, &trouble) < 0) {
            if (trouble.code == ZDM_ERR_INTERRUPTED || zdm_conn_lost(run->server.admin)) {
                zdm_err_move(err, &trouble);
                truth_outcome_release(&out);
                if (export)
                    fclose(export);
                free(tallies);
                return -1;
            }
            print_sql(c);
            printf("    cannot be tried: %s\n", trouble.message);
            out.wrong[TRUTH_ERROR] = true;
        } else {
            if (wishes->offline)
                print_offline(c, &out);
            else
                print_case(c, &out, wishes);
            truth_matrix_add(&matrix, &out);
            if (export)
                truth_export(export, i, c, &out);
        }
        count(&tallies[file], c, &out);
        truth_outcome_release(&out);
        zdm_err_release(&trouble);
    }
    if (!wishes->offline)
        rc = print_table(corpus, tallies, run->server.version);
    if (export && fclose(export) != 0)
        rc = 1;
    truth_matrix_print(&matrix);
    free(tallies);
    return rc;
}

static int
usage(void)
{
    fputs("usage: truth [--schema FILE] [--case TEXT] [--show] [--offline] [--export FILE] "
          "FILE|FOLDER...\n",
        stderr);
    return 2;
}

int
main(int argc, char **argv)
{
    static const struct option options[] = {{"schema", required_argument, NULL, 's'},
        {"case", required_argument, NULL, 'c'}, {"show", no_argument, NULL, 'v'},
        {"offline", no_argument, NULL, 'o'}, {"export", required_argument, NULL, 'e'},
        {NULL, 0, NULL, 0}};
    const char *conninfo = getenv("ZDM_DATABASE_URL");
    struct wishes wishes = {.schema = ZDM_TRUTH_FOLDER "/schema.sql"};
    struct truth_corpus corpus = {.cases = NULL};
    struct truth_run run = {.catalog = NULL};
    struct zdm_err err = ZDM_ERR_INIT;
    int rc = 0, option;

    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (option == 's')
            wishes.schema = optarg;
        else if (option == 'c')
            wishes.only = optarg;
        else if (option == 'e')
            wishes.export = optarg;
        else if (option == 'o')
            wishes.offline = true;
        else if (option == 'v')
            wishes.show = true;
        else
            return usage();
    }
    if (optind == argc || !conninfo)
        return usage();
    setvbuf(stdout, NULL, _IOLBF, 0);
    zdm_signals_install();
    for (int i = optind; i < argc && rc == 0; i++)
        rc = truth_corpus_read(&corpus, argv[i], &err);
    if (rc == 0)
        rc = truth_run_open(&run, conninfo, wishes.schema, &err);
    if (rc == 0)
        rc = try_all(&run, &corpus, &wishes, &err);
    if (err.code != ZDM_OK)
        fprintf(stderr, "truth: %s\n", err.message);
    truth_run_close(&run);
    truth_corpus_release(&corpus);
    zdm_err_release(&err);
    return rc < 0 ? 2 : rc == SKIPPED && wishes.only ? 1 : rc;
}
