return plan "add_phone" {
    api = 1,
    expand {
        sql "add column" "ALTER TABLE users ADD COLUMN phone text",
    },
}
