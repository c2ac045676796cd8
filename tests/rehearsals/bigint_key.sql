-- A key, four tables that refer to it, and the table itself; with what may hang on such columns.
CREATE TABLE customers (
    id int GENERATED ALWAYS AS IDENTITY (START 1000 INCREMENT 2) PRIMARY KEY,
    referrer int REFERENCES customers,
    name text NOT NULL,
    CHECK (referrer <> id)
);
CREATE TABLE orders (
    number serial PRIMARY KEY,
    customer int CONSTRAINT has_customer NOT NULL REFERENCES customers ON DELETE CASCADE,
    total numeric
);
CREATE UNIQUE INDEX orders_of ON orders (customer, number);
ALTER TABLE orders REPLICA IDENTITY USING INDEX orders_of;
ALTER TABLE orders CLUSTER ON orders_of;
CREATE TABLE addresses (customer int NOT NULL REFERENCES customers, n smallint, line text, PRIMARY KEY (customer, n));
CREATE TABLE deliveries (
    id int,
    customer int,
    address smallint,
    FOREIGN KEY (customer, address) REFERENCES addresses ON UPDATE CASCADE
);
CREATE TABLE notes (customer int REFERENCES customers ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED, note text);
CREATE INDEX notes_of ON notes (customer) INCLUDE (note) WHERE customer > 0;

CREATE ROLE clerk;
GRANT USAGE ON SEQUENCE customers_id_seq TO clerk;
GRANT SELECT (id) ON customers TO clerk;
COMMENT ON COLUMN customers.id IS 'printed on the card';
COMMENT ON CONSTRAINT customers_pkey ON customers IS 'the key';
COMMENT ON CONSTRAINT orders_customer_fkey ON orders IS 'whose';
DO $$
BEGIN
    IF current_setting('server_version_num')::int >= 180000 THEN -- before, a NOT NULL has no name
        COMMENT ON CONSTRAINT has_customer ON orders IS 'nobody orders without';
    END IF;
END $$;
COMMENT ON INDEX notes_of IS 'by customer';
COMMENT ON SEQUENCE customers_id_seq IS 'even numbers';

INSERT INTO customers (referrer, name)
SELECT CASE WHEN g > 1 THEN 1000 END, 'name ' || g FROM generate_series(1, 900) AS g;
INSERT INTO orders (customer, total) SELECT 1000 + 2 * (g % 900), g FROM generate_series(1, 2000) AS g;
INSERT INTO addresses SELECT 1000 + 2 * g, 1, 'line ' || g FROM generate_series(0, 499) AS g;
INSERT INTO deliveries SELECT g, 1000 + 2 * g, 1 FROM generate_series(0, 499) AS g;
INSERT INTO notes SELECT 1000 + 2 * g, 'note' FROM generate_series(0, 499) AS g;
ANALYZE;
