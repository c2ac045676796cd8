-- Old code sees users and orders in app_v1, new code in app_v2, under other names; see shop.sql for the tables. When
-- old code is gone the table itself takes the new name, which the view of app_v2 does not notice.
return plan "recipe_versions" {
    api = 1,
    recipe.versions {
        old = "app_v1",
        new = "app_v2",
        tables = { "users", "orders" },
        rename = { ["users.phone"] = "phone_number" },
        without = { "users.region" },
        clients = "shop-v1%",
    },
    contract {
        sql "the column takes the new name" [[ALTER TABLE users RENAME COLUMN phone TO phone_number]],
    },
}
