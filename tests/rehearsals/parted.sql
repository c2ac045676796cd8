-- A partitioned table with partitions at two depths, one of them a default.
CREATE TABLE letters (id int, at date, sender text, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
CREATE TABLE letters_2025 PARTITION OF letters FOR VALUES FROM ('2025-01-01') TO ('2026-01-01')
    PARTITION BY HASH (id);
CREATE TABLE letters_2025_0 PARTITION OF letters_2025 FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE letters_2025_1 PARTITION OF letters_2025 FOR VALUES WITH (MODULUS 2, REMAINDER 1);
CREATE TABLE letters_other PARTITION OF letters DEFAULT;
CREATE INDEX letters_at ON letters (at);
CREATE INDEX letters_day ON letters (at DESC);
INSERT INTO letters SELECT g, date '2025-06-01' + g % 300, 'Ann' || g || ' Lee' FROM generate_series(1, 1000) AS g;
