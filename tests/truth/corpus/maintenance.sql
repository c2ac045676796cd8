-- VACUUM, ANALYZE, CLUSTER, REFRESH, LOCK, TRUNCATE

VACUUM plain;

VACUUM (ANALYZE) orders;

VACUUM FULL plain;

VACUUM FULL orders;

VACUUM (FULL, ANALYZE) customers;

VACUUM measurements;

VACUUM nothing;

VACUUM customer_names;

VACUUM sales;

ANALYZE plain;

ANALYZE orders (state);

ANALYZE orders (nothing);

ANALYZE measurements;

ANALYZE measurements_2024;

ANALYZE vehicles;

ANALYZE sports_cars;

ANALYZE sales;

ANALYZE customer_names;

ANALYZE nothing;

ANALYZE plain, orders;

ANALYZE;

CLUSTER clustered;

CLUSTER plain;

CLUSTER orders USING orders_pkey;

CLUSTER customers USING customers_name_idx;

CLUSTER customers USING customers_email_key;

CLUSTER customers USING customers_vip_idx;

CLUSTER orders USING nothing;

CLUSTER orders USING customers_pkey;

CLUSTER types_indexed USING types_indexed_hash_idx;

CLUSTER leftover USING leftover_b_idx;

CLUSTER sales USING sales_state_idx;

CLUSTER customer_names;

CLUSTER nothing;

CLUSTER;

--! versions: 15-
CLUSTER measurements USING measurements_sensor_idx;

REFRESH MATERIALIZED VIEW sales;

REFRESH MATERIALIZED VIEW sales_plain;

REFRESH MATERIALIZED VIEW unpopulated;

REFRESH MATERIALIZED VIEW sales WITH NO DATA;

REFRESH MATERIALIZED VIEW CONCURRENTLY sales;

REFRESH MATERIALIZED VIEW CONCURRENTLY sales_plain;

REFRESH MATERIALIZED VIEW CONCURRENTLY unpopulated;

REFRESH MATERIALIZED VIEW CONCURRENTLY sales WITH NO DATA;

REFRESH MATERIALIZED VIEW customer_names;

REFRESH MATERIALIZED VIEW orders;

REFRESH MATERIALIZED VIEW nothing;

--! after: REFRESH MATERIALIZED VIEW unpopulated
REFRESH MATERIALIZED VIEW CONCURRENTLY unpopulated;

--! after: REFRESH MATERIALIZED VIEW sales WITH NO DATA
REFRESH MATERIALIZED VIEW CONCURRENTLY sales;

--! after: CREATE UNIQUE INDEX ON sales_plain (customer_id)
REFRESH MATERIALIZED VIEW CONCURRENTLY sales_plain;

--! after: CREATE UNIQUE INDEX ON sales_plain (customer_id) WHERE total > 0
REFRESH MATERIALIZED VIEW CONCURRENTLY sales_plain;

--! after: CREATE UNIQUE INDEX ON sales_plain ((customer_id + 1))
REFRESH MATERIALIZED VIEW CONCURRENTLY sales_plain;

LOCK TABLE plain;

LOCK plain;

LOCK TABLE plain IN ACCESS SHARE MODE;

LOCK TABLE plain IN ROW SHARE MODE;

LOCK TABLE plain IN ROW EXCLUSIVE MODE;

LOCK TABLE plain IN SHARE UPDATE EXCLUSIVE MODE;

LOCK TABLE plain IN SHARE MODE;

LOCK TABLE plain IN SHARE ROW EXCLUSIVE MODE;

LOCK TABLE plain IN EXCLUSIVE MODE;

LOCK TABLE plain, orders IN EXCLUSIVE MODE NOWAIT;

LOCK TABLE vehicles IN SHARE MODE;

LOCK TABLE ONLY vehicles IN SHARE MODE;

LOCK TABLE measurements;

LOCK TABLE ONLY measurements;

LOCK TABLE customer_names IN EXCLUSIVE MODE;

LOCK TABLE vip_names;

LOCK TABLE order_totals IN SHARE MODE;

LOCK TABLE sales;

LOCK TABLE free_sequence;

LOCK TABLE customers_name_idx;

LOCK TABLE nothing;

TRUNCATE plain;

TRUNCATE plain, audit_log;

TRUNCATE orders;

TRUNCATE orders CASCADE;

TRUNCATE countries CASCADE;

TRUNCATE order_lines, returns;

TRUNCATE returns;

TRUNCATE returns RESTART IDENTITY;

TRUNCATE serials RESTART IDENTITY;

TRUNCATE serials CONTINUE IDENTITY;

TRUNCATE sequence_users RESTART IDENTITY;

TRUNCATE customers RESTART IDENTITY CASCADE;

TRUNCATE measurements;

TRUNCATE ONLY measurements;

TRUNCATE measurements_2023;

TRUNCATE measurements_2024;

TRUNCATE regions;

TRUNCATE regions_de;

TRUNCATE regions CASCADE;

TRUNCATE regions_de CASCADE;

TRUNCATE regions, events, region_managers;

TRUNCATE vehicles;

TRUNCATE ONLY vehicles;

TRUNCATE cars;

TRUNCATE events;

TRUNCATE customer_names;

TRUNCATE sales;

TRUNCATE free_sequence;

TRUNCATE nothing;

TRUNCATE "Sales Dept"."Big Deals";

TRUNCATE types_parent, types_child;

TRUNCATE domain_users;

CHECKPOINT;
