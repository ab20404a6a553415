-- 0015 mail: what is to be said to people by e-mail, until it has left.
-- Forward only. Runs in one transaction. Locks: none on existing tables.

-- A row to a role or an account becomes one row a person (shared) when the worker takes it; the text is made when it leaves.
CREATE TABLE portal.mail (
    tenant_id  uuid  NOT NULL REFERENCES portal.tenant,
    id         uuid  NOT NULL,                    -- also in its Message-ID
    recipient  text  NOT NULL CHECK (length(recipient) BETWEEN 3 AND 254), -- an address, an account's id, or a role
    template   text  NOT NULL CHECK (template ~ '^[a-z_]{1,60}$'),         -- a row of tenants/people/mails.def
    path       text  NOT NULL CHECK (path ~ '^(/[^[:cntrl:]]*)?$'),        -- of the page to open, on this portal
    args       jsonb NOT NULL DEFAULT '[]',       -- texts
    once       text  CHECK (length(once) <= 200), -- what it is about: said once to each
    state      text  NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'shared', 'sent', 'failed')),
    error      text,                              -- of the last attempt, for the operator
    created_at timestamptz NOT NULL DEFAULT now(),
    done_at    timestamptz,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, recipient, once)
);
ALTER TABLE portal.mail ENABLE ROW LEVEL SECURITY;
ALTER TABLE portal.mail FORCE ROW LEVEL SECURITY;
CREATE POLICY mail_tenant ON portal.mail
    USING (tenant_id = nullif(current_setting('portal.tenant_id', true), '')::uuid);
GRANT SELECT, INSERT ON portal.mail TO terrasse_web;
GRANT SELECT, INSERT, UPDATE, DELETE ON portal.mail TO terrasse_worker;
GRANT SELECT (is_dpo) ON portal.account TO terrasse_worker;
