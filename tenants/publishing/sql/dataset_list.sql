-- dataset_list($1 uuid tenant) -> dataset_id text, title text, state text, visibility text, records bigint, draft boolean, is_origin boolean, organisation text; by address
-- class: tenant   lane: write   roles: web worker owner
SELECT d.dataset_id, coalesce(dr.metas #>> '{default,title}', d.metas #>> '{default,title}', d.dataset_id), d.state, d.visibility,
       d.records, dr.dataset_id IS NOT NULL, d.is_origin, o.name
  FROM portal.dataset AS d
  JOIN portal.organisation AS o ON o.tenant_id = d.tenant_id AND o.id = d.organisation_id
  LEFT JOIN portal.draft AS dr ON dr.tenant_id = d.tenant_id AND dr.dataset_id = d.id
 WHERE d.tenant_id = $1::uuid
 ORDER BY d.dataset_id;
