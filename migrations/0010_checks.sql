-- 0010 checks: schemas and what was found of a version; legal reasons, overrides, attestations; the region's data officer.
-- Forward only. Runs in one transaction. Locks: portal.root, portal.account, portal.dataset for the time of a catalogue change.

-- Schemas that datasets follow, by version. Global: a schema is public; a region's own are seen by its portals only.
CREATE TABLE portal.schema (
    id         uuid   PRIMARY KEY,
    root_id    uuid   REFERENCES portal.root,     -- NULL: carried by the program, for every region
    name       text   NOT NULL CHECK (name ~ '^[a-z0-9][a-z0-9._/-]{0,99}$'),
    version    text   NOT NULL CHECK (version ~ '^[0-9]{1,5}(\.[0-9]{1,5}){0,3}$'),
    title      text   NOT NULL CHECK (length(title) BETWEEN 1 AND 300),
    source     text,                              -- the address it was taken from
    definition jsonb  NOT NULL,                   -- Table Schema, as it came
    rules      jsonb  NOT NULL,                   -- what checking needs of it
    fields     text[] NOT NULL,
    added_at   timestamptz NOT NULL DEFAULT now(),
    added_by   uuid,
    UNIQUE NULLS NOT DISTINCT (root_id, name, version)
);

-- Why personal data or small counts may be open after all; the region keeps the list, per schema or for all.
CREATE TABLE portal.legal_reason (
    id          uuid PRIMARY KEY,
    root_id     uuid REFERENCES portal.root,      -- NULL: offered everywhere from the start
    schema_name text,                             -- NULL: whatever the schema
    said        text NOT NULL CHECK (length(said) BETWEEN 5 AND 500),
    retired_at  timestamptz,
    added_at    timestamptz NOT NULL DEFAULT now(),
    added_by    uuid
);
INSERT INTO portal.legal_reason (id, schema_name, said) VALUES
    ('01900000-0000-7000-8000-000000000001', NULL, 'Ce n’est pas une donnée personnelle : le contrôle s’est trompé.'),
    ('01900000-0000-7000-8000-000000000002', NULL, 'Coordonnées professionnelles d’un annuaire administratif (CRPA, art. D312-1-3).'),
    ('01900000-0000-7000-8000-000000000003', NULL, 'Un texte en prévoit la publication nominative (CRPA, art. L312-1-2) ; il est cité dans la description.'),
    ('01900000-0000-7000-8000-000000000004', NULL, 'Les personnes concernées y ont consenti par écrit ; le partenaire garde leurs accords.'),
    ('01900000-0000-7000-8000-000000000005', 'scdl/deliberations', 'Noms des élus et de leurs votes dans les actes des assemblées (CGCT, art. L2121-15 et L2131-1).'),
    ('01900000-0000-7000-8000-000000000006', 'scdl/subventions', 'Données essentielles des conventions de subvention (décret n° 2017-779 du 5 mai 2017).'),
    ('01900000-0000-7000-8000-000000000007', 'etalab/schema-hautes-remunerations', 'Somme des dix plus hautes rémunérations (loi n° 2019-828, art. 37).'),
    ('01900000-0000-7000-8000-000000000008', 'atlasante/schema-dae', 'Coordonnées que l’exploitant d’un défibrillateur doit déclarer (décret n° 2018-1186).');

ALTER TABLE portal.root ADD COLUMN secrecy_threshold integer NOT NULL DEFAULT 5 CHECK (secrecy_threshold BETWEEN 2 AND 100);
ALTER TABLE portal.account ADD COLUMN is_dpo boolean NOT NULL DEFAULT false;   -- may give a reason in his own words
ALTER TABLE portal.dataset
    ADD COLUMN conforms_to text,       -- name of the schema it follows
    ADD COLUMN conforms_told text;     -- the version its producer was last told of

-- What the first reading found, by version; values of persons are masked. No row: never read here, not to be opened.
CREATE TABLE portal.version_check (
    tenant_id      uuid   NOT NULL REFERENCES portal.tenant,
    version_id     uuid   NOT NULL REFERENCES portal.version ON DELETE CASCADE,
    schema_name    text,
    schema_version text,
    schema_errors  bigint NOT NULL DEFAULT 0,
    report         jsonb  NOT NULL DEFAULT '{}',  -- "schema" of the reader's report
    personal       jsonb  NOT NULL DEFAULT '[]',  -- findings of "personal" and "secrecy", those of earlier rows first
    shape          text   NOT NULL DEFAULT '',    -- names and types of the columns, hashed
    checked_at     timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, version_id)
);
INSERT INTO portal.version_check (tenant_id, version_id)
SELECT tenant_id, version_id FROM portal.dataset WHERE version_id IS NOT NULL AND is_origin
UNION SELECT tenant_id, version_id FROM portal.dataset_version
UNION SELECT tenant_id, version_id FROM portal.draft WHERE version_id IS NOT NULL
UNION SELECT tenant_id, version_id FROM portal.upload WHERE version_id IS NOT NULL;

CREATE TABLE portal.check_override (
    tenant_id  uuid  NOT NULL,
    id         uuid  NOT NULL,
    dataset_id uuid  NOT NULL,
    covers     jsonb NOT NULL,                    -- [{"kind", "column"}] that were found when it was given
    reason_id  uuid  REFERENCES portal.legal_reason,
    reason     text  NOT NULL CHECK (length(reason) BETWEEN 5 AND 500),
    made_by    uuid,                              -- NULL: the operator
    made_at    timestamptz NOT NULL DEFAULT now(),
    revoked_at timestamptz,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, dataset_id) REFERENCES portal.dataset ON DELETE CASCADE
);

-- R27, R28: one of each for every version that is published; a standing one covers later versions of the same shape.
CREATE TABLE portal.attestation (
    tenant_id  uuid NOT NULL,
    dataset_id uuid NOT NULL,
    version_id uuid NOT NULL,
    kind       text NOT NULL CHECK (kind IN ('personal', 'rights')),
    standing   boolean NOT NULL DEFAULT false,
    shape      text NOT NULL DEFAULT '',
    third      text CHECK (length(third) <= 500), -- rights of others, and how they were settled
    made_by    uuid,
    made_at    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, dataset_id, version_id, kind),
    FOREIGN KEY (tenant_id, dataset_id) REFERENCES portal.dataset ON DELETE CASCADE
);

-- R30: what a region advises for a theme; it stops nothing.
CREATE TABLE portal.licence_advice (
    root_id    uuid NOT NULL REFERENCES portal.root,
    theme      text NOT NULL REFERENCES portal.theme (code),
    licence_id text NOT NULL REFERENCES portal.licence,
    PRIMARY KEY (root_id, theme)
);

DO $$
DECLARE
    t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['version_check', 'check_override', 'attestation'] LOOP
        EXECUTE format('ALTER TABLE portal.%I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE portal.%I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format($p$CREATE POLICY %I ON portal.%I
            USING (tenant_id = nullif(current_setting('portal.tenant_id', true), '')::uuid)$p$, t || '_tenant', t);
    END LOOP;
END $$;

GRANT SELECT ON portal.schema, portal.legal_reason, portal.licence_advice TO terrasse_web, terrasse_worker;
GRANT INSERT ON portal.schema TO terrasse_web;
GRANT INSERT ON portal.legal_reason TO terrasse_web;
GRANT UPDATE (retired_at) ON portal.legal_reason TO terrasse_web;
GRANT INSERT, DELETE ON portal.licence_advice TO terrasse_web;
GRANT UPDATE (licence_id) ON portal.licence_advice TO terrasse_web;
GRANT UPDATE (secrecy_threshold) ON portal.root TO terrasse_web;
GRANT SELECT ON portal.version_check TO terrasse_web;
GRANT SELECT, INSERT, UPDATE ON portal.version_check TO terrasse_worker;
GRANT SELECT, INSERT, UPDATE ON portal.attestation, portal.check_override TO terrasse_web, terrasse_worker;
