CREATE TABLE "users" ("id" serial PRIMARY KEY NOT NULL);
--> statement-breakpoint
CREATE TABLE "posts" ("id" serial PRIMARY KEY NOT NULL);
