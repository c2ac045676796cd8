-- Something depends on the column, and the statement fails
--
-- The type of a column that a view, a rule, a trigger's column list or condition, a policy, a
-- generated column or a partition key uses cannot change: the statement ends with an error. The
-- dependent object must go first and come back afterwards.
-- setup
CREATE TABLE users (id bigint PRIMARY KEY, name varchar(20));
CREATE VIEW user_names AS SELECT name FROM users;
-- bad
ALTER TABLE users ALTER COLUMN name TYPE text;
-- good
ALTER TABLE users ADD COLUMN full_name text;
