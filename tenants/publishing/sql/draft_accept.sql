-- draft_accept($1 uuid tenant, $2 text dataset_id) -> id uuid; 0 or 1 row
-- class: tenant   lane: write   roles: web worker owner
-- The new shape is agreed to: the draft is held back no longer.
UPDATE portal.draft AS dr SET diff = dr.diff || '{"held": false, "accepted": true}', updated_at = now()
  FROM portal.dataset AS d
 WHERE d.tenant_id = $1::uuid AND d.dataset_id = $2 AND dr.tenant_id = d.tenant_id AND dr.dataset_id = d.id
RETURNING d.id;
