return plan "unsafe" {
    api = 1,
    expand {
        sql "drop" [[ALTER TABLE users DROP COLUMN email]],
        sql "index" [[CREATE INDEX users_name ON users (name)]],
    },
}
