-- The tables of plans/partition_events.lua.
CREATE TABLE accounts (id bigint PRIMARY KEY, name text NOT NULL);
CREATE TABLE events (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account bigint REFERENCES accounts ON DELETE CASCADE,
    at timestamptz NOT NULL DEFAULT now(),
    kind text NOT NULL CHECK (kind <> ''),
    payload jsonb NOT NULL DEFAULT '{}'
);
COMMENT ON TABLE events IS 'what happened';
CREATE INDEX events_account ON events (account, at DESC);
CREATE INDEX events_payload ON events USING gin (payload jsonb_path_ops) WHERE kind <> 'view';
CREATE VIEW recent_events AS SELECT id, account, at, kind FROM events WHERE at >= '2026-01-01 00:00:00+00';

INSERT INTO accounts SELECT g, 'account ' || g FROM generate_series(1, 50) AS g;
INSERT INTO events (account, at, kind, payload)
SELECT g % 50 + 1, timestamptz '2025-11-01 00:00:00+00' + g * interval '2 hours', 'kind ' || g % 5, jsonb_build_object('n', g)
FROM generate_series(1, 1500) AS g;
ANALYZE;
