-- 0002 people: organisations, partners, accounts, sessions, keys, invitations, images, audit. All of one tenant each.
-- Forward only. Runs in one transaction. Locks: none on existing tables.
CREATE TABLE portal.image (
    tenant_id  uuid    NOT NULL REFERENCES portal.tenant,
    id         uuid    NOT NULL,
    mime       text    NOT NULL CHECK (mime IN ('image/png', 'image/jpeg')), -- raster only (T15)
    bytes      bytea   NOT NULL CHECK (octet_length(bytes) <= 262144),
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, id)
);

-- The producers named on datasets (R37, R49).
CREATE TABLE portal.organisation (
    tenant_id   uuid NOT NULL REFERENCES portal.tenant,
    id          uuid NOT NULL,
    slug        text NOT NULL CHECK (slug ~ '^[a-z0-9][a-z0-9-]{0,79}$'),
    name        text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    siren       text CHECK (siren ~ '^\d{9}$'),
    siret       text CHECK (siret ~ '^\d{14}$'),
    url         text,
    email       text,
    spatial     text,            -- default coverage of its datasets
    granularity text,
    image_id    uuid,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, slug),
    FOREIGN KEY (tenant_id, image_id) REFERENCES portal.image
);

-- A body with a convention; rows of the root tenant (R1, R6, R7).
CREATE TABLE portal.partner (
    tenant_id         uuid NOT NULL REFERENCES portal.tenant,
    id                uuid NOT NULL,
    name              text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    kind              text NOT NULL CHECK (kind IN ('region', 'departement', 'epci', 'commune', 'academie', 'autre')),
    mode              text NOT NULL CHECK (mode IN ('direct', 'subdomain')),
    state             text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'terminated')),
    subdomain_id      uuid REFERENCES portal.tenant,   -- mode subdomain
    organisation_id   uuid,                            -- the producer on the root; mode direct: who may submit
    siren             text CHECK (siren ~ '^\d{9}$'),
    insee             text,
    population        integer,
    url               text,
    convention_number text,
    signed_on         date,
    contact_name      text,
    contact_email     text,
    image_id          uuid,                            -- its logo, shown on the region's home (R53)
    created_at        timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, organisation_id) REFERENCES portal.organisation,
    FOREIGN KEY (tenant_id, image_id) REFERENCES portal.image,
    CHECK ((mode = 'subdomain') = (subdomain_id IS NOT NULL))
);
CREATE UNIQUE INDEX partner_subdomain ON portal.partner (tenant_id, subdomain_id);

CREATE TABLE portal.account (
    tenant_id       uuid NOT NULL REFERENCES portal.tenant,
    id              uuid NOT NULL,
    email           text NOT NULL CHECK (email = lower(email) AND length(email) BETWEEN 3 AND 254),
    name            text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    role            text NOT NULL CHECK (role IN ('reader', 'contributor', 'editor', 'admin')),
    organisation_id uuid,                     -- a direct publisher's people; NULL: the whole tenant
    password_hash   text,                     -- Argon2id; NULL until the invitation is used
    state           text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'disabled')),
    failures        integer NOT NULL DEFAULT 0,
    locked_until    timestamptz,
    last_login_at   timestamptz,
    created_at      timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, email),
    FOREIGN KEY (tenant_id, organisation_id) REFERENCES portal.organisation
);

CREATE TABLE portal.session (
    tenant_id  uuid  NOT NULL,
    hash       bytea NOT NULL,               -- keyed BLAKE2b of the cookie's value
    account_id uuid  NOT NULL,
    csrf       text  NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, hash),
    FOREIGN KEY (tenant_id, account_id) REFERENCES portal.account ON DELETE CASCADE
);

CREATE TABLE portal.api_key (
    tenant_id  uuid  NOT NULL,
    id         uuid  NOT NULL,
    hash       bytea NOT NULL,
    account_id uuid  NOT NULL,
    label      text  NOT NULL CHECK (length(label) BETWEEN 1 AND 100),
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz,
    revoked_at timestamptz,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, hash),
    FOREIGN KEY (tenant_id, account_id) REFERENCES portal.account ON DELETE CASCADE
);

-- One-time links: invitations (fourteen days, can be sent again) and forgotten passwords.
CREATE TABLE portal.invite (
    tenant_id  uuid  NOT NULL,
    id         uuid  NOT NULL,
    hash       bytea NOT NULL,
    account_id uuid  NOT NULL,
    purpose    text  NOT NULL CHECK (purpose IN ('invitation', 'password')),
    created_by uuid,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    used_at    timestamptz,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, hash),
    FOREIGN KEY (tenant_id, account_id) REFERENCES portal.account ON DELETE CASCADE
);

CREATE TABLE portal.audit (
    tenant_id  uuid NOT NULL REFERENCES portal.tenant,
    id         uuid NOT NULL,
    at         timestamptz NOT NULL DEFAULT now(),
    account_id uuid,                         -- NULL: the operator or the worker
    action     text NOT NULL,
    subject    text NOT NULL,
    detail     jsonb NOT NULL DEFAULT '{}',
    PRIMARY KEY (tenant_id, id)
);

DO $$
DECLARE
    t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['image', 'organisation', 'partner', 'account', 'session', 'api_key', 'invite', 'audit'] LOOP
        EXECUTE format('ALTER TABLE portal.%I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE portal.%I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format($p$CREATE POLICY %I ON portal.%I
            USING (tenant_id = nullif(current_setting('portal.tenant_id', true), '')::uuid)$p$, t || '_tenant', t);
    END LOOP;
    -- What a region's officer may read of the tenants below (R51 of requirements 4.2, I51): never sessions, keys, links.
    FOREACH t IN ARRAY ARRAY['image', 'organisation', 'account', 'audit'] LOOP
        EXECUTE format($p$CREATE POLICY %I ON portal.%I FOR SELECT USING (tenant_id IN
            (SELECT id FROM portal.tenant WHERE root_id = nullif(current_setting('portal.region', true), '')::uuid))$p$,
            t || '_region', t);
    END LOOP;
END $$;

GRANT SELECT, INSERT, UPDATE, DELETE ON portal.image, portal.organisation, portal.partner, portal.account,
    portal.session, portal.api_key, portal.invite TO terrasse_web;
GRANT SELECT, INSERT ON portal.audit TO terrasse_web, terrasse_worker;
GRANT SELECT ON portal.image, portal.organisation, portal.partner TO terrasse_worker;
GRANT INSERT, UPDATE ON portal.organisation TO terrasse_worker; -- producers of copies
GRANT SELECT (tenant_id, id, email, name, role, organisation_id, state) ON portal.account TO terrasse_worker;
