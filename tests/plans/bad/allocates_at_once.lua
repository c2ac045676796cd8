local x = "y"
local s = string.rep("x", 1e9)
--> 2: plan wants more than 64 MB of memory
