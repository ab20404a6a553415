-- 0009 attachments: files that stand beside a dataset's rows, and the bytes they are made of.
-- Forward only. Runs in one transaction. Locks: none on existing tables.

-- One stored file a portal and content (BLAKE2b): the same bytes are kept once. `blob` is a name of its own, never
-- given again, so that what is removed cannot be what somebody has just put.
CREATE TABLE portal.content (
    tenant_id  uuid   NOT NULL REFERENCES portal.tenant,
    hash       text   NOT NULL CHECK (hash ~ '^[0-9a-f]{64}$'),
    blob       text   NOT NULL CHECK (blob ~ '^[a-z0-9/-]{1,100}$'),
    size_bytes bigint NOT NULL CHECK (size_bytes >= 0),
    used_at    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, hash)
);

CREATE TABLE portal.attachment (
    tenant_id  uuid   NOT NULL,
    dataset_id uuid   NOT NULL,
    kind       text   NOT NULL CHECK (kind IN ('attachment', 'alternative_export', 'file')),
    id         text   NOT NULL CHECK (id ~ '^[a-z0-9_]{1,120}$'), -- in addresses: the file's name with underscores; a file's: 32 hex
    title      text   NOT NULL CHECK (length(title) BETWEEN 1 AND 255),
    file_name  text   NOT NULL CHECK (length(file_name) BETWEEN 1 AND 255),
    mimetype   text   NOT NULL,
    size_bytes bigint NOT NULL CHECK (size_bytes >= 0),
    hash       text   NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by uuid,
    PRIMARY KEY (tenant_id, dataset_id, kind, id),
    FOREIGN KEY (tenant_id, dataset_id) REFERENCES portal.dataset ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, hash) REFERENCES portal.content
);
CREATE INDEX attachment_by_hash ON portal.attachment (tenant_id, hash);

DO $$
DECLARE
    t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['content', 'attachment'] LOOP
        EXECUTE format('ALTER TABLE portal.%I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE portal.%I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format($p$CREATE POLICY %I ON portal.%I
            USING (tenant_id = nullif(current_setting('portal.tenant_id', true), '')::uuid)$p$, t || '_tenant', t);
    END LOOP;
END $$;
GRANT SELECT, INSERT ON portal.content TO terrasse_web;
GRANT UPDATE (used_at) ON portal.content TO terrasse_web;
GRANT SELECT, INSERT, UPDATE, DELETE ON portal.content TO terrasse_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON portal.attachment TO terrasse_web, terrasse_worker;
