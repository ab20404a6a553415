-- dataset_steps($1 uuid tenant, $2 uuid dataset) -> nothing
-- class: tenant   lane: write   roles: web worker owner
-- With its publication: how the file was read and what was done to it goes for the next; rows added count with those before.
UPDATE portal.dataset AS d
   SET steps = coalesce(dr.steps, d.steps),
       reading = coalesce(dr.reading, d.reading),
       left_out = CASE WHEN dr.left_out IS NULL THEN d.left_out WHEN dr.mode = 'append' THEN d.left_out + dr.left_out
                       ELSE dr.left_out END
  FROM portal.draft AS dr
 WHERE d.tenant_id = $1::uuid AND d.id = $2::uuid AND dr.tenant_id = d.tenant_id AND dr.dataset_id = d.id;
