-- Names are cut to 63 bytes
--
-- PostgreSQL cuts a longer one with a mere notice: two long names that differ at their end are
-- the same.
-- bad
CREATE TABLE a_name_that_is_much_longer_than_the_sixty_three_bytes_which_postgresql_keeps (id bigint PRIMARY KEY);
-- good
CREATE TABLE a_short_name (id bigint PRIMARY KEY);
