-- The statement cannot run in a transaction
--
-- VACUUM, CREATE DATABASE, ALTER SYSTEM and some others fail with 25001 inside BEGIN or a
-- migration that its tool wraps in a transaction.
--! wrap: always
-- setup
CREATE TABLE users (id bigint PRIMARY KEY);
-- bad
VACUUM users;
