-- 0023 overrides: whom an override is told to, who looked at it, who took it back.
-- Forward only. Runs in one transaction. Locks: portal.check_override for the time of a catalogue change.

ALTER TABLE portal.check_override
    ADD COLUMN dataset_name text,       -- the dataset's identifier when it was given: the region reads no row of a closed dataset
    ADD COLUMN seen_at      timestamptz,
    ADD COLUMN seen_by      text,       -- in words: he may be of the region's portal
    ADD COLUMN revoked_by   text;
DO $$
DECLARE
    t uuid;
BEGIN
    FOR t IN SELECT id FROM portal.tenant LOOP
        EXECUTE format('SET LOCAL portal.tenant_id = %L', t);
        UPDATE portal.check_override AS o SET dataset_name = d.dataset_id
          FROM portal.dataset AS d WHERE d.tenant_id = o.tenant_id AND d.id = o.dataset_id AND o.tenant_id = t;
    END LOOP;
    SET LOCAL portal.tenant_id = '';
END $$;
CREATE POLICY check_override_region ON portal.check_override FOR SELECT USING (tenant_id IN
    (SELECT id FROM portal.tenant WHERE root_id = nullif(current_setting('portal.region', true), '')::uuid));

-- Overrides that neither the region nor the portal's data protection officer has looked at. Global, ids alone: the
-- region's dashboard counts them, whatever portal they were given on.
CREATE TABLE portal.check_notice (
    override_id uuid PRIMARY KEY,
    root_id     uuid NOT NULL REFERENCES portal.root,
    tenant_id   uuid NOT NULL,
    made_at     timestamptz NOT NULL DEFAULT now(),
    FOREIGN KEY (tenant_id, override_id) REFERENCES portal.check_override ON DELETE CASCADE
);
CREATE INDEX check_notice_root ON portal.check_notice (root_id);
GRANT SELECT, INSERT, DELETE ON portal.check_notice TO terrasse_web;
GRANT SELECT, INSERT ON portal.check_notice TO terrasse_worker;
