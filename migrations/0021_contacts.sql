-- 0021 contacts: who answers for a partner's convention, from when to when; staff, for the duty to publish.
-- Forward only. Runs in one transaction. Locks: portal.partner and portal.tenant, for a moment.

ALTER TABLE portal.tenant ADD COLUMN staff integer CHECK (staff >= 0);   -- full-time equivalents
ALTER TABLE portal.partner ADD COLUMN staff integer CHECK (staff >= 0);
GRANT UPDATE (staff) ON portal.tenant TO terrasse_web;

-- A partner has one at any time, at least (R6): contact.h is the only writer.
CREATE TABLE portal.partner_contact (
    tenant_id  uuid NOT NULL,
    id         uuid NOT NULL,
    partner_id uuid NOT NULL,
    name       text CHECK (length(name) BETWEEN 1 AND 200),
    email      text NOT NULL CHECK (email = lower(email) AND length(email) BETWEEN 3 AND 254),
    since      date NOT NULL,
    until      date CHECK (until >= since),      -- NULL: still in charge
    lapsed     text CHECK (lapsed IN ('none', 'disabled', 'never', 'silent')), -- what is wrong with the account; NULL: nothing
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, partner_id) REFERENCES portal.partner ON DELETE CASCADE
);
CREATE UNIQUE INDEX partner_contact_once ON portal.partner_contact (tenant_id, partner_id, email) WHERE until IS NULL;

-- The owner sees rows of no tenant while row-level security is forced.
ALTER TABLE portal.partner NO FORCE ROW LEVEL SECURITY;
INSERT INTO portal.partner_contact (tenant_id, id, partner_id, name, email, since)
SELECT tenant_id, gen_random_uuid(), id, nullif(left(contact_name, 200), ''), lower(contact_email), coalesce(signed_on, created_at::date)
  FROM portal.partner WHERE length(contact_email) BETWEEN 3 AND 254;
ALTER TABLE portal.partner FORCE ROW LEVEL SECURITY;
ALTER TABLE portal.partner DROP COLUMN contact_name, DROP COLUMN contact_email;

ALTER TABLE portal.partner_contact ENABLE ROW LEVEL SECURITY;
ALTER TABLE portal.partner_contact FORCE ROW LEVEL SECURITY;
CREATE POLICY partner_contact_tenant ON portal.partner_contact
    USING (tenant_id = nullif(current_setting('portal.tenant_id', true), '')::uuid);
GRANT SELECT, INSERT, UPDATE ON portal.partner_contact TO terrasse_web;
GRANT SELECT ON portal.partner_contact TO terrasse_worker;
GRANT UPDATE (lapsed) ON portal.partner_contact TO terrasse_worker;
GRANT SELECT (last_login_at, created_at) ON portal.account TO terrasse_worker;
