-- 0012 sources: where a dataset's file is fetched from on a schedule.
-- Forward only. Runs in one transaction. Locks: none on existing tables.

CREATE TABLE portal.source (
    tenant_id     uuid    NOT NULL,
    dataset_id    uuid    NOT NULL,
    url           text    NOT NULL CHECK (url ~ '^https?://' AND length(url) <= 2000),
    secret        bytea,                              -- the Authorization header, sealed for the worker alone
    every_min     integer NOT NULL CHECK (every_min BETWEEN 15 AND 44640),
    active        boolean NOT NULL DEFAULT true,
    etag          text,                               -- of the last file that was taken, as the site said it
    last_modified text,
    hash          text,                               -- of its bytes: for sites that say nothing
    upload_id     uuid,                               -- what came of it stands there
    result        text    NOT NULL DEFAULT 'never' CHECK (result IN ('never', 'taken', 'unchanged', 'failed', 'waiting')),
    error         jsonb,                              -- {"code", "args"} of a run that failed
    failures      integer NOT NULL DEFAULT 0,
    ran_at        timestamptz,
    next_at       timestamptz,
    created_by    uuid,
    PRIMARY KEY (tenant_id, dataset_id),
    FOREIGN KEY (tenant_id, dataset_id) REFERENCES portal.dataset ON DELETE CASCADE
);
ALTER TABLE portal.source ENABLE ROW LEVEL SECURITY;
ALTER TABLE portal.source FORCE ROW LEVEL SECURITY;
CREATE POLICY source_tenant ON portal.source
    USING (tenant_id = nullif(current_setting('portal.tenant_id', true), '')::uuid);
GRANT SELECT, INSERT, UPDATE, DELETE ON portal.source TO terrasse_web, terrasse_worker;

-- The public half of the key that such secrets are sealed with; the worker writes it, and alone has the other half.
CREATE TABLE portal.source_key (
    one    boolean PRIMARY KEY DEFAULT true CHECK (one),
    public bytea   NOT NULL CHECK (length(public) = 32)
);
GRANT SELECT ON portal.source_key TO terrasse_web;
GRANT SELECT, INSERT, UPDATE ON portal.source_key TO terrasse_worker;
