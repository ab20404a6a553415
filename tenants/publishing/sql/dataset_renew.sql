-- dataset_renew($1 uuid tenant) -> id uuid; any rows
-- class: tenant   lane: write   roles: worker owner
-- Another revision of each published data set: what is kept of the one before is not sent any more.
UPDATE portal.dataset SET revision = revision + 1 WHERE tenant_id = $1::uuid AND state = 'published'
RETURNING id;
