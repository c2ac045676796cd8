-- Every row is gone
--
-- TRUNCATE takes ACCESS EXCLUSIVE and gives the table an empty file. It is quick once it has the
-- lock, and fails with 0A000 where another table refers to this one.
--
-- Rows that may go in pieces are deleted in batches.
-- setup
CREATE TABLE sessions (id bigint PRIMARY KEY, ended timestamptz);
-- bad
TRUNCATE sessions;
