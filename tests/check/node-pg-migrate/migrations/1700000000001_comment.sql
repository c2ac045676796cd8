ALTER TABLE users ADD COLUMN a int;
-- Up migration of the rows: elsewhere
ALTER TABLE users ADD COLUMN b int;
