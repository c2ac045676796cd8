-- Old visits go, and can come back; those of 2020 are copied. See office.sql for the tables.
return plan "recipe_backup_rows" {
    api = 1,
    recipe.backup_rows { table = "visits", where = "at >= '2020-01-01' AND at < '2021-01-01'", into = "visits_copy" },
    recipe.backup_rows { table = "visits", where = "at < '2020-01-01'", into = "visits_before_2020", delete = true },
}
