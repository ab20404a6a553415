-- 0013 pieces: files that come in pieces, each where the one before ended.
-- Forward only. Runs in one transaction. Locks: none on existing tables.

-- `received` is the truth: bytes of the file past it are of a piece that was not committed, and are written over.
CREATE TABLE portal.upload_piece (
    tenant_id       uuid   NOT NULL REFERENCES portal.tenant,
    id              uuid   NOT NULL,
    account_id      uuid,
    organisation_id uuid,
    dataset_id      uuid,
    mode            text   NOT NULL CHECK (mode IN ('replace', 'append')),
    file_name       text   NOT NULL CHECK (length(file_name) BETWEEN 1 AND 255),
    size_bytes      bigint NOT NULL CHECK (size_bytes > 0),
    received        bigint NOT NULL DEFAULT 0 CHECK (received BETWEEN 0 AND size_bytes),
    upload_id       uuid,                         -- whole: what it has become
    created_at      timestamptz NOT NULL DEFAULT now(),
    updated_at      timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, id)
);
ALTER TABLE portal.upload_piece ENABLE ROW LEVEL SECURITY;
ALTER TABLE portal.upload_piece FORCE ROW LEVEL SECURITY;
CREATE POLICY upload_piece_tenant ON portal.upload_piece
    USING (tenant_id = nullif(current_setting('portal.tenant_id', true), '')::uuid);
GRANT SELECT, INSERT, UPDATE, DELETE ON portal.upload_piece TO terrasse_web;
GRANT SELECT, DELETE ON portal.upload_piece TO terrasse_worker;
