CREATE INDEX users_id ON users (id);
CREATE INDEX users_two ON users (id);
