-- 0024 comparison: copies that were not what their origin is, found by the nightly comparison.
-- Forward only. Runs in one transaction. Locks: portal.subscription, for the time of a catalogue change.
ALTER TABLE portal.subscription ADD COLUMN compared_at timestamptz;  -- NULL: compare its copies soon

-- found: sent once more by the normal path; mended: equal again; stays: sent again in vain, for people to look at.
CREATE TABLE portal.comparison (
    subscription_id uuid NOT NULL REFERENCES portal.subscription,
    dataset_id      uuid NOT NULL,                 -- the origin's id
    what            text NOT NULL CHECK (what ~ '^[a-z]+(,[a-z]+)*$'),
    state           text NOT NULL DEFAULT 'found' CHECK (state IN ('found', 'mended', 'stays')),
    found_at        timestamptz NOT NULL DEFAULT now(),
    mended_at       timestamptz,
    PRIMARY KEY (subscription_id, dataset_id)
);
GRANT SELECT ON portal.comparison TO terrasse_web;
GRANT SELECT, INSERT, UPDATE ON portal.comparison TO terrasse_worker;

-- The operator makes what is derived anew (feed rebuild): the words of a catalogue are dropped first.
GRANT DELETE ON portal.catalogue_word TO terrasse_worker;
