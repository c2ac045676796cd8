-- RENAME, SET SCHEMA, OWNER TO

ALTER TABLE plain RENAME TO simple;

ALTER TABLE orders RENAME TO purchases;

ALTER TABLE orders RENAME TO customers;

ALTER TABLE orders RENAME TO mood;

ALTER TABLE nothing RENAME TO something;

ALTER TABLE IF EXISTS nothing RENAME TO something;

ALTER TABLE "Sales Dept"."Big Deals" RENAME TO "Small Deals";

ALTER TABLE measurements RENAME TO readings;

ALTER TABLE measurements_2023 RENAME TO readings_2023;

ALTER TABLE vehicles RENAME TO transport;

ALTER TABLE customer_names RENAME TO names;

ALTER VIEW customer_names RENAME TO names;

ALTER VIEW orders RENAME TO names;

ALTER VIEW sales RENAME TO names;

ALTER MATERIALIZED VIEW sales RENAME TO revenue;

ALTER MATERIALIZED VIEW customer_names RENAME TO revenue;

ALTER TABLE sales RENAME TO revenue;

ALTER SEQUENCE free_sequence RENAME TO numbers;

ALTER TABLE free_sequence RENAME TO numbers;

ALTER SEQUENCE orders RENAME TO numbers;

ALTER INDEX customers_name_idx RENAME TO by_name;

ALTER TABLE customers_name_idx RENAME TO by_name;

ALTER INDEX orders_pkey RENAME TO orders_key;

ALTER INDEX orders_number_key RENAME TO orders_state_check;

ALTER INDEX customers_name_idx RENAME TO orders;

ALTER INDEX orders RENAME TO purchases;

ALTER INDEX measurements_sensor_idx RENAME TO by_sensor;

ALTER INDEX "Sales Dept"."By Amount" RENAME TO "By Value";

ALTER INDEX nothing RENAME TO something;

ALTER INDEX IF EXISTS nothing RENAME TO something;

ALTER TABLE address RENAME TO place;

ALTER TABLE domain_users RENAME TO users;

-- columns
ALTER TABLE plain RENAME COLUMN a TO aa;

ALTER TABLE plain RENAME a TO aa;

ALTER TABLE plain RENAME COLUMN nothing TO something;

ALTER TABLE plain RENAME COLUMN a TO b;

ALTER TABLE plain RENAME COLUMN a TO ctid;

ALTER TABLE plain RENAME COLUMN ctid TO place;

ALTER TABLE orders RENAME COLUMN state TO status;

ALTER TABLE orders RENAME COLUMN customer_id TO buyer_id;

ALTER TABLE products RENAME COLUMN price TO net_price;

ALTER TABLE serials RENAME COLUMN id TO number;

ALTER TABLE customers RENAME COLUMN name TO full_name;

ALTER TABLE measurements RENAME COLUMN note TO remark;

ALTER TABLE measurements RENAME COLUMN at TO day;

ALTER TABLE measurements_2023 RENAME COLUMN note TO remark;

ALTER TABLE ONLY measurements RENAME COLUMN note TO remark;

ALTER TABLE events RENAME COLUMN at TO happened;

ALTER TABLE vehicles RENAME COLUMN plate TO number;

ALTER TABLE vehicles RENAME COLUMN wheels TO n_wheels;

ALTER TABLE ONLY vehicles RENAME COLUMN plate TO number;

ALTER TABLE cars RENAME COLUMN plate TO number;

ALTER TABLE cars RENAME COLUMN doors TO n_doors;

ALTER TABLE vehicles RENAME COLUMN plate TO doors;

ALTER TABLE trucks RENAME COLUMN wheels TO n_wheels;

ALTER TABLE sports_cars RENAME COLUMN top_speed TO speed;

ALTER TABLE customer_names RENAME COLUMN name TO full_name;

ALTER VIEW customer_names RENAME COLUMN name TO full_name;

ALTER MATERIALIZED VIEW sales RENAME COLUMN n TO how_many;

ALTER VIEW orders RENAME COLUMN state TO status;

ALTER TABLE free_sequence RENAME COLUMN last_value TO x;

ALTER TABLE typed_table RENAME COLUMN street TO road;

ALTER TABLE nothing RENAME COLUMN a TO b;

ALTER TABLE IF EXISTS nothing RENAME COLUMN a TO b;

ALTER TABLE "Sales Dept"."Big Deals" RENAME COLUMN "Amount" TO "Value";

ALTER TABLE secrets RENAME COLUMN owner TO who;

-- constraints
ALTER TABLE orders RENAME CONSTRAINT orders_state_check TO good_state;

ALTER TABLE orders RENAME CONSTRAINT orders_pkey TO orders_key;

ALTER TABLE orders RENAME CONSTRAINT orders_number_key TO customers;

ALTER TABLE orders RENAME CONSTRAINT orders_state_check TO orders_total_check;

ALTER TABLE orders RENAME CONSTRAINT nothing TO something;

ALTER TABLE orders RENAME CONSTRAINT orders_customer_id_fkey TO buyer;

ALTER TABLE vehicles RENAME CONSTRAINT vehicles_wheels_check TO has_wheels;

ALTER TABLE ONLY vehicles RENAME CONSTRAINT vehicles_wheels_check TO has_wheels;

ALTER TABLE cars RENAME CONSTRAINT vehicles_wheels_check TO has_wheels;

ALTER TABLE measurements RENAME CONSTRAINT measurements_pkey TO m_key;

ALTER TABLE events RENAME CONSTRAINT events_customer_id_fkey TO who;

ALTER TABLE nulls RENAME CONSTRAINT nulls_no_inherit TO something;

-- triggers, policies, rules
ALTER TRIGGER orders_touch ON orders RENAME TO touched;

ALTER TRIGGER nothing ON orders RENAME TO touched;

ALTER TRIGGER orders_touch ON orders RENAME TO orders_late;

--! versions: 15-
ALTER TRIGGER measurements_touch ON measurements RENAME TO touched;

-- of the statement: it is the parent's alone
--! after: CREATE TRIGGER per_statement AFTER INSERT ON measurements FOR EACH STATEMENT EXECUTE FUNCTION set_note()
ALTER TRIGGER per_statement ON measurements RENAME TO touched;

ALTER POLICY secrets_own ON secrets RENAME TO own;

ALTER POLICY nothing ON secrets RENAME TO own;

ALTER RULE ruled_update ON ruled RENAME TO logged;

ALTER RULE nothing ON ruled RENAME TO logged;

-- types, domains, functions, schemas
ALTER TYPE mood RENAME TO feeling;

ALTER TYPE mood RENAME TO address;

ALTER TYPE mood RENAME TO orders;

ALTER TYPE address RENAME TO place;

ALTER TYPE address RENAME TO orders;

ALTER TYPE orders RENAME TO purchases;

ALTER TYPE nothing RENAME TO something;

ALTER DOMAIN positive RENAME TO above_zero;

ALTER DOMAIN mood RENAME TO above_zero;

ALTER TYPE positive RENAME TO above_zero;

ALTER DOMAIN positive RENAME CONSTRAINT positive_check TO above;

ALTER DOMAIN positive RENAME CONSTRAINT nothing TO above;

ALTER TYPE mood RENAME VALUE 'sad' TO 'blue';

ALTER TYPE mood RENAME VALUE 'nothing' TO 'blue';

ALTER TYPE mood RENAME VALUE 'sad' TO 'happy';

ALTER TYPE address RENAME ATTRIBUTE street TO road;

ALTER TYPE address RENAME ATTRIBUTE street TO road CASCADE;

ALTER TYPE unused_composite RENAME ATTRIBUTE a TO aa;

ALTER TYPE unused_composite RENAME ATTRIBUTE nothing TO aa;

ALTER TYPE unused_composite RENAME ATTRIBUTE a TO b;

ALTER FUNCTION stable_one() RENAME TO one;

ALTER FUNCTION stable_one() RENAME TO volatile_one;

ALTER FUNCTION nothing() RENAME TO one;

ALTER PROCEDURE do_nothing() RENAME TO idle;

ALTER PROCEDURE stable_one() RENAME TO idle;

ALTER AGGREGATE total_of(int) RENAME TO sum_of;

ALTER SCHEMA archive RENAME TO attic;

ALTER SCHEMA "Sales Dept" RENAME TO sales_dept;

ALTER SCHEMA archive RENAME TO empty_schema;

ALTER SCHEMA nothing RENAME TO something;

ALTER SCHEMA archive RENAME TO pg_attic;

ALTER STATISTICS orders_stat RENAME TO o_stat;

ALTER PUBLICATION some_tables RENAME TO published_tables;

ALTER ROLE truth_app RENAME TO truth_other;

-- other schemas
ALTER TABLE plain SET SCHEMA archive;

ALTER TABLE orders SET SCHEMA archive;

ALTER TABLE orders SET SCHEMA "Sales Dept";

ALTER TABLE serials SET SCHEMA archive;

ALTER TABLE customers SET SCHEMA archive;

ALTER TABLE generated SET SCHEMA archive;

ALTER TABLE countries SET SCHEMA archive;

ALTER TABLE plain SET SCHEMA public;

ALTER TABLE plain SET SCHEMA nothing;

ALTER TABLE nothing SET SCHEMA archive;

ALTER TABLE IF EXISTS nothing SET SCHEMA archive;

ALTER TABLE measurements SET SCHEMA archive;

ALTER TABLE measurements_2023 SET SCHEMA archive;

ALTER TABLE customers_name_idx SET SCHEMA archive;

ALTER VIEW customer_names SET SCHEMA archive;

ALTER MATERIALIZED VIEW sales SET SCHEMA archive;

ALTER SEQUENCE free_sequence SET SCHEMA archive;

ALTER SEQUENCE serials_id_seq SET SCHEMA archive;

ALTER TYPE mood SET SCHEMA archive;

ALTER TYPE address SET SCHEMA archive;

ALTER TYPE orders SET SCHEMA archive;

ALTER DOMAIN positive SET SCHEMA archive;

ALTER FUNCTION stable_one() SET SCHEMA archive;

ALTER FUNCTION nothing() SET SCHEMA archive;

ALTER STATISTICS orders_stat SET SCHEMA archive;

ALTER AGGREGATE total_of(int) SET SCHEMA archive;

-- owners
ALTER TABLE plain OWNER TO truth_owner;

ALTER TABLE serials OWNER TO truth_owner;

ALTER TABLE measurements OWNER TO truth_owner;

ALTER VIEW customer_names OWNER TO truth_owner;

ALTER MATERIALIZED VIEW sales OWNER TO truth_owner;

ALTER SEQUENCE free_sequence OWNER TO truth_owner;

ALTER SEQUENCE serials_id_seq OWNER TO truth_owner;

ALTER INDEX customers_name_idx OWNER TO truth_owner;

ALTER TYPE mood OWNER TO truth_owner;

ALTER TYPE address OWNER TO truth_owner;

ALTER TYPE nothing OWNER TO truth_owner;

ALTER DOMAIN positive OWNER TO truth_owner;

ALTER FUNCTION stable_one() OWNER TO truth_owner;

ALTER FUNCTION nothing() OWNER TO truth_owner;

ALTER SCHEMA archive OWNER TO truth_owner;

ALTER SCHEMA nothing OWNER TO truth_owner;

ALTER PUBLICATION some_tables OWNER TO CURRENT_USER;

ALTER STATISTICS orders_stat OWNER TO truth_owner;

ALTER TRIGGER orders_touch ON orders DEPENDS ON EXTENSION plpgsql;

ALTER MATERIALIZED VIEW sales DEPENDS ON EXTENSION plpgsql;

ALTER INDEX customers_name_idx DEPENDS ON EXTENSION plpgsql;

ALTER FUNCTION stable_one() DEPENDS ON EXTENSION plpgsql;

-- after another one
--! after: ALTER TABLE plain RENAME TO simple
ALTER TABLE plain ADD COLUMN e int;

--! after: ALTER TABLE plain RENAME TO simple
ALTER TABLE simple ADD COLUMN e int;

--! after: ALTER TABLE plain RENAME COLUMN a TO aa
CREATE INDEX ON plain (aa);

--! after: ALTER SCHEMA archive RENAME TO attic
DROP TABLE attic.old_orders;

--! after: ALTER TYPE mood RENAME TO feeling
ALTER TABLE plain ADD COLUMN m feeling;

--! after: ALTER TABLE plain SET SCHEMA archive
TRUNCATE archive.plain;
