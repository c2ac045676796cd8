-- Several foreign keys in one transaction
--
-- Each locks another table against writes, all of them until the end. Running code that writes
-- these tables in another order meets the transaction in a deadlock.
-- setup
CREATE TABLE users (id bigint PRIMARY KEY);
CREATE TABLE plans (id bigint PRIMARY KEY);
CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint, plan_id bigint);
-- bad
BEGIN;
ALTER TABLE orders ADD CONSTRAINT orders_user_fkey FOREIGN KEY (user_id) REFERENCES users NOT VALID;
ALTER TABLE orders ADD CONSTRAINT orders_plan_fkey FOREIGN KEY (plan_id) REFERENCES plans NOT VALID;
COMMIT;
-- good
ALTER TABLE orders ADD CONSTRAINT orders_user_fkey FOREIGN KEY (user_id) REFERENCES users NOT VALID;
ALTER TABLE orders ADD CONSTRAINT orders_plan_fkey FOREIGN KEY (plan_id) REFERENCES plans NOT VALID;
