return plan "mistakes" {
    api = 1,
    expnd {
        sql "one" [[ALTER TABLE users ADD COLUMN a int]],
    },
    expand {
        sql "two" [[ALTER TABLE users ADD COLUMN b int]] {
            undoo = [[ALTER TABLE users DROP COLUMN b]],
        },
        sql "three" [[
            ALTER TABLE users
	ADD COLUM c int,,
        ]],
    },
    backfill "copy" {
        tabel = "users",
        set = { b = "1 +" },
    },
}
