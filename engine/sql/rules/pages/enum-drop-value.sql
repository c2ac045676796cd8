-- A value cannot be dropped from an enum
--
-- PostgreSQL has no such statement: before 17 it is a syntax error, from 17 on 0A000. A value
-- that is not used any more may simply stay; otherwise a new type takes the place of the old
-- one, column by column.
--! offline: no server can run it
-- bad
ALTER TYPE mood DROP VALUE 'bad';
