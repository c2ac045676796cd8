-- Totals are not negative; see shop.sql for the tables.
return plan "recipe_add_check" {
    api = 1,
    recipe.add_check { table = "orders", name = "orders_total_positive", check = "total >= 0" },
}
