-- 0025 conformity: what the daily look at each sub-domain's front page found (R50-R52, R54).
-- Forward only. Runs in one transaction. Locks: none on existing tables.
CREATE TABLE portal.conformity (
    tenant_id  uuid PRIMARY KEY REFERENCES portal.tenant,
    looked_at  timestamptz NOT NULL,
    missing    text        NOT NULL DEFAULT '' CHECK (missing ~ '^([a-z]+(,[a-z]+)*)?$'), -- of the mandatory blocks
    failures   integer     NOT NULL DEFAULT 0,  -- looks without an answer, one after another
    since      timestamptz                      -- when what is missing was first seen
);
GRANT SELECT ON portal.conformity TO terrasse_web;
GRANT SELECT, INSERT, UPDATE ON portal.conformity TO terrasse_worker;
