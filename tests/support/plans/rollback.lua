-- Every kind of step that can be taken back once, small.
return plan "rollback" {
  api = 1,
  expand {
    sql "add column" [[ALTER TABLE people ADD COLUMN email_address text]],
    sync { table = "people", from = "email", to = "email_address" },
    sql "index" [[CREATE INDEX CONCURRENTLY people_email_address ON people (email_address)]],
    sql "check" [[ALTER TABLE people ADD CONSTRAINT short CHECK (length(email_address) < 100) NOT VALID]],
    sql "validate" [[ALTER TABLE people VALIDATE CONSTRAINT short]],
    hook "note" {
      run = function(db) db:exec("INSERT INTO audit VALUES ('note')") end,
      undo = function(db) db:exec("DELETE FROM audit WHERE what = 'note'") end,
    },
    hook "note alone" {
      transaction = false,
      run = function(db) db:exec("INSERT INTO audit VALUES ('alone') ON CONFLICT DO NOTHING") end,
      undo = function(db) db:exec("DELETE FROM audit WHERE what = 'alone'") end,
    },
    sql "log" [[CREATE TABLE changes (id int PRIMARY KEY); CREATE INDEX ON changes (id)]],
  },
  backfill "copy" {
    table = "people", set = { email_address = "email" }, where = "email_address IS DISTINCT FROM email",
    batch_min = 10, batch_max = 20,
  },
  gate "checked" { approval "go" },
  contract {
    sql "drop index" [[DROP INDEX CONCURRENTLY people_n]] { undo = "CREATE INDEX CONCURRENTLY people_n ON people (n)" },
  },
}
