-- review_told($1 uuid tenant, $2 uuid id) -> title text, dataset_id text, organisation text, submitter uuid, deadline text; 0 or 1 row
-- class: tenant   lane: write   roles: web worker owner
-- What notices about a submission say.
SELECT coalesce(dr.metas #>> '{default,title}', d.metas #>> '{default,title}', d.dataset_id), d.dataset_id, o.name, r.submitted_by,
       to_char(r.deadline AT TIME ZONE 'Europe/Paris', 'DD/MM/YYYY HH24:MI')
  FROM portal.review AS r
  JOIN portal.dataset AS d ON d.tenant_id = r.tenant_id AND d.id = r.dataset_id
  JOIN portal.organisation AS o ON o.tenant_id = r.tenant_id AND o.id = r.organisation_id
  LEFT JOIN portal.draft AS dr ON dr.tenant_id = d.tenant_id AND dr.dataset_id = d.id
 WHERE r.tenant_id = $1::uuid AND r.id = $2::uuid;
