-- A web shop: lookups, money, states that go with moments, a tree, a key of one's own for each order's lines.
CREATE TYPE order_state AS ENUM ('new', 'paid', 'shipped', 'returned');
CREATE DOMAIN email AS text CHECK (VALUE ~ '^[^@\s]+@[^@\s]+\.[a-z]{2,}$');
CREATE DOMAIN price AS numeric(10, 2) CHECK (VALUE >= 0) NOT NULL;
CREATE TABLE currencies (
    code char(3) PRIMARY KEY CHECK (code ~ '^[A-Z]{3}$'),
    digits smallint NOT NULL DEFAULT 2 CHECK (digits BETWEEN 0 AND 4));
CREATE TABLE customers (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    email email NOT NULL UNIQUE,
    name varchar(40) NOT NULL CHECK (length(name) >= 2),
    country char(2) NOT NULL CHECK (country = upper(country)),
    phone text CHECK (phone ~ '^\+[0-9]{1,3} [0-9]{6,12}$'),
    born date CHECK (born > '1900-01-01' AND born < '2015-01-01'),
    tags text[] NOT NULL DEFAULT '{}' CHECK (tags <@ ARRAY['vip', 'trade', 'staff']),
    settings jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(settings) = 'object'),
    created_at timestamptz NOT NULL DEFAULT now());
CREATE UNIQUE INDEX ON customers (lower(name), country);
CREATE TABLE categories (
    id serial PRIMARY KEY,
    parent_id int REFERENCES categories,
    slug text NOT NULL CHECK (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
    CHECK (parent_id <> id),
    UNIQUE NULLS DISTINCT (parent_id, slug));
CREATE TABLE products (
    sku varchar(12) PRIMARY KEY CHECK (sku LIKE 'SKU-%'),
    category_id int NOT NULL REFERENCES categories,
    price price,
    cost numeric(10, 2),
    currency char(3) NOT NULL REFERENCES currencies,
    weight_g int CHECK (weight_g > 0),
    rating real CHECK (rating >= 0 AND rating <= 5),
    search tsvector GENERATED ALWAYS AS (to_tsvector('simple', sku)) STORED,
    CHECK (cost <= price));
CREATE TABLE orders (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    customer_id bigint NOT NULL REFERENCES customers ON DELETE CASCADE,
    state order_state NOT NULL DEFAULT 'new',
    placed_at timestamptz NOT NULL,
    paid_at timestamptz,
    shipped_at timestamptz,
    coupon text,
    discount numeric(4, 3) NOT NULL DEFAULT 0 CHECK (discount BETWEEN 0 AND 0.5),
    CHECK ((state = 'new') = (paid_at IS NULL)),
    CHECK (state NOT IN ('shipped', 'returned') OR shipped_at IS NOT NULL),
    CHECK (paid_at >= placed_at AND (shipped_at IS NULL OR shipped_at >= paid_at)));
CREATE UNIQUE INDEX ON orders (coupon) WHERE state <> 'new';
CREATE TABLE order_lines (
    order_id uuid REFERENCES orders,
    line int CHECK (line BETWEEN 1 AND 99),
    sku varchar(12) NOT NULL REFERENCES products,
    quantity int NOT NULL CHECK (quantity > 0),
    amount numeric(12, 2) NOT NULL,
    total numeric GENERATED ALWAYS AS (quantity * amount) STORED CHECK (total < 100000),
    PRIMARY KEY (order_id, line));
CREATE TABLE stock (
    sku varchar(12) PRIMARY KEY REFERENCES products,
    amount int NOT NULL CHECK (amount >= 0));
CREATE TABLE payments (
    id bigserial PRIMARY KEY,
    order_id uuid REFERENCES orders,
    card_last4 char(4) CHECK (card_last4 ~ '^\d{4}$'),
    iban text CHECK (iban ~ '^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$'),
    voucher text,
    CHECK (num_nonnulls(card_last4, iban, voucher) = 1));
