-- +goose Up
-- +goose StatementBegin
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.at := now();
    RETURN NEW;
END
$$;
-- +goose StatementEnd
CREATE TABLE users (id bigint PRIMARY KEY, at timestamptz);

-- +goose Down
DROP TABLE users;
DROP FUNCTION touch();
