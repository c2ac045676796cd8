local a = os.time()
local b = io.open("x")
local c = require "socket"
local d = pcall(error)
local e = load("return 1")
local f = debug.getinfo(1)
local g = getmetatable("")
local h = rawset({}, 1, 1)
local i = string.dump(function() end)
return plan "x" { api = 1, expand { sql "s" "SELECT 1" } }
--> 1:11: "os" is not available in a plan | a plan has no clock, no environment and no files: it gives the same result everywhere
--> 2:11: "io" is not available in a plan | a plan has no clock, no environment and no files: it gives the same result everywhere
--> 3:11: "require" is not available in a plan | a plan is one file
--> 4:11: "pcall" is not available in a plan | a plan stops at its first error; a hook has pcall when it runs
--> 5:11: "load" is not available in a plan | a plan is one file
--> 6:11: unknown name "debug" | a name must be a word of the language, or a local of the plan
--> 7:11: unknown name "getmetatable" | a name must be a word of the language, or a local of the plan
--> 8:11: unknown name "rawset" | a name must be a word of the language, or a local of the plan
--> 9:18: unknown name "string.dump" | a plan has of string: byte, char, find, format, gmatch, gsub, len, lower, match, rep, reverse, sub, upper
