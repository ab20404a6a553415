-- check_notice_count($1 uuid tenant, $2 uuid root) -> own bigint, region bigint; 1 row
-- class: global   lane: fast   roles: web
-- root absent: whoever asks is not of the region.
SELECT count(*) FILTER (WHERE tenant_id = $1::uuid), count(*) FILTER (WHERE root_id = $2::uuid)
  FROM portal.check_notice WHERE tenant_id = $1::uuid OR root_id = $2::uuid;
