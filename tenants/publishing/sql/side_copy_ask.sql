-- side_copy_ask($1 uuid task, $2 uuid tenant, $3 uuid dataset, $4 uuid version) -> nothing
-- class: tenant   lane: write   roles: web worker owner
-- Later when the data set changes often: its publication before this one is less than ten minutes old. Below a
-- thousand rows SQL counts as fast.
INSERT INTO portal.task (id, tenant_id, kind, subject, run_at)
SELECT $1::uuid, $2::uuid, 'side_copy', $4::uuid,
       now() + CASE WHEN EXISTS (
           SELECT FROM portal.dataset_version AS h
            WHERE h.tenant_id = $2::uuid AND h.dataset_id = $3::uuid AND h.version_id <> $4::uuid
              AND h.published_at > now() - interval '10 minutes') THEN interval '10 minutes' ELSE interval '0' END
 WHERE EXISTS (SELECT FROM portal.version AS v WHERE v.id = $4::uuid AND v.rows >= 1000)
ON CONFLICT (kind, subject) DO NOTHING;
