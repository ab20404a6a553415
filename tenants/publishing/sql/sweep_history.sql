-- sweep_history($1 uuid tenant) -> nothing
-- class: tenant   lane: write   roles: worker
-- The last three of a dataset, and everything of the last 24 hours, can come back.
DELETE FROM portal.dataset_version AS h
 WHERE h.tenant_id = $1::uuid AND h.published_at < now() - interval '24 hours'
   AND h.number <= (SELECT max(n.number) - 3 FROM portal.dataset_version AS n
                     WHERE n.tenant_id = h.tenant_id AND n.dataset_id = h.dataset_id);
