-- What this project sets for zdm: docs/reference/conf.md has every field.
return {
    check = {
        paths = { "plans" },
    },
}
