-- upload_for_work($1 uuid tenant, $2 uuid id) -> blob text, mode text, options jsonb, state text, dataset uuid, dataset_id text, account uuid, organisation uuid; 0 or 1 row
-- class: tenant   lane: write   roles: worker
SELECT u.blob, u.mode, u.options, u.state, u.dataset_id, d.dataset_id, u.account_id, u.organisation_id
  FROM portal.upload AS u
  LEFT JOIN portal.dataset AS d ON d.tenant_id = u.tenant_id AND d.id = u.dataset_id
 WHERE u.tenant_id = $1::uuid AND u.id = $2::uuid;
