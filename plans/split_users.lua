-- users has become a table of everything: its names are taken apart, and what only the profile page shows moves into
-- a table of its own, while the application goes on running.
--
-- The table: users (id bigint primary key, email text not null unique, name text not null, bio text, website text,
-- theme text not null default 'light', ...)

return plan "split_users" {
    api = 1,
    why = "the login reads 2 kB a row for 60 bytes that it needs",
    ticket = "PROJ-321",

    recipe.split_column {
        table = "users",
        column = "name",
        into = {
            first_name = "split_part(name, ' ', 1)",
            last_name = "nullif(substr(name, strpos(name || ' ', ' ') + 1), '')",
        },
        join = "concat_ws(' ', first_name, last_name)",
        retain = "30d",
    },
    recipe.split_table {
        table = "users",
        columns = { "bio", "website", "theme" },
        into = "profiles",
        retain = "30d",
    },
    -- The login does not mind the case any more.
    recipe.create_index { table = "users", name = "users_email_lower", keys = "lower(email)" },
}
