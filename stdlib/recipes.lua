--- The recipes, in the order in which they are listed. Their shape is that of a constructor: see fields.lua
-- and recipe.lua.

local recipes = {}

for i, name in ipairs {
    "rename_column", "change_type", "add_primary_key", "replace_primary_key", "add_generated",
    "rename_table", "add_required_column", "set_not_null", "drop_not_null", "set_default",
    "add_check", "add_foreign_key", "add_unique", "create_index", "drop_index",
    "replace_index", "drop_column", "drop_constraint", "drop_table", "add_exclusion",
    "copy_table", "partition_table", "attach_partition", "detach_partition", "versions",
    "split_column", "merge_columns", "split_table", "move_columns", "enum_add_value", "enum_replace", "backup_rows",
    "soft_delete",
} do
    recipes[i] = require("recipes/" .. name)
end

return recipes
