-- The grammar does not know this
--
-- zdm reads SQL with PostgreSQL's own grammar, of the version that zdm --version names. A syntax
-- error, or syntax of a newer PostgreSQL, is not understood: nothing is known of what it does,
-- and zdm check never passes over it in silence. With --trace a server of the right version
-- answers.
--! offline: it is no SQL that the grammar knows
-- bad
ALTER TABLE users ADD COLUM a int;
-- good
ALTER TABLE users ADD COLUMN a int;
