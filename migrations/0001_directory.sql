-- 0001 directory: roots, their pools, tenants and hosts; licences and themes. All global: no secrets here.
-- Forward only. Runs in one transaction. Locks: none on existing tables.
CREATE TABLE portal.root (
    id         uuid PRIMARY KEY,
    name       text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    created_at timestamptz NOT NULL DEFAULT now()
);

-- The six metrics of the convention, article 3.3 (R57-R62). One row locked last by each publication.
CREATE TABLE portal.pool (
    root_id             uuid   PRIMARY KEY REFERENCES portal.root,
    calls_month         bigint NOT NULL DEFAULT 300000       CHECK (calls_month >= 0),
    records             bigint NOT NULL DEFAULT 20000000     CHECK (records >= 0),
    raw_bytes           bigint NOT NULL DEFAULT 9000000000   CHECK (raw_bytes >= 0),
    content_bytes       bigint NOT NULL DEFAULT 30000000000  CHECK (content_bytes >= 0),
    update_bytes_day    bigint NOT NULL DEFAULT 1000000000   CHECK (update_bytes_day >= 0),
    records_per_dataset bigint NOT NULL DEFAULT 300000       CHECK (records_per_dataset >= 0),
    anonymous_calls_day bigint NOT NULL DEFAULT 5000         CHECK (anonymous_calls_day >= 0),
    effective_from      date   NOT NULL DEFAULT current_date
);

CREATE TABLE portal.tenant (
    id         uuid    PRIMARY KEY,
    root_id    uuid    NOT NULL REFERENCES portal.root,
    parent_id  uuid    REFERENCES portal.tenant,            -- NULL: the root tenant itself
    slug       text    NOT NULL CHECK (slug ~ '^[a-z0-9][a-z0-9-]{0,26}$'),
    name       text    NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    state      text    NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'suspended', 'left')),
    lang       text    NOT NULL DEFAULT 'fr' CHECK (lang IN ('fr', 'en')),
    slot       integer NOT NULL UNIQUE CHECK (slot BETWEEN 0 AND 4095), -- line in the usage file
    generation bigint  NOT NULL DEFAULT 1,                  -- raised by every change an answer can show
    theme      jsonb   NOT NULL DEFAULT '{}',               -- validated tokens: tenants/directory/brand.h
    siren      text    CHECK (siren ~ '^\d{9}$'),
    insee      text    CHECK (insee ~ '^[0-9AB]{2,5}$'),
    population integer CHECK (population >= 0),
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (root_id, slug)
);
CREATE UNIQUE INDEX tenant_one_root ON portal.tenant (root_id) WHERE parent_id IS NULL;

CREATE TABLE portal.host (
    host         text    PRIMARY KEY CHECK (host ~ '^[a-z0-9.-]{3,253}$'),
    tenant_id    uuid    NOT NULL REFERENCES portal.tenant,
    canonical    boolean NOT NULL,
    retired_at   timestamptz  -- a host that was given up is not handed to another tenant for twelve months (T9)
);
CREATE UNIQUE INDEX host_one_canonical ON portal.host (tenant_id) WHERE canonical;

CREATE TABLE portal.licence (
    id          text PRIMARY KEY,        -- as data.gouv.fr knows it
    title_fr    text NOT NULL,
    title_en    text NOT NULL,
    spdx        text,
    url         text NOT NULL,           -- the address national harvesters recognise (standards.md 2.1)
    homologated boolean NOT NULL         -- by decree 2017-638 (R31)
);
INSERT INTO portal.licence (id, title_fr, title_en, spdx, url, homologated) VALUES
    ('lov2', 'Licence Ouverte v2.0 (Etalab)', 'Open Licence v2.0 (Etalab)', 'etalab-2.0',
     'https://www.etalab.gouv.fr/licence-ouverte-open-licence', true),
    ('fr-lo', 'Licence Ouverte v1.0 (Etalab)', 'Open Licence v1.0 (Etalab)', NULL,
     'https://www.etalab.gouv.fr/wp-content/uploads/2014/05/Licence_Ouverte.pdf', true),
    ('odc-odbl', 'Open Database License (ODbL)', 'Open Database License (ODbL)', 'ODbL-1.0',
     'http://opendatacommons.org/licenses/odbl/summary/', true),
    ('cc-by', 'Creative Commons Attribution 4.0', 'Creative Commons Attribution 4.0', 'CC-BY-4.0',
     'https://creativecommons.org/licenses/by/4.0/', false),
    ('cc-zero', 'Creative Commons Zéro', 'Creative Commons Zero', 'CC0-1.0',
     'https://creativecommons.org/publicdomain/zero/1.0/', false);

CREATE TABLE portal.theme (
    code     text PRIMARY KEY,           -- EU authority list data-theme (standards.md 1.3)
    title_fr text NOT NULL UNIQUE,
    title_en text NOT NULL UNIQUE
);
INSERT INTO portal.theme (code, title_fr, title_en) VALUES
    ('AGRI', 'Agriculture, pêche, sylviculture et alimentation', 'Agriculture, fisheries, forestry and food'),
    ('ECON', 'Économie et finances', 'Economy and finance'),
    ('EDUC', 'Éducation, culture et sport', 'Education, culture and sport'),
    ('ENER', 'Énergie', 'Energy'),
    ('ENVI', 'Environnement', 'Environment'),
    ('GOVE', 'Gouvernement et secteur public', 'Government and public sector'),
    ('HEAL', 'Santé', 'Health'),
    ('INTR', 'Questions internationales', 'International issues'),
    ('JUST', 'Justice, système juridique et sécurité publique', 'Justice, legal system and public safety'),
    ('REGI', 'Régions et villes', 'Regions and cities'),
    ('SOCI', 'Population et société', 'Population and society'),
    ('TECH', 'Science et technologie', 'Science and technology'),
    ('TRAN', 'Transports', 'Transport');

GRANT SELECT ON portal.root, portal.pool, portal.tenant, portal.host, portal.licence, portal.theme
    TO terrasse_web, terrasse_worker;
GRANT INSERT ON portal.tenant, portal.host TO terrasse_web;
GRANT UPDATE (name, state, lang, generation, theme, siren, insee, population) ON portal.tenant TO terrasse_web;
GRANT UPDATE (canonical, retired_at) ON portal.host TO terrasse_web;
GRANT UPDATE (generation) ON portal.tenant TO terrasse_worker;
GRANT UPDATE (effective_from, calls_month, records, raw_bytes, content_bytes, update_bytes_day, records_per_dataset,
              anonymous_calls_day) ON portal.pool TO terrasse_web;
GRANT UPDATE (effective_from) ON portal.pool TO terrasse_worker; -- FOR UPDATE wants one updatable column
