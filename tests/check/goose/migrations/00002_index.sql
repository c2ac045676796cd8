-- +goose NO TRANSACTION
-- +goose Up
CREATE INDEX CONCURRENTLY users_at ON users (at);
-- +goose Down
DROP INDEX CONCURRENTLY users_at;
