-- A GIN index over a whole jsonb column is large and slow to write
--
-- With the operator class jsonb_path_ops it serves containment (@>) at a fraction of the size;
-- an index over one expression serves one key.
-- setup
CREATE TABLE orders (id bigint PRIMARY KEY, details jsonb);
-- bad
CREATE INDEX CONCURRENTLY orders_details ON orders USING gin (details);
-- good
CREATE INDEX CONCURRENTLY orders_details ON orders USING gin (details jsonb_path_ops);
