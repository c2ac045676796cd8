-- A place is a zip code and a city; see office.sql for the tables.
return plan "recipe_merge_columns" {
    api = 1,
    recipe.merge_columns {
        table = "contacts",
        from = {
            zip = "substring(place from '^[0-9]+')::int",
            city = "nullif(regexp_replace(place, '^[0-9]+ ?', ''), '')",
        },
        into = "place",
        join = "concat_ws(' ', zip, city)",
        retain = "1ms",
    },
}
