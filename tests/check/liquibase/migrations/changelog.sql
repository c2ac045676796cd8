--liquibase formatted sql

--changeset ann:1
--comment the table
CREATE TABLE users (id bigint PRIMARY KEY);
--rollback DROP TABLE users;

--changeset ann:2 runInTransaction:false
CREATE INDEX CONCURRENTLY users_id ON users (id);
--rollback DROP INDEX users_id;

--changeset ann:3 dbms:mysql
ALTER TABLE users ADD COLUMN n int AUTO_INCREMENT;

--changeset ann:4 dbms:"postgresql, h2"
ALTER TABLE users ADD COLUMN n int;
ALTER TABLE users ADD COLUMN m int;
