-- bo_front($1 uuid tenant) -> dataset_id text, title text; any rows
-- class: tenant   lane: fast   roles: web
-- What the front page may show first: open data sets, copies too.
SELECT dataset_id, coalesce(metas #>> '{default,title}', dataset_id)
  FROM portal.dataset WHERE tenant_id = $1::uuid AND state = 'published' AND visibility = 'open'
 ORDER BY lower(coalesce(metas #>> '{default,title}', dataset_id)), dataset_id
 LIMIT 1000;
