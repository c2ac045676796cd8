-- Without the primary key other tables and subscribers lose their hold
--
-- CASCADE drops the foreign keys that refer to it, under ACCESS EXCLUSIVE on their tables. Of a
-- published table UPDATE and DELETE fail with 55000 from then on, unless another REPLICA
-- IDENTITY is set.
-- setup
CREATE TABLE users (id bigint CONSTRAINT users_pkey PRIMARY KEY);
CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint REFERENCES users);
CREATE PUBLICATION changes FOR TABLE users;
-- bad
ALTER TABLE users DROP CONSTRAINT users_pkey CASCADE;
