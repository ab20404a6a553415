-- review_insert($1 uuid tenant, $2 uuid id, $3 uuid dataset, $4 uuid organisation, $5 uuid account) -> nothing
-- class: tenant   lane: write   roles: web owner
-- 48 hours of the calendar from the submission whose automatic checks passed (R67).
INSERT INTO portal.review (tenant_id, id, dataset_id, organisation_id, submitted_by, deadline)
VALUES ($1::uuid, $2::uuid, $3::uuid, $4::uuid, $5::uuid, now() + interval '48 hours');
