return plan "hostile" {
  api = 1,
  why = "# heading @everyone see #1 ![x](http://evil.example/x.png) www.evil.example",
  ticket = "<script>alert(1)</script>",
  expand {
    sql "a | b `c` @admins </summary></details> <b>" [[
ALTER TABLE "t|`@x`</details>" ADD COLUMN a text DEFAULT '
```
</details> @everyone
````
# no heading
']] { undo = "-- ```\nALTER TABLE t DROP COLUMN a" },
    command "call" { argv = { "echo", "```", "</details>", "@everyone" } },
  },
}
