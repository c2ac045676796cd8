-- What is dropped and made anew has lost its grants
--
-- GRANTs hang on the object, not on its name. A table or a view that takes the place of another one
-- belongs to whoever makes it, and nobody else has any right on it: code of other roles fails with 42501.
-- Default privileges may give some; where there are any zdm says nothing.
--
-- CREATE OR REPLACE VIEW keeps what was granted.
--! catalog
--! wrap: always
-- setup
CREATE TABLE users (id bigint PRIMARY KEY, name text);
CREATE VIEW names AS SELECT name FROM users;
GRANT SELECT ON names TO PUBLIC;
-- bad
DROP VIEW names;
CREATE VIEW names AS SELECT id, name FROM users;
-- good
CREATE OR REPLACE VIEW names AS SELECT name, id FROM users;
