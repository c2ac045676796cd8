-- An index of vectors with default parameters fits small tables only
--
-- In pgvector ivfflat divides the rows into 100 lists when it is not told how many, whether the table
-- has a thousand rows or a hundred million; hnsw builds a graph with m = 16 and ef_construction = 64.
-- Changing them later is a new index. The rows should be there before ivfflat is built: its lists are
-- cut from them.
--! unseen: it takes pgvector
-- setup
CREATE TABLE items (id bigint PRIMARY KEY, embedding real[]);
-- bad
CREATE INDEX CONCURRENTLY items_embedding ON items USING ivfflat (embedding vector_l2_ops);
-- good
CREATE INDEX CONCURRENTLY items_id ON items (id, embedding);
