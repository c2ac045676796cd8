# Users schema

# --- !Ups
CREATE TABLE users (id bigint PRIMARY KEY);
CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW;; END;; $$;

# --- !Downs
DROP FUNCTION f();
DROP TABLE users;
