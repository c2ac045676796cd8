-- The zdm schema of a target database: what zdm has done here, written in the same transactions as
-- the work itself. zdm runs this at the first run of a plan; psql can run it too. Running it again
-- changes nothing, and over the tables of an older zdm brings them up to date.
BEGIN;
SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL client_min_messages = warning;
SET LOCAL lock_timeout = '10s';

-- Two first runs at once: the second waits here and then finds everything made. The number means
-- nothing; it only has to stay the same.
SELECT pg_advisory_xact_lock(7594586201745213952);

-- What is made from here on is known at the end by not standing in this list.
SELECT set_config('zdm.tables_before', concat_ws(' ', 'zdm', string_agg(relname, ' ')), true)
FROM pg_class
WHERE relnamespace = to_regnamespace('zdm') AND relkind = 'r';

DO $$
DECLARE
    other text;
BEGIN
    IF to_regnamespace('zdm') IS NULL THEN
        CREATE SCHEMA zdm;
        -- Default privileges may give it to somebody.
        FOR other IN
            SELECT DISTINCT CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END
            FROM pg_namespace n, aclexplode(n.nspacl) a
            WHERE n.nspname = 'zdm' AND a.grantee <> n.nspowner
        LOOP
            EXECUTE 'REVOKE ALL ON SCHEMA zdm FROM ' || other;
        END LOOP;
        COMMENT ON SCHEMA zdm IS 'zdm: zero-downtime migrations of this database';
    END IF;
END
$$;

CREATE TABLE IF NOT EXISTS zdm.plan (
    name        text        PRIMARY KEY,
    fingerprint text        NOT NULL,
    epoch       bigint      NOT NULL,
    runner      text        NOT NULL,
    at          timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE  zdm.plan             IS 'one row a plan that was ever run here';
COMMENT ON COLUMN zdm.plan.name        IS 'name of the plan';
COMMENT ON COLUMN zdm.plan.fingerprint IS 'SHA-256 of the plan that was run last';
COMMENT ON COLUMN zdm.plan.epoch       IS 'who may write: the number of the newest run; older runs are refused';
COMMENT ON COLUMN zdm.plan.runner      IS 'who started that run';
COMMENT ON COLUMN zdm.plan.at          IS 'when it was started';

CREATE TABLE IF NOT EXISTS zdm.journal (
    plan        text        NOT NULL,
    step        text        NOT NULL,
    item        text        NOT NULL DEFAULT '',
    state       text        NOT NULL CHECK (state IN ('started', 'done', 'approved', 'undoing', 'undone')),
    kind        text        NOT NULL,
    fingerprint text,
    definition  text,
    detail      jsonb,
    epoch       bigint      NOT NULL,
    who         text        NOT NULL,
    at          timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (plan, step, item)
);
COMMENT ON TABLE  zdm.journal             IS 'one row a step that ran, and one an approval';
COMMENT ON COLUMN zdm.journal.plan        IS 'name of the plan';
COMMENT ON COLUMN zdm.journal.step        IS 'id of the step';
COMMENT ON COLUMN zdm.journal.item        IS 'empty for the step itself; the check of a gate for an approval, from the second approver on with a line break and who it is';
COMMENT ON COLUMN zdm.journal.state       IS 'started: announced, outside a transaction; done; approved; undoing: its undo is announced; undone: as good as never run';
COMMENT ON COLUMN zdm.journal.kind        IS 'sql, backfill, gate, hook, command or approval';
COMMENT ON COLUMN zdm.journal.fingerprint IS 'SHA-256 of the definition';
COMMENT ON COLUMN zdm.journal.definition  IS 'what ran, as canonical JSON, byte for byte';
COMMENT ON COLUMN zdm.journal.detail      IS 'what was seen: rows of a backfill, values of a gate, note of an approval';
COMMENT ON COLUMN zdm.journal.epoch       IS 'the run that wrote the row (zdm.plan.epoch)';
COMMENT ON COLUMN zdm.journal.who         IS 'the person and machine behind that run';
COMMENT ON COLUMN zdm.journal.at          IS 'when, by the clock of this server';

-- A cursor is updated once a batch: with nine tenths of its page free every update stays on the
-- page and touches no index.
CREATE TABLE IF NOT EXISTS zdm.cursor (
    plan    text        NOT NULL,
    step    text        NOT NULL,
    slice   bigint      NOT NULL,
    epoch   bigint      NOT NULL,
    pos     text,
    stripe  integer     NOT NULL DEFAULT 0,
    bound   text,
    relation text,
    total   bigint,
    batches bigint      NOT NULL DEFAULT 0,
    rows    bigint      NOT NULL DEFAULT 0,
    at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    state   text        NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'done')),
    PRIMARY KEY (plan, step, slice)
) WITH (fillfactor = 10);
COMMENT ON TABLE  zdm.cursor         IS 'how far each slice of a backfill is; moved by the batches themselves';
COMMENT ON COLUMN zdm.cursor.plan    IS 'name of the plan';
COMMENT ON COLUMN zdm.cursor.step    IS 'id of the backfill';
COMMENT ON COLUMN zdm.cursor.slice   IS 'number of the slice, from 0';
COMMENT ON COLUMN zdm.cursor.epoch   IS 'the run that may move it (zdm.plan.epoch)';
COMMENT ON COLUMN zdm.cursor.relation IS 'table and key, DATABASE/TABLE/COLUMNS: oids, and the numbers of the columns; of a partition with its name behind; NULL: whichever have the names';
COMMENT ON COLUMN zdm.cursor.total   IS 'estimate of the rows at the start';
COMMENT ON COLUMN zdm.cursor.batches IS 'batches committed';
COMMENT ON COLUMN zdm.cursor.rows    IS 'rows updated';
COMMENT ON COLUMN zdm.cursor.at      IS 'when it was moved last, by the clock of this server';
COMMENT ON COLUMN zdm.cursor.state   IS 'open or done';

-- Since version 2: a range may be done in stripes. Added here, so that this script upgrades version 1.
ALTER TABLE zdm.cursor
    ADD COLUMN IF NOT EXISTS range_end  text,
    ADD COLUMN IF NOT EXISTS stripes    integer NOT NULL DEFAULT 1,
    ADD COLUMN IF NOT EXISTS stripe_pos text;
COMMENT ON COLUMN zdm.cursor.pos        IS 'key up to which every row is done; NULL: none is';
COMMENT ON COLUMN zdm.cursor.stripe     IS 'stripe in progress of the range behind pos; those before it are done';
COMMENT ON COLUMN zdm.cursor.bound      IS 'last key of the slice, as of the start; NULL: there was none';
COMMENT ON COLUMN zdm.cursor.range_end  IS 'last key of the range that is done in stripes now; NULL: none is';
COMMENT ON COLUMN zdm.cursor.stripes    IS 'how many stripes that range has';
COMMENT ON COLUMN zdm.cursor.stripe_pos IS 'key up to which the stripe in progress is done; NULL: pos';

-- Since version 3: what people ask of a plan while it runs, or before it does.
CREATE TABLE IF NOT EXISTS zdm.control (
    plan         text        PRIMARY KEY,
    version      bigint      NOT NULL,
    paused_by    text,
    paused_note  text,
    paused_at    timestamptz,
    cancel_epoch bigint      NOT NULL DEFAULT 0,
    cancel_now   boolean     NOT NULL DEFAULT false,
    target_ms    bigint,
    workers      bigint,
    max_lag_ms   bigint,
    wal_rate     bigint,
    who          text        NOT NULL,
    at           timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE  zdm.control              IS 'what was asked of a plan from outside: pause, cancel, another pace';
COMMENT ON COLUMN zdm.control.plan         IS 'name of the plan';
COMMENT ON COLUMN zdm.control.version      IS 'counts the changes of the row';
COMMENT ON COLUMN zdm.control.paused_by    IS 'who paused it; NULL: it is not paused';
COMMENT ON COLUMN zdm.control.paused_note  IS 'why';
COMMENT ON COLUMN zdm.control.paused_at    IS 'since when';
COMMENT ON COLUMN zdm.control.cancel_epoch IS 'the run that is to stop (zdm.plan.epoch); later ones are not meant';
COMMENT ON COLUMN zdm.control.cancel_now   IS 'without waiting for the statement that it runs';
COMMENT ON COLUMN zdm.control.target_ms    IS 'duration of a batch; this and the following NULL: as the plan says';
COMMENT ON COLUMN zdm.control.workers      IS 'workers at the same time';
COMMENT ON COLUMN zdm.control.max_lag_ms   IS 'lag of a replica from which a backfill holds; 0: it does not';
COMMENT ON COLUMN zdm.control.wal_rate     IS 'bytes of WAL a second at most; 0: no ceiling';
COMMENT ON COLUMN zdm.control.who          IS 'who changed the row last';
COMMENT ON COLUMN zdm.control.at           IS 'when, by the clock of this server';

-- Since version 4: what is locked is left for later, as a slice of its own.
ALTER TABLE zdm.cursor ADD COLUMN IF NOT EXISTS part_of bigint;
COMMENT ON COLUMN zdm.cursor.part_of    IS 'slice that this range was taken out of because it was locked; NULL: none';

-- Since version 5: the final sweep makes slices of the ranges in which it found rows.
ALTER TABLE zdm.cursor ADD COLUMN IF NOT EXISTS round bigint;
COMMENT ON COLUMN zdm.cursor.round      IS 'round of the final sweep that found rows in this range; NULL: a slice of the walk';

-- Since version 6: stripes can be tuned too.
ALTER TABLE zdm.control ADD COLUMN IF NOT EXISTS stripes bigint;
COMMENT ON COLUMN zdm.control.stripes      IS 'batches that a range is done in';

-- Since version 7: rows that a backfill set aside because their data are bad.
CREATE TABLE IF NOT EXISTS zdm.quarantine (
    plan        text        NOT NULL,
    step        text        NOT NULL,
    relation    text        NOT NULL,
    key         text        NOT NULL,
    identity    text,
    key_columns json        NOT NULL,
    sqlstate    text        NOT NULL,
    message     text        NOT NULL,
    row_values  json,
    tries       integer     NOT NULL DEFAULT 1,
    at          timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (plan, step, relation, key)
);
COMMENT ON TABLE  zdm.quarantine             IS 'one row a row that a backfill could not change and left behind';
COMMENT ON COLUMN zdm.quarantine.plan        IS 'name of the plan';
COMMENT ON COLUMN zdm.quarantine.step        IS 'id of the backfill';
COMMENT ON COLUMN zdm.quarantine.relation    IS 'table that holds the row, as the backfill names it';
COMMENT ON COLUMN zdm.quarantine.key         IS 'key of the row, as in zdm.cursor.pos';
COMMENT ON COLUMN zdm.quarantine.identity    IS 'table and key, as in zdm.cursor.relation';
COMMENT ON COLUMN zdm.quarantine.key_columns IS 'key of the row, column by column';
COMMENT ON COLUMN zdm.quarantine.sqlstate    IS 'what the server said of the row the last time';
COMMENT ON COLUMN zdm.quarantine.message     IS 'the same in words; without values of the row, unless they are kept';
COMMENT ON COLUMN zdm.quarantine.row_values  IS 'the row as it was then; NULL: not asked for';
COMMENT ON COLUMN zdm.quarantine.tries       IS 'how often it failed';
COMMENT ON COLUMN zdm.quarantine.at          IS 'when it failed last, by the clock of this server';

-- Since version 8: what the checks of gates saw last, and since when.
CREATE TABLE IF NOT EXISTS zdm.gate (
    plan   text        NOT NULL,
    step   text        NOT NULL,
    item   text        NOT NULL,
    open   boolean     NOT NULL,
    since  timestamptz NOT NULL DEFAULT clock_timestamp(),
    seen   text        NOT NULL,
    memory json,
    at     timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (plan, step, item)
);
COMMENT ON TABLE  zdm.gate        IS 'one row a check of a gate that a run has looked at';
COMMENT ON COLUMN zdm.gate.plan   IS 'name of the plan';
COMMENT ON COLUMN zdm.gate.step   IS 'id of the gate';
COMMENT ON COLUMN zdm.gate.item   IS 'id of the check';
COMMENT ON COLUMN zdm.gate.open   IS 'was it open at the last look?';
COMMENT ON COLUMN zdm.gate.since  IS 'since which look it has been so, by the clock of this server';
COMMENT ON COLUMN zdm.gate.seen   IS 'what the last look saw';
COMMENT ON COLUMN zdm.gate.memory IS 'what the next look is compared with; NULL: nothing';
COMMENT ON COLUMN zdm.gate.at     IS 'when the last look was, by the clock of this server';

-- Since version 9: steps can be taken back. Whoever may update zdm.plan may delete cursors, and what the
-- checks of gates saw: what is taken back begins anew.
DO $$
DECLARE
    may record;
BEGIN
    IF (SELECT pg_get_constraintdef(oid) FROM pg_constraint
         WHERE conrelid = 'zdm.journal'::regclass AND conname = 'journal_state_check') NOT LIKE '%undone%' THEN
        ALTER TABLE zdm.journal DROP CONSTRAINT journal_state_check;
        ALTER TABLE zdm.journal ADD CONSTRAINT journal_state_check
            CHECK (state IN ('started', 'done', 'approved', 'undoing', 'undone'));
        FOR may IN
            SELECT a.grantee
            FROM pg_class c, aclexplode(c.relacl) a
            WHERE c.oid = 'zdm.plan'::regclass AND a.grantee <> c.relowner AND a.privilege_type = 'UPDATE'
        LOOP
            EXECUTE format('GRANT DELETE ON zdm.cursor, zdm.gate TO %s',
                CASE WHEN may.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(may.grantee)) END);
        END LOOP;
    END IF;
END
$$;

-- Since version 10: what other plans must know of a plan, and the schema as the last run left it.
ALTER TABLE zdm.plan
    ADD COLUMN IF NOT EXISTS tables    text[],
    ADD COLUMN IF NOT EXISTS steps     json,
    ADD COLUMN IF NOT EXISTS after     text[],
    ADD COLUMN IF NOT EXISTS alongside text[];
COMMENT ON COLUMN zdm.plan.tables    IS 'tables that its statements and backfills change, schema.name, as of its last run';
COMMENT ON COLUMN zdm.plan.steps     IS 'its steps in order: [[id, phase, kind, [tables locked SHARE or stronger]], ...]';
COMMENT ON COLUMN zdm.plan.after     IS 'plans that have to be done before it';
COMMENT ON COLUMN zdm.plan.alongside IS 'plans that may work on its tables at the same time';
CREATE TABLE IF NOT EXISTS zdm.snapshot (
    at     timestamptz NOT NULL,
    server integer     NOT NULL,
    plan   text        NOT NULL,
    epoch  bigint      NOT NULL,
    who    text        NOT NULL,
    one    boolean     PRIMARY KEY DEFAULT true CHECK (one)
);
CREATE TABLE IF NOT EXISTS zdm.object (
    kind       text NOT NULL,
    name       text NOT NULL,
    relation   text,
    definition text NOT NULL,
    partition  boolean NOT NULL,
    PRIMARY KEY (kind, name)
);
COMMENT ON TABLE  zdm.snapshot          IS 'one row: when the schema was looked at last, into zdm.object';
COMMENT ON COLUMN zdm.snapshot.at       IS 'when, by the clock of this server';
COMMENT ON COLUMN zdm.snapshot.server   IS 'major version of the server that spelled the definitions';
COMMENT ON COLUMN zdm.snapshot.plan     IS 'the plan at the end of whose run it was';
COMMENT ON COLUMN zdm.snapshot.epoch    IS 'that run (zdm.plan.epoch)';
COMMENT ON COLUMN zdm.snapshot.who      IS 'the person and machine behind it';
COMMENT ON COLUMN zdm.snapshot.one      IS 'keeps a second row out';
COMMENT ON TABLE  zdm.object            IS 'the schema as the last run left it, one row an object: zdm verify tells what changed since';
COMMENT ON COLUMN zdm.object.kind       IS 'table, column, index, constraint, trigger, view, function ...';
COMMENT ON COLUMN zdm.object.name       IS 'name of the object, with its schema or its table';
COMMENT ON COLUMN zdm.object.relation   IS 'the relation that it is or belongs to; NULL: none';
COMMENT ON COLUMN zdm.object.definition IS 'how the server spells it';
COMMENT ON COLUMN zdm.object.partition  IS 'it is a partition, or belongs to one';

-- Since version 11: differences that somebody wants, and rights among the objects.
CREATE TABLE IF NOT EXISTS zdm.accepted (
    area    text        NOT NULL,
    kind    text        NOT NULL,
    name    text        NOT NULL,
    plan    text,
    step    text,
    state   text        NOT NULL,
    because text        NOT NULL,
    who     text        NOT NULL,
    at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (area, kind, name)
);
COMMENT ON TABLE  zdm.accepted         IS 'one row a difference that zdm verify told and somebody wants';
COMMENT ON COLUMN zdm.accepted.area    IS 'catalog: what a finished step made; schema: against the last run';
COMMENT ON COLUMN zdm.accepted.kind    IS 'table, column, index ...';
COMMENT ON COLUMN zdm.accepted.name    IS 'name of the object, as zdm verify tells it';
COMMENT ON COLUMN zdm.accepted.plan    IS 'the plan that made it; NULL: none';
COMMENT ON COLUMN zdm.accepted.step    IS 'id of the step that made it; NULL: none';
COMMENT ON COLUMN zdm.accepted.state   IS 'what it was: absent, invalid, added, changed ...; something else is told again';
COMMENT ON COLUMN zdm.accepted.because IS 'why it is wanted';
COMMENT ON COLUMN zdm.accepted.who     IS 'the person and machine who said so';
COMMENT ON COLUMN zdm.accepted.at      IS 'when, by the clock of this server';

-- Since version 12: what the recipes of a plan read of the catalog.
ALTER TABLE zdm.plan ADD COLUMN IF NOT EXISTS described json;
COMMENT ON COLUMN zdm.plan.described IS 'the tables as its recipes found them before its first step: {name: description}';

-- Since version 13: in which form the objects are spelled. A zdm from before it that ends later leaves the row's
-- form as it is, and moves its time.
ALTER TABLE zdm.snapshot
    ADD COLUMN IF NOT EXISTS form    integer,
    ADD COLUMN IF NOT EXISTS form_at timestamptz;
COMMENT ON COLUMN zdm.snapshot.form    IS 'how zdm.object is spelled; NULL: as before there were forms';
COMMENT ON COLUMN zdm.snapshot.form_at IS 'the snapshot whose form that is; another than the last one: it is not known';

CREATE TABLE IF NOT EXISTS zdm.meta (
    target  text        NOT NULL CHECK (target ~ '^[0-9a-f]{32}$'),
    version integer     NOT NULL,
    at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    one     boolean     PRIMARY KEY DEFAULT true CHECK (one)
);
COMMENT ON TABLE  zdm.meta         IS 'one row: which database this is, and the version of these tables';
COMMENT ON COLUMN zdm.meta.target  IS 'random id of this database, by which a ledger knows it again';
COMMENT ON COLUMN zdm.meta.version IS 'version of the zdm schema';
COMMENT ON COLUMN zdm.meta.at      IS 'when it was made';
COMMENT ON COLUMN zdm.meta.one     IS 'keeps a second row out';

-- What is new here belongs to nobody else, whatever default privileges give on it, unless they do so for this schema.
-- Then, whoever may write to zdm.plan may write to the tables that were not there before, too. Rows leave some of them
-- again: whoever may update may delete there.
DO $$
DECLARE
    may record;
BEGIN
    FOR may IN
        SELECT t.relname, a.privilege_type, a.grantee
        FROM pg_class t, aclexplode(t.relacl) a
        WHERE t.relnamespace = 'zdm'::regnamespace AND t.relkind = 'r' AND a.grantee <> t.relowner
          AND t.relname <> ALL (string_to_array(current_setting('zdm.tables_before'), ' '))
          AND NOT EXISTS (SELECT FROM pg_default_acl d, aclexplode(d.defaclacl) g
                           WHERE d.defaclnamespace = t.relnamespace AND d.defaclobjtype = 'r' AND d.defaclrole = t.relowner
                             AND g.grantee = a.grantee AND g.privilege_type = a.privilege_type)
    LOOP
        EXECUTE format('REVOKE %s ON zdm.%I FROM %s', may.privilege_type, may.relname,
            CASE WHEN may.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(may.grantee)) END);
    END LOOP;
    FOR may IN
        SELECT t.relname, a.privilege_type, a.grantee
        FROM pg_class p, aclexplode(p.relacl) a, pg_class t
        WHERE p.oid = 'zdm.plan'::regclass AND a.grantee <> p.relowner
          AND a.privilege_type IN ('SELECT', 'INSERT', 'UPDATE', 'DELETE')
          AND t.relnamespace = p.relnamespace AND t.relkind = 'r'
          AND t.relname <> ALL (string_to_array(current_setting('zdm.tables_before'), ' '))
    LOOP
        EXECUTE format('GRANT %s ON zdm.%I TO %s',
            CASE WHEN may.privilege_type = 'UPDATE' AND may.relname IN ('quarantine', 'snapshot', 'object')
                THEN 'UPDATE, DELETE' ELSE may.privilege_type END, may.relname,
            CASE WHEN may.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(may.grantee)) END);
    END LOOP;
END
$$;

-- Last: what has this row is whole.
INSERT INTO zdm.meta (target, version)
VALUES (md5(concat_ws('/', random(), random(), clock_timestamp(), pg_backend_pid(), txid_current(),
                      current_database(), inet_server_addr(), pg_postmaster_start_time())), 13)
ON CONFLICT DO NOTHING;
UPDATE zdm.meta SET version = 13 WHERE version IN (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12);
COMMIT;
