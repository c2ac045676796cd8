local names = { "a", "b" }
return plam "x" {
    api = 1,
    expnd {
        sql "a" [[SELECT 1]],
    },
    gate "g" { aproval "yes", soak(tostrng(5)) },
    expand { sql "s" ("SELECT " .. valeu) },
    contract { for_each(names) },
}
--> 2:8: unknown name "plam" | did you mean "plan"?
--> 4:5: unknown name "expnd" | did you mean "expand"?
--> 7:16: unknown name "aproval" | did you mean "approval"?
--> 7:36: unknown name "tostrng" | did you mean "tostring"?
--> 8:36: unknown name "valeu" | a name must be a word of the language, or a local of the plan
--> 9:16: unknown name "for_each" | a name must be a word of the language, or a local of the plan
