-- Of the table of quoted.sql: a part of its key, and of the foreign key to it, gets another type.
return plan "quoted_key" {
    api = 1,
    recipe.change_type {
        table = [["My ""Shop"" %s"."All Users of a name that is as long as PostgreSQL lets it be: x"]],
        column = '"The Id"',
        type = "bigint",
        references = true,
    },
}
