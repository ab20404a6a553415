-- dataset_visibility($1 uuid tenant, $2 uuid id, $3 text visibility) -> nothing
-- class: tenant   lane: write   roles: web worker owner
-- What is open from now on can be kept by anybody.
WITH seen AS (
    UPDATE portal.dataset_version AS h SET opened = true
      FROM portal.dataset AS d
     WHERE $3 = 'open' AND d.tenant_id = $1::uuid AND d.id = $2::uuid
       AND h.tenant_id = d.tenant_id AND h.dataset_id = d.id AND h.version_id = d.version_id AND NOT h.opened)
UPDATE portal.dataset
   SET visibility = $3, revision = revision + 1, metadata_processed = now(),
       opened_at = CASE WHEN $3 = 'open' THEN coalesce(opened_at, now()) ELSE opened_at END
 WHERE tenant_id = $1::uuid AND id = $2::uuid;
