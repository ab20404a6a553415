-- 0031 schema_impact: which datasets a new version of their schema concerns, by portal (N17, R23).
-- Forward only. Runs in one transaction. Locks: none on existing tables.

-- One row a dataset and schema: written when a newer version is met, settled when the dataset was read against it.
CREATE TABLE portal.schema_impact (
    tenant_id      uuid    NOT NULL,
    dataset_id     uuid    NOT NULL,
    dataset_name   text    NOT NULL,       -- its identifier: the region reads no row of a closed dataset
    schema_name    text    NOT NULL,
    followed       text,                   -- the version its rows were checked against; NULL: none
    version        text    NOT NULL,       -- the newer one
    declared       boolean NOT NULL,       -- else it was recognised by its columns
    verdict        text    NOT NULL CHECK (verdict IN ('fails', 'recheck', 'same')),
    missing        text[]  NOT NULL,       -- columns that the newer one requires and the dataset lacks
    changed        text[]  NOT NULL,       -- columns of the dataset whose rules are others
    gone           text[]  NOT NULL,       -- columns of the dataset that the newer one has no more
    added          text[]  NOT NULL,       -- optional columns that are new
    errors         bigint  NOT NULL,       -- counted under the version followed
    made_at        timestamptz NOT NULL DEFAULT now(),
    settled_at     timestamptz,
    settled_errors bigint,                 -- counted under the newer one; NULL: the dataset left the schema
    PRIMARY KEY (tenant_id, dataset_id, schema_name),
    FOREIGN KEY (tenant_id, dataset_id) REFERENCES portal.dataset ON DELETE CASCADE
);
ALTER TABLE portal.schema_impact ENABLE ROW LEVEL SECURITY;
ALTER TABLE portal.schema_impact FORCE ROW LEVEL SECURITY;
CREATE POLICY schema_impact_tenant ON portal.schema_impact
    USING (tenant_id = nullif(current_setting('portal.tenant_id', true), '')::uuid);
CREATE POLICY schema_impact_region ON portal.schema_impact FOR SELECT USING (tenant_id IN
    (SELECT id FROM portal.tenant WHERE root_id = nullif(current_setting('portal.region', true), '')::uuid));
GRANT SELECT, UPDATE ON portal.schema_impact TO terrasse_web;
GRANT SELECT, INSERT, UPDATE ON portal.schema_impact TO terrasse_worker;
