-- 0006 delivery: what the worker has to know of a delivery, of a peer and of a chain of receipts to do each once.
-- Forward only. Runs in one transaction. Locks: the tables of 0005, for the time of a catalogue change.
ALTER TABLE portal.delivery
    ADD COLUMN source_tenant_id uuid NOT NULL REFERENCES portal.tenant,  -- where the origin is: a region sends for its partners
    ADD COLUMN peer_id uuid REFERENCES portal.peer,
    ADD COLUMN looks smallint NOT NULL DEFAULT 0;   -- after an unknown outcome: how often it was looked for and not found
-- Each dataset once on each national portal, whichever link brings it there.
CREATE UNIQUE INDEX delivery_once_per_peer ON portal.delivery (peer_id, dataset_id) WHERE peer_id IS NOT NULL;
CREATE INDEX delivery_by_dataset ON portal.delivery (source_tenant_id, dataset_id);

ALTER TABLE portal.subscription
    ADD COLUMN seeded_at timestamptz;               -- NULL: compare with the source once (new, begun again, ended)

ALTER TABLE portal.peer
    ADD COLUMN failures integer NOT NULL DEFAULT 0, -- one after another; five open the breaker
    ADD COLUMN busy_until timestamptz;              -- one call at a time, whichever worker makes it

-- The receipts of a root in their order: a gap, a change and a cut at the end all show.
ALTER TABLE portal.receipt ADD COLUMN number bigint NOT NULL;
CREATE UNIQUE INDEX receipt_number ON portal.receipt (root_id, number);
CREATE TABLE portal.receipt_head (
    root_id uuid PRIMARY KEY REFERENCES portal.root,
    number  bigint NOT NULL,
    hash    bytea  NOT NULL
);

GRANT UPDATE (failures, busy_until) ON portal.peer TO terrasse_worker;
GRANT SELECT ON portal.receipt_head TO terrasse_web;
GRANT SELECT, INSERT, UPDATE ON portal.receipt_head TO terrasse_worker;
