local a = string.dump(function() end)
local b = math.random()
local c = ("x"):uper()
local d = table.srot { 2, 1 }
return plan "x" { api = 1, expand { sql "s" "SELECT 1" } }
--> 1:18: unknown name "string.dump" | a plan has of string: byte, char, find, format, gmatch, gsub, len, lower, match, rep, reverse, sub, upper
--> 2:16: unknown name "math.random" | a plan has of math: abs, ceil, floor, fmod, huge, max, maxinteger, min, mininteger, modf, sqrt, tointeger, type, ult
--> 3:17: unknown name "string.uper" | did you mean "string.upper"?
--> 4:17: unknown name "table.srot" | did you mean "table.sort"?
