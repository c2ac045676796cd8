-- Code that still uses what the extension brought fails
--
-- Its types, functions and operators are gone at once; CASCADE takes the columns and indexes of
-- those types along, under ACCESS EXCLUSIVE on their tables.
-- bad
DROP EXTENSION plpgsql;
