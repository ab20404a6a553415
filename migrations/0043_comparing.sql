-- 0043 comparing: how far the comparison of a link's copies has come.
-- Forward only. Locks: none that anybody waits for.

-- A comparison of a link's copies that began and has not ended: a worker that died in it leaves it to the next.
CREATE TABLE portal.comparing (
    subscription_id uuid PRIMARY KEY REFERENCES portal.subscription,
    due_at          timestamptz NOT NULL,          -- may be taken (again) from then on
    after           uuid,                          -- the last data set that was compared; they go by their ids
    tries           smallint NOT NULL DEFAULT 0    -- taken again since that one
);
GRANT SELECT, INSERT, UPDATE, DELETE ON portal.comparing TO terrasse_worker;
