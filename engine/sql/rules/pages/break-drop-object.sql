-- Whatever still uses the object fails
--
-- Objects of the rarer kinds (operators, collations, statistics, publications, servers and the
-- like) are gone at once. What zdm knows is that something may still use them.
-- setup
CREATE COLLATION german (provider = icu, locale = 'de');
-- bad
DROP COLLATION german;
