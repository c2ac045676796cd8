-- A table of events that only grows becomes one partition for each month, while they come in: what is old then goes by
-- a DETACH, in an instant, and not by a DELETE of millions of rows.
--
-- The tables, as in tests/rehearsals/partition_events.sql:
--   accounts       (id bigint, the key)
--   events         (id bigint identity, the key; account -> accounts ON DELETE CASCADE; at timestamptz; kind text;
--                   payload jsonb)
--   recent_events  a view of events
--
-- Behind it a plan a month with recipe.attach_partition brings the next one, and one with recipe.detach_partition
-- { ..., retain = "7d" } takes the oldest.

return plan "partition_events" {
    api = 1,
    why = "to delete last year's events takes a night, and vacuum the next one",
    ticket = "PROJ-377",

    recipe.partition_table {
        table = "events",
        range = "at",
        every = "month",
        from = "2025-11-01",
        to = "2026-04-01",
    },
}
