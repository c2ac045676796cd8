-- The policies hold all the while: a row of another tenant is never seen, nor changed.
local value = "tenant || ' ' || coalesce(amount, -1) || ' ' || shown"
local accounts = rows { table = "accounts", key = "id::text", value = value }
local tills = rows { table = "tills", key = "id::text", value = value }
local function teller(...)
    return { "SET LOCAL ROLE teller", "SELECT set_config('shop.tenant', 'ours', true)", ... }
end
return both {
    teller "SELECT id, amount, shown FROM accounts WHERE id = :row AND id % 10 <> 0 AND amount IS NULL",
    teller "SELECT 1 / (count(*) = 0)::int FROM accounts WHERE tenant = 'theirs'",
    teller "UPDATE accounts SET amount = -1 WHERE id = :row * 10",
    teller(accounts.write "INSERT INTO accounts (id, amount) VALUES (:n + 100000, :n)"),
    teller(accounts.write "UPDATE accounts SET amount = :n WHERE id = :row"),
    teller(tills.write "UPDATE tills SET amount = NULL WHERE id = :row + 1"),
    teller("INSERT INTO payments SELECT id, :n FROM accounts WHERE id = :row", accounts.delete "id = :row + 2"),
    [[SELECT 1 / (count(*) = 0)::int FROM accounts
       WHERE id <= 1000 AND id % 10 = 0 AND (tenant, amount) <> ('theirs', id)]],
    accounts.check,
}
