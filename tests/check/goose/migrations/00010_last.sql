-- +goose Down
ALTER TABLE users DROP COLUMN name;
-- +goose Up
ALTER TABLE users ADD COLUMN name text;
