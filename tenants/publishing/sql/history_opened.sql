-- history_opened($1 uuid tenant, $2 uuid dataset) -> number int, version_id uuid, columns jsonb; at most 6 rows
-- class: tenant   lane: fast   roles: web worker owner
-- Versions of a dataset that were open and are kept, the newest first; one more than subtract.h compares.
SELECT max(h.number), v.id, v.columns
  FROM portal.dataset_version AS h
  JOIN portal.version AS v ON v.id = h.version_id AND v.state = 'ready'
 WHERE h.tenant_id = $1::uuid AND h.dataset_id = $2::uuid AND h.opened
 GROUP BY v.id, v.columns
 ORDER BY 1 DESC LIMIT 6;
