SET statement_timeout = 0;
CREATE TABLE public.users (id bigint NOT NULL);
ALTER TABLE ONLY public.users ADD CONSTRAINT users_pkey PRIMARY KEY (id);
