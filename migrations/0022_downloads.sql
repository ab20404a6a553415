-- 0022 downloads: how often each dataset was taken away, by month. Figures alone: no address, no account, no hour.
-- Forward only. Runs in one transaction. Locks: none on existing tables.
CREATE TABLE portal.download (
    tenant_id  uuid   NOT NULL,
    dataset_id uuid   NOT NULL,
    month      date   NOT NULL,                               -- the first day, Europe/Paris
    exports    bigint NOT NULL DEFAULT 0 CHECK (exports >= 0), -- files of rows, whole or in part
    files      bigint NOT NULL DEFAULT 0 CHECK (files >= 0),   -- attachments and alternative exports
    PRIMARY KEY (tenant_id, dataset_id, month),
    FOREIGN KEY (tenant_id, dataset_id) REFERENCES portal.dataset ON DELETE CASCADE
);
ALTER TABLE portal.download ENABLE ROW LEVEL SECURITY;
ALTER TABLE portal.download FORCE ROW LEVEL SECURITY;
CREATE POLICY download_tenant ON portal.download
    USING (tenant_id = nullif(current_setting('portal.tenant_id', true), '')::uuid);
GRANT SELECT, INSERT, UPDATE ON portal.download TO terrasse_web;
