local n = couunt + 1
for i = 1, n do
    print(i)
end
return plan "x" { api = 1, expand { sql "s" "SELECT 1" } }
--> 1:11: unknown name "couunt" | a name must be a word of the language, or a local of the plan
