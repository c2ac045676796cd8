-- Code that still uses the type fails
--
-- Casts and parameters of the type fail at once. Where a column has it, the DROP fails (2BP01),
-- or with CASCADE drops the column with its data, under ACCESS EXCLUSIVE on each table
-- concerned.
-- setup
CREATE TYPE mood AS ENUM ('good', 'bad');
-- bad
DROP TYPE mood;
