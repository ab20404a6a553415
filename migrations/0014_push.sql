-- 0014 push: records that programs send, until the worker has folded them into a version.
-- Forward only. Runs in one transaction. Locks: none on existing tables.

-- The key and the hash of its body stay after the fold, so that a repeated request goes on adding nothing.
CREATE TABLE portal.push_batch (
    tenant_id   uuid    NOT NULL,
    id          uuid    NOT NULL,                 -- in order of arrival
    dataset_id  uuid    NOT NULL,
    key         text    NOT NULL CHECK (key ~ '^[A-Za-z0-9._-]{1,80}$'),
    hash        text    NOT NULL,
    op          text    NOT NULL CHECK (op IN ('put', 'remove')),
    records     integer NOT NULL CHECK (records BETWEEN 1 AND 10000),
    body        jsonb   CHECK ((body IS NULL) = (folded_at IS NOT NULL)), -- a list
    aside       jsonb   NOT NULL DEFAULT '[]',    -- [{"record", "reason": …} or {"record", "fault": …}]
    error       jsonb,                            -- {"code", "args"}: why it waits longer than the rhythm asks
    account_id  uuid    NOT NULL,
    created_at  timestamptz NOT NULL DEFAULT now(),
    folded_at   timestamptz,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, dataset_id, key),
    FOREIGN KEY (tenant_id, dataset_id) REFERENCES portal.dataset ON DELETE CASCADE
);
CREATE INDEX push_batch_waiting ON portal.push_batch (tenant_id, dataset_id, id) WHERE folded_at IS NULL;
ALTER TABLE portal.push_batch ENABLE ROW LEVEL SECURITY;
ALTER TABLE portal.push_batch FORCE ROW LEVEL SECURITY;
CREATE POLICY push_batch_tenant ON portal.push_batch
    USING (tenant_id = nullif(current_setting('portal.tenant_id', true), '')::uuid);
GRANT SELECT, INSERT ON portal.push_batch TO terrasse_web;
GRANT SELECT, UPDATE, DELETE ON portal.push_batch TO terrasse_worker;
