-- 0003 dataset: versions (global, immutable), datasets, drafts, uploads, reviews, the catalogue's search table, the queue.
-- Forward only. Runs in one transaction. Locks: none on existing tables.
CREATE TEXT SEARCH CONFIGURATION data.french (COPY = pg_catalog.french);
ALTER TEXT SEARCH CONFIGURATION data.french
    ALTER MAPPING FOR hword, hword_part, word WITH public.unaccent, french_stem;

-- The rows of a dataset as published once: table data.v_<32 hex of the id>. Nobody owns it.
CREATE TABLE portal.version (
    id         uuid   PRIMARY KEY,
    columns    jsonb  NOT NULL DEFAULT '[]', -- [{"name","label","type","sql","reason",…}] in file order: core/data/intake/version.h
    rows       bigint NOT NULL DEFAULT 0 CHECK (rows >= 0),
    bytes      bigint NOT NULL DEFAULT 0 CHECK (bytes >= 0),  -- canonical CSV in UTF-8 (R58)
    state      text   NOT NULL DEFAULT 'loading' CHECK (state IN ('loading', 'ready', 'frozen', 'dropped')),
    text_index boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE portal.dataset (
    tenant_id          uuid   NOT NULL REFERENCES portal.tenant,
    id                 uuid   NOT NULL,
    dataset_id         text   NOT NULL CHECK (dataset_id ~ '^[a-z0-9][a-z0-9_-]{0,99}$'), -- in addresses; never changes
    uid                text   NOT NULL CHECK (uid ~ '^da_[a-z0-9]{6}$'),
    identifier         text   NOT NULL, -- dct:identifier: built once, never rebuilt when host or name changes
    organisation_id    uuid   NOT NULL,
    visibility         text   NOT NULL DEFAULT 'closed' CHECK (visibility IN ('open', 'closed', 'described')),
    state              text   NOT NULL DEFAULT 'draft' CHECK (state IN ('draft', 'published', 'withdrawn')),
    is_origin          boolean NOT NULL DEFAULT true,  -- false: a copy, charged to nobody (R56)
    source_tenant_id   uuid   REFERENCES portal.tenant,
    source_id          uuid,                            -- the origin's id
    version_id         uuid   REFERENCES portal.version,
    row_filter         text,                            -- ODSQL on the origin's columns (R77); copies only
    metas              jsonb  NOT NULL DEFAULT '{}',    -- {"default": {…}, "dcat": {…}}: explore-api.md 1.6
    fields             jsonb  NOT NULL DEFAULT '[]',    -- [{"name","label","description","type","annotations"}]
    key_columns        text[] NOT NULL DEFAULT '{}',    -- declared key, for "add these rows"
    records            bigint NOT NULL DEFAULT 0,
    raw_bytes          bigint NOT NULL DEFAULT 0,
    content_bytes      bigint NOT NULL DEFAULT 0,
    revision           bigint NOT NULL DEFAULT 1,       -- raised by every change an answer can show
    created_at         timestamptz NOT NULL DEFAULT now(),
    published_at       timestamptz,                     -- first publication; never cleared
    opened_at          timestamptz,
    data_processed     timestamptz,
    metadata_processed timestamptz,
    withdrawn_at       timestamptz,
    withdrawn_reason   text,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, dataset_id),
    UNIQUE (tenant_id, uid),
    FOREIGN KEY (tenant_id, organisation_id) REFERENCES portal.organisation,
    CHECK (is_origin = (source_tenant_id IS NULL)),
    CHECK (state <> 'published' OR version_id IS NOT NULL)
);
CREATE UNIQUE INDEX dataset_copy_once ON portal.dataset (tenant_id, source_tenant_id, source_id) WHERE NOT is_origin;
CREATE INDEX dataset_by_version ON portal.dataset (version_id);

-- The versions an origin had, newest first by number; the last three can come back.
CREATE TABLE portal.dataset_version (
    tenant_id    uuid    NOT NULL,
    dataset_id   uuid    NOT NULL,
    number       integer NOT NULL,
    version_id   uuid    NOT NULL REFERENCES portal.version,
    published_at timestamptz NOT NULL DEFAULT now(),
    published_by uuid,
    PRIMARY KEY (tenant_id, dataset_id, number),
    FOREIGN KEY (tenant_id, dataset_id) REFERENCES portal.dataset ON DELETE CASCADE
);

-- What the next publication of a dataset will be; one at a time.
CREATE TABLE portal.draft (
    tenant_id  uuid  NOT NULL,
    dataset_id uuid  NOT NULL,
    version_id uuid  REFERENCES portal.version,      -- NULL: metadata only
    upload_id  uuid,
    mode       text  NOT NULL DEFAULT 'replace' CHECK (mode IN ('replace', 'append')),
    metas      jsonb NOT NULL DEFAULT '{}',
    fields     jsonb NOT NULL DEFAULT '[]',
    diff       jsonb NOT NULL DEFAULT '{}',          -- what will change: columns added, dropped, retyped; rows
    updated_at timestamptz NOT NULL DEFAULT now(),
    updated_by uuid,
    PRIMARY KEY (tenant_id, dataset_id),
    FOREIGN KEY (tenant_id, dataset_id) REFERENCES portal.dataset ON DELETE CASCADE
);

CREATE TABLE portal.upload (
    tenant_id       uuid   NOT NULL REFERENCES portal.tenant,
    id              uuid   NOT NULL,
    account_id      uuid,
    organisation_id uuid,
    dataset_id      uuid,                            -- NULL: a first publication
    mode            text   NOT NULL DEFAULT 'replace' CHECK (mode IN ('replace', 'append')),
    file_name       text   NOT NULL CHECK (length(file_name) BETWEEN 1 AND 255),
    blob            text   NOT NULL CHECK (blob ~ '^[a-z0-9/-]{1,100}$'),  -- name in the content store
    size_bytes      bigint NOT NULL CHECK (size_bytes >= 0),
    options         jsonb  NOT NULL DEFAULT '{}',    -- fixed types, names, labels: core/data/intake/reader.h
    state           text   NOT NULL DEFAULT 'queued'
                    CHECK (state IN ('queued', 'reading', 'ready', 'failed', 'published', 'abandoned')),
    report          jsonb,                           -- what was understood and why
    error           jsonb,                           -- {"code", "args"}: said in the reader's language
    version_id      uuid   REFERENCES portal.version,
    created_at      timestamptz NOT NULL DEFAULT now(),
    updated_at      timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, account_id) REFERENCES portal.account
);

-- A direct publisher's submission, and the region's decision (R66-R69).
CREATE TABLE portal.review (
    tenant_id       uuid NOT NULL,
    id              uuid NOT NULL,
    dataset_id      uuid NOT NULL,
    organisation_id uuid NOT NULL,
    submitted_by    uuid NOT NULL,
    submitted_at    timestamptz NOT NULL DEFAULT now(),
    deadline        timestamptz NOT NULL,            -- 48 calendar hours after the submission
    state           text NOT NULL DEFAULT 'submitted' CHECK (state IN ('submitted', 'accepted', 'refused', 'taken-back')),
    article         text CHECK (article IN ('2.3', '2.4', '2.5', '2.6')),
    message         text,
    decided_by      uuid,
    decided_at      timestamptz,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, dataset_id) REFERENCES portal.dataset ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, organisation_id) REFERENCES portal.organisation,
    CHECK ((state = 'refused') = (article IS NOT NULL)),
    CHECK (state <> 'refused' OR length(message) > 0)
);
CREATE UNIQUE INDEX review_one_open ON portal.review (tenant_id, dataset_id) WHERE state = 'submitted';

-- One flat row per published dataset: what the catalogue lists, filters, counts and searches. Its policy is
-- constant-true (full text is not leakproof), so only statements in catalogue_*.sql may name it, each with tenant_id = $1.
CREATE TABLE portal.catalogue_search (
    tenant_id     uuid    NOT NULL REFERENCES portal.tenant,
    id            uuid    NOT NULL,
    dataset_id    text    NOT NULL,
    is_open       boolean NOT NULL,
    is_origin     boolean NOT NULL,
    title         text    NOT NULL,
    description   text,
    publisher     text    NOT NULL,
    theme         text[]  NOT NULL DEFAULT '{}',
    keyword       text[]  NOT NULL DEFAULT '{}',
    license       text,
    language      text,
    frequency     text,
    territory     text[]  NOT NULL DEFAULT '{}',
    granularity   text,
    features      text[]  NOT NULL DEFAULT '{}',
    records_count bigint  NOT NULL DEFAULT 0,
    modified      timestamptz NOT NULL,
    published     timestamptz NOT NULL,
    words         tsvector NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, id) REFERENCES portal.dataset ON DELETE CASCADE
);
CREATE INDEX catalogue_search_words ON portal.catalogue_search USING gin (words);

-- What the worker has to do; global, so that one claim serves all tenants. The lease is by database time and fenced.
CREATE TABLE portal.task (
    id          uuid PRIMARY KEY,
    tenant_id   uuid NOT NULL REFERENCES portal.tenant,
    kind        text NOT NULL CHECK (kind ~ '^[a-z_]{1,40}$'),
    subject     uuid NOT NULL,
    run_at      timestamptz NOT NULL DEFAULT now(),
    attempts    integer NOT NULL DEFAULT 0,
    lease_until timestamptz,
    lease_token uuid,
    error       text,
    created_at  timestamptz NOT NULL DEFAULT now(),
    UNIQUE (kind, subject)
);
CREATE INDEX task_due ON portal.task (run_at);

DO $$
DECLARE
    t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['dataset', 'dataset_version', 'draft', 'upload', 'review'] LOOP
        EXECUTE format('ALTER TABLE portal.%I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE portal.%I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format($p$CREATE POLICY %I ON portal.%I
            USING (tenant_id = nullif(current_setting('portal.tenant_id', true), '')::uuid)$p$, t || '_tenant', t);
    END LOOP;
    EXECUTE $p$CREATE POLICY dataset_region ON portal.dataset FOR SELECT USING (visibility = 'open' AND tenant_id IN
        (SELECT id FROM portal.tenant WHERE root_id = nullif(current_setting('portal.region', true), '')::uuid))$p$;
END $$;
ALTER TABLE portal.catalogue_search ENABLE ROW LEVEL SECURITY;
ALTER TABLE portal.catalogue_search FORCE ROW LEVEL SECURITY;
CREATE POLICY catalogue_search_read ON portal.catalogue_search FOR SELECT USING (true);
CREATE POLICY catalogue_search_write ON portal.catalogue_search FOR INSERT
    WITH CHECK (tenant_id = nullif(current_setting('portal.tenant_id', true), '')::uuid);
CREATE POLICY catalogue_search_change ON portal.catalogue_search FOR UPDATE
    USING (tenant_id = nullif(current_setting('portal.tenant_id', true), '')::uuid);
CREATE POLICY catalogue_search_remove ON portal.catalogue_search FOR DELETE
    USING (tenant_id = nullif(current_setting('portal.tenant_id', true), '')::uuid);

GRANT SELECT ON portal.version TO terrasse_web;
GRANT UPDATE (state) ON portal.version TO terrasse_web;      -- freeze (T46)
GRANT SELECT, INSERT, UPDATE, DELETE ON portal.version TO terrasse_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON portal.dataset, portal.dataset_version, portal.draft, portal.upload,
    portal.catalogue_search TO terrasse_web, terrasse_worker;
GRANT SELECT, INSERT, UPDATE ON portal.review TO terrasse_web;
GRANT SELECT ON portal.review TO terrasse_worker;
GRANT SELECT, INSERT ON portal.task TO terrasse_web;
GRANT UPDATE (run_at, error) ON portal.task TO terrasse_web;
GRANT SELECT, INSERT, UPDATE, DELETE ON portal.task TO terrasse_worker;
