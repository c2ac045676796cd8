-- The ledger: what zdm did, for people and for ordinary tools (sqlite3 .zdm/ledger.db).
-- Times are milliseconds since 1970 UTC: strftime('%F %T', at_ms / 1000, 'unixepoch').
-- Nothing here decides anything: the journal in the target database does.

-- A plan on a target.
CREATE TABLE plan (
    id          INTEGER PRIMARY KEY,
    target      TEXT    NOT NULL, -- the database's own id, 32 hex digits
    place       TEXT    NOT NULL, -- the target for people, such as shop@db1:5432/shop
    name        TEXT    NOT NULL, -- plan "name"
    file        TEXT,             -- path of the plan file as it was given
    fingerprint TEXT    NOT NULL, -- SHA-256 of canonical
    canonical   TEXT,             -- the plan in canonical JSON, as of the last run
    first_ms    INTEGER NOT NULL, -- when this ledger first saw it
    last_ms     INTEGER NOT NULL, -- when this ledger last saw it
    UNIQUE (target, name)
) STRICT;

-- One start of zdm run.
CREATE TABLE run (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    plan       INTEGER NOT NULL REFERENCES plan (id),
    epoch      INTEGER NOT NULL, -- the right to write in the target; each run has a higher one
    who        TEXT    NOT NULL, -- user@host
    started_ms INTEGER NOT NULL,
    ended_ms   INTEGER,          -- NULL: still running, or killed and no run came after it
    -- running; done, failed, waiting, interrupted, refused, owned;
    -- lost: it never said how it ended, and a later run took over
    state      TEXT    NOT NULL
) STRICT;
CREATE INDEX run_of_plan ON run (plan, id);

-- Where each step is: mirror of zdm.journal.
CREATE TABLE step (
    plan        INTEGER NOT NULL REFERENCES plan (id),
    id          TEXT    NOT NULL, -- step id
    phase       TEXT,             -- expand, backfill, gate, contract; NULL: not known
    kind        TEXT,             -- sql, backfill, gate, hook, command; NULL: not known
    state       TEXT    NOT NULL, -- started, done
    fingerprint TEXT,             -- of the definition that ran; NULL: not known
    at_ms       INTEGER NOT NULL, -- when it got into that state, by the clock of the server
    PRIMARY KEY (plan, id)
) STRICT, WITHOUT ROWID;

-- Who let a plan pass a gate: mirror of zdm.journal.
CREATE TABLE approval (
    plan  INTEGER NOT NULL REFERENCES plan (id),
    gate  TEXT    NOT NULL, -- step id of the gate
    item  TEXT    NOT NULL, -- the approval within the gate
    who   TEXT    NOT NULL, -- user@host
    note  TEXT    NOT NULL, -- why
    at_ms INTEGER NOT NULL, -- by the clock of the server
    PRIMARY KEY (plan, gate, item)
) STRICT, WITHOUT ROWID;

-- How far each slice of a backfill is: mirror of zdm.cursor.
CREATE TABLE progress (
    plan    INTEGER NOT NULL REFERENCES plan (id),
    step    TEXT    NOT NULL, -- step id of the backfill
    slice   INTEGER NOT NULL, -- 0: all of them together
    pos     TEXT,             -- last key that was done; NULL: none, or several slices
    bound   TEXT,             -- last key there is to do; NULL: the table was empty, or several slices
    rows    INTEGER NOT NULL, -- rows updated, over all runs
    batches INTEGER NOT NULL, -- batches committed, over all runs
    at_ms   INTEGER NOT NULL, -- by the clock of this machine
    PRIMARY KEY (plan, step, slice)
) STRICT, WITHOUT ROWID;

-- What happened, in order. Rows are only ever added.
CREATE TABLE event (
    seq     INTEGER PRIMARY KEY AUTOINCREMENT, -- grows for ever, over all plans
    plan    INTEGER NOT NULL REFERENCES plan (id),
    run     INTEGER REFERENCES run (id), -- NULL: outside a run (an approval)
    step    TEXT,             -- step id; NULL: the plan as a whole
    level   TEXT    NOT NULL, -- info, warning, error
    kind    TEXT    NOT NULL, -- run-start, step-done, lock-wait, ...
    message TEXT    NOT NULL, -- for people
    detail  TEXT,             -- JSON, for programs
    at_ms   INTEGER NOT NULL  -- by the clock of this machine
) STRICT;
CREATE INDEX event_of_plan ON event (plan, seq);

-- Throughput of a backfill: the last 1,000 samples of each step.
CREATE TABLE sample (
    plan       INTEGER NOT NULL REFERENCES plan (id),
    step       TEXT    NOT NULL, -- step id of the backfill
    n          INTEGER NOT NULL, -- counts up from 1 within the step
    rows       INTEGER NOT NULL, -- rows updated so far, over all runs
    batch_rows INTEGER NOT NULL, -- size of the batch
    batch_ms   REAL    NOT NULL, -- how long it took
    at_ms      INTEGER NOT NULL, -- by the clock of this machine
    PRIMARY KEY (plan, step, n)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER sample_ring AFTER INSERT ON sample
BEGIN
    DELETE FROM sample WHERE plan = new.plan AND step = new.step AND n <= new.n - 1000;
END;
