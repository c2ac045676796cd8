-- Every kind of step once, small; each of them shows when it ran twice or not at all.
return plan "crash" {
  api = 1,
  expand {
    sql "add column" [[ALTER TABLE counters ADD COLUMN label_new text]]
      { undo = [[ALTER TABLE counters DROP COLUMN label_new]] },
    sync { table = "counters", from = "label", to = "label_new" },
    sql "index" [[CREATE INDEX CONCURRENTLY counters_label_new ON counters (label_new)]],
    hook "note" {
      run = function(db, log)
        db:exec("INSERT INTO audit (what) VALUES ($1)", "hook ran")
        log:info("noted")
      end,
    },
    command "mark" { argv = { "touch", "mark" }, idempotent = true },
  },
  backfill "count" {
    table = "counters", set = { n = "n + 1" }, batch_min = 50, batch_max = 50,
  },
  backfill "copy label" {
    table = "counters", set = { label_new = "label" }, where = "label_new IS DISTINCT FROM label",
    batch_min = 100, batch_max = 200,
  },
  -- Partition by partition; the first batch attaches one more.
  backfill "partitions" {
    table = "parted", set = { n = "n + 1" }, where = "n = 0", batch_min = 10, batch_max = 10,
  },
  -- In slices of 300 rows and ranges of 16, by three workers.
  backfill "striped" {
    table = "counters", set = { m = "m + 1" }, batch_min = 2, batch_max = 2, workers = 3,
    max_quarantine = 1,
  },
  backfill "swept" {
    table = "late", set = { upper = "upper(label)" }, batch_min = 50, batch_max = 50,
  },
  backfill "mapped" {
    table = "counters", read = { "l", "label" }, write = { "l" }, batch_min = 60, batch_max = 60, stripes = 2,
    map = function(row)
      return { l = row.l + (row.label and 1 or 2) }
    end,
  },
  gate "checked" {
    sql "labels agree" [[SELECT count(*) = 0 FROM counters WHERE label_new IS DISTINCT FROM label]],
    approval "go",
  },
  contract {
    sql "drop index" [[DROP INDEX CONCURRENTLY counters_n]],
    drop_column { table = "counters", column = "label" },
  },
}
