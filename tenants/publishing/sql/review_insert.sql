-- review_insert($1 uuid tenant, $2 uuid id, $3 uuid dataset, $4 uuid organisation, $5 uuid account, $6 timestamptz now) -> deadline text; 1 row
-- class: tenant   lane: write   roles: web owner
-- 48 hours of the calendar from the submission whose automatic checks passed (R67): of time as it passes, so that the night of a
-- change of hours gives none and takes none.
INSERT INTO portal.review (tenant_id, id, dataset_id, organisation_id, submitted_by, submitted_at, deadline)
VALUES ($1::uuid, $2::uuid, $3::uuid, $4::uuid, $5::uuid, $6::timestamptz, $6::timestamptz + interval '48 hours')
RETURNING to_char(deadline AT TIME ZONE 'Europe/Paris', 'DD/MM/YYYY HH24:MI');
