-- 0004 quota: shares, loans, calls counted, stock held, updates of the day. Global: figures, no secrets.
-- Forward only. Runs in one transaction. Locks: none on existing tables.
CREATE TABLE portal.share (
    tenant_id  uuid   NOT NULL REFERENCES portal.tenant,
    metric     text   NOT NULL CHECK (metric IN ('calls_month', 'records', 'raw_bytes', 'content_bytes',
                                                 'update_bytes_day', 'records_per_dataset')),
    reserved   bigint NOT NULL DEFAULT 0 CHECK (reserved >= 0), -- guaranteed
    ceiling    bigint CHECK (ceiling >= reserved),              -- NULL: up to the rest of the pool
    changed_at timestamptz NOT NULL DEFAULT now(),
    changed_by uuid,
    PRIMARY KEY (tenant_id, metric)
);

CREATE TABLE portal.loan (
    id         uuid   PRIMARY KEY,
    lender_id  uuid   NOT NULL REFERENCES portal.tenant,
    borrower_id uuid  NOT NULL REFERENCES portal.tenant CHECK (borrower_id <> lender_id),
    metric     text   NOT NULL,
    amount     bigint NOT NULL CHECK (amount > 0),
    starts_on  date   NOT NULL,
    ends_on    date   NOT NULL CHECK (ends_on >= starts_on),
    state      text   NOT NULL DEFAULT 'proposed' CHECK (state IN ('proposed', 'accepted', 'refused', 'ended')),
    proposed_at timestamptz NOT NULL DEFAULT now(),
    answered_at timestamptz
);

-- Absolute totals per epoch of the counter file, so that a repeated flush counts nothing twice.
CREATE TABLE portal.usage_call (
    tenant_id uuid   NOT NULL REFERENCES portal.tenant,
    month     date   NOT NULL,                    -- the first day, Europe/Paris
    epoch     bigint NOT NULL,
    origin    text   NOT NULL CHECK (origin IN ('site', 'api', 'embed', 'crawler', 'federation')),
    calls     bigint NOT NULL CHECK (calls >= 0),
    PRIMARY KEY (tenant_id, month, epoch, origin)
);

-- What a tenant's origins hold; changed only by the transaction that holds the pool row.
CREATE TABLE portal.stock (
    tenant_id     uuid   PRIMARY KEY REFERENCES portal.tenant,
    records       bigint NOT NULL DEFAULT 0 CHECK (records >= 0),
    raw_bytes     bigint NOT NULL DEFAULT 0 CHECK (raw_bytes >= 0),
    content_bytes bigint NOT NULL DEFAULT 0 CHECK (content_bytes >= 0)
);

CREATE TABLE portal.usage_update (
    tenant_id uuid   NOT NULL REFERENCES portal.tenant,
    day       date   NOT NULL,                    -- Europe/Paris
    bytes     bigint NOT NULL DEFAULT 0 CHECK (bytes >= 0),
    PRIMARY KEY (tenant_id, day)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON portal.share TO terrasse_web;
GRANT SELECT, INSERT, UPDATE ON portal.loan, portal.usage_call, portal.stock, portal.usage_update TO terrasse_web;
GRANT SELECT ON portal.share, portal.loan, portal.usage_call TO terrasse_worker;
GRANT UPDATE (state) ON portal.loan TO terrasse_worker;
GRANT SELECT, INSERT, UPDATE ON portal.stock, portal.usage_update TO terrasse_worker;
