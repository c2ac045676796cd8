-- Writers that break the new rule get errors
--
-- From this moment every INSERT and UPDATE must fulfil the constraint, also where it is NOT
-- VALID and for code that was deployed before it existed. Deploy code that does first.
-- setup
CREATE TABLE orders (id bigint PRIMARY KEY, total numeric NOT NULL);
-- bad
ALTER TABLE orders ADD CONSTRAINT orders_total_check CHECK (total >= 0) NOT VALID;
