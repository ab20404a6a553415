-- 0005 federation: outbox, peers, subscriptions, deliveries, bindings, receipts, tombstones. Global: the worker's queues.
-- Forward only. Runs in one transaction. Locks: none on existing tables.
-- Written in the transaction that publishes; ids and numbers only, so that the latest state is read when it is sent.
CREATE TABLE portal.outbox (
    id            uuid   PRIMARY KEY,
    tenant_id     uuid   NOT NULL REFERENCES portal.tenant,
    dataset_id    uuid   NOT NULL,
    kind          text   NOT NULL CHECK (kind IN ('published', 'described', 'closed', 'withdrawn', 'frozen')),
    revision      bigint NOT NULL,
    created_at    timestamptz NOT NULL DEFAULT now(),
    dispatched_at timestamptz
);
CREATE INDEX outbox_waiting ON portal.outbox (created_at) WHERE dispatched_at IS NULL;

-- A national portal (udata) and our account there.
CREATE TABLE portal.peer (
    id         uuid PRIMARY KEY,
    root_id    uuid NOT NULL REFERENCES portal.root,
    kind       text NOT NULL DEFAULT 'udata' CHECK (kind IN ('udata')),
    name       text NOT NULL,
    url        text NOT NULL CHECK (url ~ '^https?://[^/?#@\s]+$'),
    is_standin boolean NOT NULL DEFAULT false,
    sealed_key bytea,                              -- secretbox with the home's sealing key; the worker alone reads it
    organisation text,                             -- the region's own organisation there (24 hex)
    state      text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'stopped')),
    open_after timestamptz,                        -- circuit breaker: no call before
    error      text,
    UNIQUE (root_id, url)
);

CREATE TABLE portal.subscription (
    id               uuid PRIMARY KEY,
    root_id          uuid NOT NULL REFERENCES portal.root,
    kind             text NOT NULL CHECK (kind IN ('upward', 'downward', 'national')),
    source_tenant_id uuid NOT NULL REFERENCES portal.tenant,
    target_tenant_id uuid REFERENCES portal.tenant,
    peer_id          uuid REFERENCES portal.peer,
    dataset_id       uuid,                         -- NULL: every open dataset of the source
    row_filter       text,
    organisation     text,                         -- national: the producer's organisation there; NULL: the region's
    state            text NOT NULL DEFAULT 'active' CHECK (state IN ('requested', 'active', 'paused', 'ended')),
    created_at       timestamptz NOT NULL DEFAULT now(),
    CHECK ((kind = 'national') = (peer_id IS NOT NULL)),
    CHECK ((kind = 'national') = (target_tenant_id IS NULL))
);
CREATE UNIQUE INDEX subscription_once ON portal.subscription
    (kind, source_tenant_id, coalesce(target_tenant_id, peer_id), coalesce(dataset_id, source_tenant_id))
    WHERE state <> 'ended';

-- One row per (subscription, dataset): the latest state wins, what came between is skipped.
CREATE TABLE portal.delivery (
    subscription_id uuid   NOT NULL REFERENCES portal.subscription,
    dataset_id      uuid   NOT NULL,               -- the origin's id
    wanted          text   NOT NULL CHECK (wanted IN ('present', 'absent')),
    revision        bigint NOT NULL,
    state           text   NOT NULL DEFAULT 'queued'
                    CHECK (state IN ('queued', 'intent', 'sent', 'done', 'waiting', 'parked')),
    intent          text,                          -- what is being done: create, update, withdraw, restore
    attempt         uuid,                          -- marks this attempt on the other side
    attempts        integer NOT NULL DEFAULT 0,
    run_at          timestamptz NOT NULL DEFAULT now(),
    lease_until     timestamptz,
    lease_token     uuid,
    target_id       text,                          -- the copy's id here, or the dataset's id there
    target_url      text,
    fingerprint     text,                          -- of what was last sent
    seen            text,                          -- of what was last read back
    error           jsonb,                         -- {"code", "args"}: said in words
    done_at         timestamptz,
    PRIMARY KEY (subscription_id, dataset_id)
);
CREATE INDEX delivery_due ON portal.delivery (run_at) WHERE state IN ('queued', 'intent', 'sent', 'waiting');

-- The resources of a pushed dataset: our export key and their id.
CREATE TABLE portal.delivery_resource (
    subscription_id uuid NOT NULL,
    dataset_id      uuid NOT NULL,
    key             text NOT NULL,                 -- "csv", "json", "api"
    remote_id       text NOT NULL,
    fingerprint     text NOT NULL,
    PRIMARY KEY (subscription_id, dataset_id, key),
    FOREIGN KEY (subscription_id, dataset_id) REFERENCES portal.delivery ON DELETE CASCADE
);

-- What was done, when, and what the other side said; append-only, chained by hash.
CREATE TABLE portal.receipt (
    id              uuid PRIMARY KEY,
    root_id         uuid NOT NULL REFERENCES portal.root,
    subscription_id uuid NOT NULL REFERENCES portal.subscription,
    dataset_id      uuid NOT NULL,
    at              timestamptz NOT NULL DEFAULT now(),
    action          text NOT NULL CHECK (action IN ('create', 'adopt', 'update', 'withdraw', 'restore', 'unchanged', 'refused')),
    outcome         text NOT NULL CHECK (outcome IN ('confirmed', 'failed', 'parked')),
    revision        bigint NOT NULL,
    source_hash     text,                          -- of the rows and metadata sent
    target_id       text,
    target_url      text,
    detail          jsonb NOT NULL DEFAULT '{}',
    previous        bytea,
    hash            bytea NOT NULL,
    signature       bytea NOT NULL                 -- Ed25519 by the home's key
);
CREATE INDEX receipt_newest ON portal.receipt (root_id, at DESC);

CREATE TABLE portal.tombstone (
    tenant_id  uuid NOT NULL REFERENCES portal.tenant,
    dataset_id uuid NOT NULL,
    slug       text NOT NULL,
    reason     text NOT NULL,
    at         timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, dataset_id)
);

-- The worker says that it lives; doctor and the federation page read it.
CREATE TABLE portal.heartbeat (
    name text PRIMARY KEY,
    at   timestamptz NOT NULL
);

GRANT SELECT, INSERT ON portal.outbox, portal.tombstone TO terrasse_web, terrasse_worker;
GRANT UPDATE (dispatched_at) ON portal.outbox TO terrasse_worker;
GRANT SELECT (id, root_id, kind, name, url, is_standin, organisation, state, open_after, error) ON portal.peer TO terrasse_web;
GRANT SELECT ON portal.peer TO terrasse_worker;
GRANT UPDATE (state, open_after, error, organisation) ON portal.peer TO terrasse_worker;
GRANT SELECT, INSERT, UPDATE ON portal.subscription TO terrasse_web, terrasse_worker;
GRANT SELECT ON portal.delivery, portal.delivery_resource, portal.receipt, portal.heartbeat TO terrasse_web;
GRANT UPDATE (run_at, state) ON portal.delivery TO terrasse_web; -- "run now" and "try again"
GRANT SELECT, INSERT, UPDATE, DELETE ON portal.delivery, portal.delivery_resource TO terrasse_worker;
GRANT SELECT, INSERT ON portal.receipt TO terrasse_worker;
GRANT SELECT, INSERT, UPDATE ON portal.heartbeat TO terrasse_worker;
