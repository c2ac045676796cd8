-- Of the table of quoted.sql: the column becomes one with a quotation mark in its name.
return plan "quoted" {
    api = 1,
    recipe.rename_column {
        table = [["My ""Shop"" %s"."All Users of a name that is as long as PostgreSQL lets it be: x"]],
        from = '"E Mail"',
        to = '"New ""%Mail"""',
    },
}
