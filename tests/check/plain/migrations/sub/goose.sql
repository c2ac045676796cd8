-- +goose Up
ALTER TABLE users ADD COLUMN g text;
-- +goose Down
ALTER TABLE users DROP COLUMN g;
