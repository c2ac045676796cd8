-- Many tenants in one schema: every key begins with the tenant, and references share that column.
CREATE TABLE tenants (
    id int PRIMARY KEY,
    name text NOT NULL UNIQUE CHECK (name <> ''),
    plan text NOT NULL CHECK (plan IN ('free', 'team', 'enterprise')),
    seats int CHECK ((plan = 'free' AND seats IS NULL) OR (plan <> 'free' AND seats BETWEEN 1 AND 500)));
CREATE TABLE members (
    tenant_id int NOT NULL REFERENCES tenants,
    id int NOT NULL,
    role text NOT NULL CHECK (role = ANY ('{owner,admin,member}')),
    manager_id int,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, manager_id) REFERENCES members,
    CHECK (manager_id <> id));
CREATE UNIQUE INDEX ON members (tenant_id) WHERE role = 'owner';
CREATE TABLE projects (
    tenant_id int NOT NULL,
    id int NOT NULL,
    lead_id int NOT NULL,
    deputy_id int,
    key varchar(10) NOT NULL CHECK (key ~ '^[A-Z][A-Z0-9_]{1,9}$'),
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, key) DEFERRABLE INITIALLY DEFERRED,
    FOREIGN KEY (tenant_id) REFERENCES tenants,
    FOREIGN KEY (tenant_id, lead_id) REFERENCES members,
    FOREIGN KEY (tenant_id, deputy_id) REFERENCES members);
CREATE TABLE issues (
    tenant_id int NOT NULL,
    project_id int NOT NULL,
    number int NOT NULL CHECK (number > 0),
    title text NOT NULL CHECK (char_length(title) BETWEEN 1 AND 80),
    reporter_id int,
    assignee_id int,
    duplicate_of int,
    state text NOT NULL,
    closed_at timestamptz,
    PRIMARY KEY (tenant_id, project_id, number),
    FOREIGN KEY (tenant_id, project_id) REFERENCES projects,
    FOREIGN KEY (tenant_id, reporter_id) REFERENCES members,
    FOREIGN KEY (tenant_id, assignee_id) REFERENCES members,
    FOREIGN KEY (tenant_id, project_id, duplicate_of) REFERENCES issues,
    CHECK (state IN ('open', 'closed') AND (state = 'closed') = (closed_at IS NOT NULL)));
CREATE TABLE labels (
    tenant_id int NOT NULL REFERENCES tenants,
    name text NOT NULL,
    color text NOT NULL CHECK (color ~* '^#[0-9a-f]{6}$'),
    PRIMARY KEY (tenant_id, name));
CREATE TABLE issue_labels (
    tenant_id int, project_id int, number int, label text,
    PRIMARY KEY (tenant_id, project_id, number, label),
    FOREIGN KEY (tenant_id, project_id, number) REFERENCES issues ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, label) REFERENCES labels);
CREATE TABLE watchers (
    tenant_id int, project_id int, number int, member_id int,
    FOREIGN KEY (tenant_id, project_id, number) REFERENCES issues MATCH FULL,
    FOREIGN KEY (tenant_id, member_id) REFERENCES members);
ALTER TABLE issues ENABLE ROW LEVEL SECURITY;
ALTER TABLE issues FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON issues USING (tenant_id = current_setting('app.tenant')::int);
