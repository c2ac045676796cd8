-- migrate:up
CREATE TABLE users (id bigint PRIMARY KEY, note text DEFAULT 'straße');

-- migrate:down
DROP TABLE users;
