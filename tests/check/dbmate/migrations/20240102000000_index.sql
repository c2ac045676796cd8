-- migrate:up transaction:false
CREATE INDEX CONCURRENTLY users_note ON users (note);

-- migrate:down transaction:false
DROP INDEX CONCURRENTLY users_note;
