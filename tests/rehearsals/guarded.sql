-- Row security that holds for the application, which reads and writes by a role of its own, the table and a view alike.
CREATE ROLE teller;
CREATE TABLE accounts (
    id int PRIMARY KEY,
    tenant text NOT NULL DEFAULT 'ours',
    amount int,
    shown text GENERATED ALWAYS AS (tenant || ' ' || id) STORED
);
CREATE POLICY own ON accounts TO teller USING (tenant = current_setting('shop.tenant', true));
CREATE POLICY fair ON accounts AS RESTRICTIVE FOR INSERT TO teller WITH CHECK (amount >= 0);
ALTER TABLE accounts ENABLE ROW LEVEL SECURITY;
CREATE VIEW tills AS SELECT id, tenant, amount, shown FROM accounts WHERE tenant = 'ours' WITH CHECK OPTION;
CREATE TABLE payments (account int NOT NULL REFERENCES accounts ON DELETE CASCADE, cents int NOT NULL);
GRANT SELECT, INSERT, UPDATE, DELETE ON accounts, tills, payments TO teller;
INSERT INTO accounts (id, tenant, amount)
SELECT g, CASE WHEN g % 10 = 0 THEN 'theirs' ELSE 'ours' END, g FROM generate_series(1, 1000) AS g;
INSERT INTO payments SELECT g, 1 FROM generate_series(1, 900) AS g;
