-- A deferrable foreign key is checked late
--
-- Violations come at COMMIT, where code may not expect them; the events pile up in memory, and
-- ALTER TABLE in the same transaction fails with 55006.
-- setup
CREATE TABLE users (id bigint PRIMARY KEY);
CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint);
-- bad
ALTER TABLE orders ADD CONSTRAINT orders_user_id_fkey FOREIGN KEY (user_id) REFERENCES users
    DEFERRABLE INITIALLY DEFERRED NOT VALID;
-- good
ALTER TABLE orders ADD CONSTRAINT orders_user_id_fkey FOREIGN KEY (user_id) REFERENCES users NOT VALID;
