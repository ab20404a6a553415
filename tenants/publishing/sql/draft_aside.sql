-- draft_aside($1 uuid tenant, $2 text dataset_id) -> aside bigint, line bigint; 0 or 1 row
-- class: tenant   lane: fast   roles: web worker owner
-- Rows that the draft's file left aside.
SELECT coalesce((u.report #>> '{rows,aside}')::bigint, 0), coalesce((u.report #>> '{aside,0,line}')::bigint, 0)
  FROM portal.dataset AS d
  JOIN portal.draft AS dr ON dr.tenant_id = d.tenant_id AND dr.dataset_id = d.id
  JOIN portal.upload AS u ON u.tenant_id = dr.tenant_id AND u.id = dr.upload_id AND u.version_id = dr.version_id
 WHERE d.tenant_id = $1::uuid AND d.dataset_id = $2;
