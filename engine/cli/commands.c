#include "cli/commands.h"

#include <stdint.h>
#include <string.h>

#include "base/text.h"

#define LOOK    (ZDM_OPT_BIT(FORMAT) | ZDM_OPT_BIT(COLOR) | ZDM_OPT_BIT(NO_COLOR) | ZDM_OPT_BIT(HELP))
#define TARGET  ZDM_OPT_BIT(DB)
#define LEDGER  ZDM_OPT_BIT(LEDGER)
#define SANDBOX (ZDM_OPT_BIT(SANDBOX) | ZDM_OPT_BIT(SETUP))

const struct zdm_command zdm_commands[] = {
    {
        .name = "check",
        .words = "[FILE|FOLDER|-]...",
        .max_words = SIZE_MAX,
        .options = TARGET | ZDM_OPT_BIT(OFFLINE) | ZDM_OPT_BIT(SCHEMA) | ZDM_OPT_BIT(TRACE) |
                   ZDM_OPT_BIT(ROWS) | ZDM_OPT_BIT(CONVENTION) |
                   ZDM_OPT_BIT(ASSUME_IN_TRANSACTION) | ZDM_OPT_BIT(GIT_DIFF) |
                   ZDM_OPT_BIT(WITH_APPLIED) | ZDM_OPT_BIT(FAIL_ON) | ZDM_OPT_BIT(RULE) |
                   ZDM_OPT_BIT(ALLOW_UNKNOWN) | ZDM_OPT_BIT(PG_VERSION) | ZDM_OPT_BIT(CONFIG) |
                   ZDM_OPT_BIT(NO_CONFIG) | ZDM_OPT_BIT(CHECK_FORMAT) | ZDM_OPT_BIT(COLOR) |
                   ZDM_OPT_BIT(NO_COLOR) | ZDM_OPT_BIT(HELP),
        .summary = "tell what SQL locks, rewrites and breaks, and the safer form",
        .about =
            "Judges every statement of plans, .sql files, the folders of migration tools, or "
            "standard input: what it locks and for how long, what it rewrites, scans or builds, "
            "whether code that runs now breaks, and what to write instead. Down-migrations are "
            "left out; the others are read in the order in which they would run.\n"
            "\n"
            "Offline it knows the SQL alone, and errs on the safe side. With --db it reads the "
            "catalog of the target, no rows, and is exact; with --trace it runs the statements on "
            "an empty copy too. A comment accepts a finding:\n"
            "\n"
            "  -- zdm: allow RULE because REASON\n"
            "\n"
            "The exit code is 4 for findings (--fail-on), 2 when something could not be judged, "
            "and 0 otherwise.",
        .examples =
            {
                {"zdm check db/migrations", "a folder, offline"},
                {"zdm check db/migrations --git-diff origin/main --db service=shop",
                    "what a branch adds, against the catalog of a database"},
                {"pg_dump -s shop | zdm check - --allow-unknown --format json", "standard input"},
            },
        .run = zdm_cmd_check,
    },
    {
        .name = "plan",
        .words = "PLAN",
        .min_words = 1,
        .max_words = 1,
        .options = TARGET | ZDM_OPT_BIT(OFFLINE) | ZDM_OPT_BIT(SCHEMA) | ZDM_OPT_BIT(SAMPLE) |
                   ZDM_OPT_BIT(SHOW_VALUES) | LEDGER | ZDM_OPT_BIT(PLAN_FORMAT) |
                   ZDM_OPT_BIT(WAY_BACK) | ZDM_OPT_BIT(COLOR) | ZDM_OPT_BIT(NO_COLOR) |
                   ZDM_OPT_BIT(HELP),
        .summary = "show what a plan would do: SQL, locks, undo, state",
        .about =
            "Reads and checks the plan and shows every step: its SQL, the locks it takes and "
            "for how long, what it rewrites or scans, how it is undone. All errors of the "
            "plan are reported together. Nothing is changed.\n"
            "\n"
            "When a target is named, the statements are judged by its catalog, and the state "
            "of each step there is shown too, what ran when and by whom, and what each step will "
            "cost: time, disk, and of a backfill rows, WAL and growth, by the sizes of the "
            "tables. Nothing is written there: what the plan asks runs in read-only "
            "transactions. Otherwise, and with "
            "--offline, nothing connects. Evaluating a plan is safe: it can read no "
            "files and start no programs.\n"
            "\n"
            "With --sample the expressions and functions of backfills run on rows of the target, "
            "in a "
            "read-only transaction: where, the values, their cast to the columns (those too "
            "that an earlier step adds), NOT NULL, CHECK, and the way back of a sync. Give "
            "it plans that you trust. The exit code is 4 when a row would fail, and 2 when a "
            "backfill could not be tried.\n"
            "\n"
            "--format sql is a script for psql that does what zdm run would do, for who may not "
            "run "
            "zdm there: phases, transactions, timeouts, backfills in batches that go on where they "
            "were. It checks the SQL of gates and asks for the rest; what cannot be SQL is said "
            "where "
            "it stands. It tries for locks, looks for rows that a backfill left, and ends with the "
            "way "
            "back as a comment; with --rollback that is a script of its own, which asks before it "
            "loses something. It does not throttle, set rows aside, or tell zdm what was done.",
        .examples =
            {
                {"zdm plan plans/rename_email.lua", "review a plan, offline"},
                {"zdm plan plans/rename_email.lua --db service=shop", "and where it stands there"},
                {"zdm plan plans/rename_email.lua --db service=shop --sample 1000",
                    "and try its backfills on a thousand rows"},
                {"zdm plan plans/rename_email.lua --format markdown",
                    "as a comment for a pull request"},
            },
        .run = zdm_cmd_plan,
    },
    {
        .name = "run",
        .words = "PLAN",
        .min_words = 1,
        .max_words = 1,
        .options = TARGET | ZDM_OPT_BIT(UNTIL) | ZDM_OPT_BIT(WAIT) | ZDM_OPT_BIT(METRICS) |
                   ZDM_OPT_BIT(PROGRESS_EVERY) | SANDBOX | LEDGER | LOOK,
        .summary = "run a plan, or resume it, until done or at a closed gate",
        .about =
            "Checks the plan, connects, and runs the steps that are not done yet, up to the "
            "end, a closed gate, or the step of --until. Running it again goes on from where "
            "the database really is, whatever ended the run before: ^C, a lost connection, "
            "kill -9. One runner works on a plan at a time. PLAN is a file; rename_email alone is "
            "plans/rename_email.lua.\n"
            "\n"
            "Without a terminal it prints plain lines; with --format json one JSON object a "
            "line, the last of which holds exit_code.",
        .examples =
            {
                {"zdm run plans/rename_email.lua", "run on the target of ZDM_DATABASE_URL"},
                {"zdm run plans/rename_email.lua --until \"copy email\"", "stop after a step"},
                {"zdm run plans/rename_email.lua --sandbox --setup users.sql",
                    "try it on a throw-away PostgreSQL"},
            },
        .run = zdm_cmd_run,
    },
    {
        .name = "rehearse",
        .words = "PLAN",
        .min_words = 1,
        .max_words = 1,
        .options = ZDM_OPT_BIT(FROM) | ZDM_OPT_BIT(SCHEMA) | ZDM_OPT_BIT(MADE_ROWS) |
                   ZDM_OPT_BIT(SAMPLE_ROWS) | ZDM_OPT_BIT(DATA) | ZDM_OPT_BIT(LOAD) |
                   ZDM_OPT_BIT(QUICK) | ZDM_OPT_BIT(MAX_STALL) | ZDM_OPT_BIT(SEED) |
                   ZDM_OPT_BIT(RUN_COMMANDS) | ZDM_OPT_BIT(REHEARSE_FORMAT) | ZDM_OPT_BIT(COLOR) |
                   ZDM_OPT_BIT(NO_COLOR) | ZDM_OPT_BIT(HELP),
        .summary = "prove a plan on a throw-away PostgreSQL while clients work",
        .about =
            "Copies a schema to a server of its own, fills it with made-up rows (--rows, 1,000 in "
            "each "
            "table without --data and --sample), and runs the plan there, step by step, while "
            "clients ask the queries that the plan names in compat { old = { ... }, new = { ... } "
            "}: "
            "those of the old version from the start to the gate before contract, those of the new "
            "one from the end of expand on. An error, an answer that differs from before and a "
            "wait longer than --max-stall are failures, told with their step. Locks, rewrites and "
            "scans are observed and compared with what zdm plan shows.\n"
            "\n"
            "Then the plan goes up to contract, is rolled back, and goes up again, and the schemas "
            "are compared; then it is killed at random moments and run again, with clients and, to "
            "compare "
            "the rows with those behind a run that was not, without. Checks of gates that "
            "the database answers must hold; those that wait for time, people or the world outside "
            "are opened in the copy.\n"
            "\n"
            "The exit code is 4 when anything broke, and 2 when a query fails before the plan has "
            "begun.",
        .examples =
            {
                {"zdm rehearse plans/rename_email.lua --from service=shop --rows 100000",
                    "with the schema of a database"},
                {"zdm rehearse plans/rename_email.lua --schema schema.sql --quick --format junit",
                    "for CI"},
            },
        .run = zdm_cmd_rehearse,
    },
    {
        .name = "rollback",
        .words = "PLAN",
        .min_words = 1,
        .max_words = 1,
        .options = TARGET | ZDM_OPT_BIT(TO) | ZDM_OPT_BIT(DRY_RUN) | ZDM_OPT_BIT(ACCEPT_DATA_LOSS) |
                   LEDGER | LOOK,
        .summary = "take a plan back: undo its steps in reverse order",
        .about =
            "Undoes every step that is done or begun, the last first, down to the step of --to, "
            "which stays. Each undo commits together with its journal row, under the same locks "
            "and retries as the step itself; interrupted, it goes on where it is. zdm run goes "
            "forward again.\n"
            "\n"
            "Nothing is changed and the exit code is 4 when a step has no undo, or when data would "
            "be lost: what an undo drops and holds something, and what a step destroyed. "
            "--accept-data-loss goes on without that data. Values that a sync keeps in another "
            "column are not lost.\n"
            "\n"
            "Gates that were open are closed again, and their approvals are void.",
        .examples =
            {
                {"zdm rollback plans/rename_email.lua --dry-run", "what it would do"},
                {"zdm rollback plans/rename_email.lua --to \"add column\"", "as far as that step"},
            },
        .run = zdm_cmd_rollback,
    },
    {
        .name = "status",
        .words = "[PLAN]",
        .max_words = 1,
        .options = TARGET | LEDGER | LOOK,
        .summary = "where a plan stands in the target, and what holds it",
        .about =
            "Shows the state of every step as the database knows it: done when and by whom, "
            "how far a backfill is, what a gate is waiting for, who runs the plan now. A run of "
            "this machine and ledger is asked how it goes, too. PLAN is a file, or the name of a "
            "plan: without its file, what the target knows of it is shown, and gates as a run saw "
            "them last. Without PLAN it lists the plans that the target knows. Reads only.",
        .examples =
            {
                {"zdm status plans/rename_email.lua", "one plan"},
                {"zdm status --db service=shop", "every plan of a database"},
            },
        .run = zdm_cmd_status,
    },
    {
        .name = "verify",
        .words = "[PLAN]...",
        .max_words = SIZE_MAX,
        .options = ZDM_OPT_BIT(VERIFY_ROWS) | ZDM_OPT_BIT(ACCEPT) | ZDM_OPT_BIT(ACCEPT_ALL) |
                   ZDM_OPT_BIT(BECAUSE) | TARGET | LEDGER | LOOK,
        .summary = "whether ledger, journal, catalog and schema agree",
        .about =
            "Compares the ledger of this machine with the journal of the target (the journal is "
            "right, and the next run corrects the ledger); what the finished steps left behind "
            "with the catalog: an index that is gone or INVALID, a column that is gone, a "
            "constraint that is not validated, a trigger that is disabled; and the schema with "
            "what the last run left, which it wrote down in the target: what was added, removed "
            "and changed since by others than zdm.\n"
            "\n"
            "Without PLAN it looks at all plans that the journal knows, and needs no plan files; "
            "with PLAN at these alone, and at whether the files still fit the journal. Reads "
            "only, in one transaction. The exit code is 7 when something disagrees.\n"
            "\n"
            "--accept OBJECT --because TEXT takes what differs about an object in catalog or "
            "schema for wanted: the target keeps who said so and why, and it is told no more "
            "until it changes again. That writes, as a run does.",
        .examples =
            {
                {"zdm verify --db service=shop", "all plans of a database"},
                {"zdm verify plans/rename_email.lua --format json", "one plan, for programs"},
                {"zdm verify plans/rename_email.lua --rows", "and its rows"},
                {"zdm verify --accept public.users_n --because \"dropped by hand: unused\"", NULL},
            },
        .run = zdm_cmd_verify,
    },
    {
        .name = "resolve",
        .words = "PLAN STEP",
        .min_words = 2,
        .max_words = 2,
        .options = ZDM_OPT_BIT(DONE) | ZDM_OPT_BIT(NOT_DONE) | ZDM_OPT_BIT(BECAUSE) | TARGET |
                   LEDGER | LOOK,
        .summary = "say whether a step is done, when only a person can know",
        .about =
            "For a command or a hook outside a transaction that was interrupted and that nothing "
            "can be asked about, and for a journal that is wrong because somebody mended the "
            "database by hand. Writes the journal as a run would, with who said so and why; "
            "refused while a run holds the plan.\n"
            "\n"
            "--done takes the step as the plan has it now for done; all steps before it have to "
            "be. --not-done lets the next run do it from its beginning; of a backfill only when "
            "its change makes no difference the second time. Refused are gates (zdm approve), "
            "what never began, and what stands before a gate that was opened.",
        .examples =
            {
                {"zdm resolve plans/x.lua \"flush cache\" --done --because \"seen in its log\"",
                    NULL},
                {"zdm resolve plans/x.lua \"add index\" --not-done --because \"dropped by hand\"",
                    NULL},
            },
        .run = zdm_cmd_resolve,
    },
    {
        .name = "log",
        .words = "PLAN",
        .min_words = 1,
        .max_words = 1,
        .options = TARGET | LEDGER | LOOK,
        .summary = "every event of a plan, from the local ledger",
        .about = "Prints the events that this machine's ledger recorded: runs, steps, lock waits "
                 "with who was in the way, retries, gates, approvals. PLAN is a plan file or a "
                 "plan's name. With --db only the events of that database are shown. With --format "
                 "json each event is one line.",
        .examples =
            {
                {"zdm log plans/rename_email.lua", "by file"},
                {"zdm log rename_email --format json", "by name, for programs"},
            },
        .run = zdm_cmd_log,
    },
    {
        .name = "approve",
        .words = "PLAN GATE [ITEM]",
        .min_words = 2,
        .max_words = 3,
        .options = ZDM_OPT_BIT(NOTE) | TARGET | LEDGER | LOOK,
        .summary = "record an approval that a gate waits for",
        .about = "Writes the approval, who gave it and why into the target and the ledger. ITEM is "
                 "the text of the approval; it may be left out when the gate has only one. An "
                 "approval that is there already is left as it is.",
        .examples =
            {
                {"zdm approve plans/rename_email.lua \"old code is gone\" --note \"v2 is out\"",
                    NULL},
            },
        .run = zdm_cmd_approve,
    },
    {
        .name = "quarantine",
        .words = "list|retry PLAN",
        .min_words = 2,
        .max_words = 2,
        .options = ZDM_OPT_BIT(STEP) | ZDM_OPT_BIT(KEY) | TARGET | LEDGER | LOOK,
        .summary = "rows that a backfill left behind because of their data",
        .about =
            "A backfill with max_quarantine goes on behind rows that the server refuses because of "
            "their data; they stay as they were. list shows their keys and what the server said; "
            "PLAN is a plan file or a plan's name.\n"
            "\n"
            "retry does to them what the backfill does, each once, in a transaction of its own; "
            "correct them before. PLAN is the plan file. A row that is changed leaves quarantine, "
            "one "
            "that is gone or needs nothing any more too; one that fails again stays. The plan is "
            "taken "
            "over as zdm run does it, so nobody else may run it. The exit code is 1 when a row "
            "failed "
            "again.\n"
            "\n"
            "zdm run does not retry. It begins no contract step while a row of the plan is in "
            "quarantine, and exits with 3.",
        .examples =
            {
                {"zdm quarantine list plans/rename_email.lua", NULL},
                {"zdm quarantine retry plans/rename_email.lua", "all of them"},
                {"zdm quarantine retry plans/rename_email.lua --key 4711", "one"},
            },
        .run = zdm_cmd_quarantine,
    },
    {
        .name = "pause",
        .words = "PLAN",
        .min_words = 1,
        .max_words = 1,
        .options = ZDM_OPT_BIT(NOTE) | TARGET | LEDGER | LOOK,
        .summary = "hold a plan from another shell, until zdm resume",
        .about =
            "A backfill stops behind the batch that it runs, and goes on from there when it is "
            "resumed; any other step is finished, and the next one is not begun. The pause is "
            "kept in the target: it holds for a run that is started later too, which exits "
            "with 6 and says who paused it and why. PLAN is a plan file or a plan's name.\n"
            "\n"
            "The run is told through its socket when it was started on this machine with "
            "this ledger, which takes no session of the server; otherwise the order is "
            "written to the target, where a run looks once a second.",
        .examples =
            {
                {"zdm pause plans/rename_email.lua --note \"sale until noon\"", NULL},
            },
        .run = zdm_cmd_pause,
    },
    {
        .name = "resume",
        .words = "PLAN",
        .min_words = 1,
        .max_words = 1,
        .options = TARGET | LEDGER | LOOK,
        .summary = "end a pause",
        .about = "A run that waits goes on at once. When there is none, zdm run may be started "
                 "again. PLAN is a plan file or a plan's name.",
        .examples =
            {
                {"zdm resume plans/rename_email.lua", NULL},
            },
        .run = zdm_cmd_resume,
    },
    {
        .name = "cancel",
        .words = "PLAN",
        .min_words = 1,
        .max_words = 1,
        .options = ZDM_OPT_BIT(NOW) | TARGET | LEDGER | LOOK,
        .summary = "end a run from another shell, as ^C there would",
        .about =
            "The run stops behind the batch or step that it is in, and exits with 130. Nothing "
            "is undone: zdm run goes on from there. With --now the statement that runs is "
            "cancelled. PLAN is a plan file or a plan's name.",
        .examples =
            {
                {"zdm cancel plans/rename_email.lua", NULL},
            },
        .run = zdm_cmd_cancel,
    },
    {
        .name = "tune",
        .words = "PLAN",
        .min_words = 1,
        .max_words = 1,
        .options = ZDM_OPT_BIT(TARGET_MS) | ZDM_OPT_BIT(WORKERS) | ZDM_OPT_BIT(MAX_LAG) |
                   ZDM_OPT_BIT(WAL_RATE) | ZDM_OPT_BIT(STRIPES) | TARGET | LEDGER | LOOK,
        .summary = "change the pace of a backfill while it runs",
        .about = "In effect with the next batch, and kept in the target for later runs of the plan "
                 "until it is tuned again; \"plan\" gives a value back to the plan. Prints what is "
                 "in force. PLAN is a plan file or a plan's name.",
        .examples =
            {
                {"zdm tune plans/rename_email.lua --target-ms 10 --wal-rate 8MB", "gentler"},
                {"zdm tune plans/rename_email.lua --target-ms plan --wal-rate plan", "as planned"},
            },
        .run = zdm_cmd_tune,
    },
    {
        .name = "explain",
        .words = "[RULE]",
        .max_words = 1,
        .options = LOOK,
        .summary = "show the page of a rule, or the list of all",
        .about =
            "What the rule warns of, what PostgreSQL really does, an example with what zdm check "
            "says of it, and a better one. Without a RULE it lists all rules with their "
            "severity.",
        .examples =
            {
                {"zdm explain rewrite-volatile-default", NULL},
                {"zdm explain", "all rules"},
            },
        .run = zdm_cmd_explain,
    },
    {
        .name = "recipes",
        .words = "[RECIPE]",
        .max_words = 1,
        .options = ZDM_OPT_BIT(COLOR) | ZDM_OPT_BIT(NO_COLOR) | ZDM_OPT_BIT(HELP),
        .summary = "list the changes that plans have a word for, or explain one",
        .about =
            "A recipe is one entry of a plan that stands for all the steps of a change. zdm plan "
            "--db shows what it expands to on the tables of a database.",
        .examples =
            {
                {"zdm recipes", "all of them"},
                {"zdm recipes rename_column", NULL},
            },
        .run = zdm_cmd_recipes,
    },
    {
        .name = "init",
        .words = "[DIR]",
        .max_words = 1,
        .options = ZDM_OPT_BIT(COLOR) | ZDM_OPT_BIT(NO_COLOR) | ZDM_OPT_BIT(HELP),
        .summary = "begin a project: a folder of plans, and files for editors",
        .about =
            "Makes in DIR, or here, what is missing of a project: plans/ with a first plan to look "
            "at, zdm.conf.lua, annotations of every word of a plan in .zdm/meta with the "
            ".luarc.json "
            "by which lua-language-server finds them (completion and mistakes in the editor), and "
            "a .gitignore. What is there stays as it is, so it may be run again: by a colleague "
            "whose .zdm is missing, say. Newer annotations come with a newer zdm when the old ones "
            "are removed first. Nothing connects.",
        .examples =
            {
                {"zdm init", NULL},
                {"zdm init db", "in the folder db, which is made"},
            },
        .run = zdm_cmd_init,
    },
    {
        .name = "new",
        .words = "NAME [FIELD=VALUE]...",
        .min_words = 1,
        .max_words = SIZE_MAX,
        .options =
            ZDM_OPT_BIT(RECIPE) | ZDM_OPT_BIT(COLOR) | ZDM_OPT_BIT(NO_COLOR) | ZDM_OPT_BIT(HELP),
        .summary = "write a plan, maybe of a recipe",
        .about =
            "Writes plans/NAME.lua, or NAME.lua where there is no folder of plans. Nothing is "
            "overwritten. Lists stand between commas; a list or a table may also be written as "
            "in a plan, in braces.",
        .examples =
            {
                {"zdm new named --recipe set_not_null table=users column=name fill=\"''\"", NULL},
                {"zdm new mood --recipe enum_replace type=mood values=bad,ok 'map={sad = "
                 "\"ok\"}'",
                    NULL},
                {"zdm new something", "a plan to fill in"},
            },
        .run = zdm_cmd_new,
    },
    {
        .name = "sandbox",
        .words = "-- COMMAND [ARG]...",
        .min_words = 1,
        .max_words = SIZE_MAX,
        .wraps = true,
        .options = ZDM_OPT_BIT(SCHEMA_FILE) | ZDM_OPT_BIT(MADE_ROWS) | ZDM_OPT_BIT(SEED) |
                   ZDM_OPT_BIT(SETUP) | ZDM_OPT_BIT(TCP) | ZDM_OPT_BIT(SET) | ZDM_OPT_BIT(HELP),
        .summary = "run a command with a throw-away PostgreSQL",
        .about = "Starts a private PostgreSQL, runs the --setup files, then COMMAND with "
                 "ZDM_DATABASE_URL, DATABASE_URL and PGHOST ... PGDATABASE set, and removes the "
                 "server when it ends. The exit code is the command's.\n"
                 "\n"
                 "With --rows the tables of --schema are filled first: values by type, which keep "
                 "keys, foreign keys, CHECK, domains, exclusion constraints and the bounds of "
                 "partitions. A table that no row was found for is named, and stays empty.\n"
                 "\n"
                 "The server is made for speed: fsync and full_page_writes are off, unless --set "
                 "says otherwise.",
        .examples =
            {
                {"zdm sandbox --setup users.sql -- psql", "look around"},
                {"zdm sandbox --schema schema.sql --rows 1000 -- psql",
                    "look around among a thousand rows a table"},
                {"zdm sandbox -- make integration-test", "a server for a test run"},
                {"zdm sandbox --set shared_preload_libraries=pg_stat_statements -- psql",
                    "a server with a setting of its own"},
            },
        .run = zdm_cmd_sandbox,
    },
    {
        .name = "help",
        .words = "[COMMAND]",
        .max_words = 1,
        .options = ZDM_OPT_BIT(HELP),
        .summary = "show the help of a command",
        .about = "The same as zdm --help, or zdm COMMAND --help.",
        .run = zdm_cmd_help,
    },
};
const size_t zdm_n_commands = sizeof zdm_commands / sizeof *zdm_commands;

const struct zdm_command *
zdm_command_find(const char *name)
{
    for (size_t i = 0; i < zdm_n_commands; i++) {
        if (strcmp(zdm_commands[i].name, name) == 0)
            return &zdm_commands[i];
    }
    return NULL;
}

int
zdm_command_unknown(const char *name, struct zdm_err *err)
{
    const char *names[sizeof zdm_commands / sizeof *zdm_commands];

    for (size_t i = 0; i < zdm_n_commands; i++)
        names[i] = zdm_commands[i].name;
    const char *nearest = zdm_nearest(name, names, zdm_n_commands);
    zdm_fail(err, ZDM_ERR_USAGE, "unknown command \"%s\"", name);
    if (nearest)
        return zdm_err_hint(err, "did you mean zdm %s?", nearest);
    return zdm_err_hint(err, "zdm --help lists the commands");
}
