-- attestation_put($1 uuid tenant, $2 uuid dataset, $3 uuid version, $4 text kind, $5 boolean standing, $6 text third, $7 uuid account) -> nothing
-- class: tenant   lane: write   roles: web worker owner
INSERT INTO portal.attestation (tenant_id, dataset_id, version_id, kind, standing, shape, third, made_by)
VALUES ($1::uuid, $2::uuid, $3::uuid, $4, $5::boolean,
        coalesce((SELECT shape FROM portal.version_check WHERE tenant_id = $1::uuid AND version_id = $3::uuid), ''), $6, $7::uuid)
ON CONFLICT (tenant_id, dataset_id, version_id, kind) DO UPDATE
   SET standing = excluded.standing, third = excluded.third, made_by = excluded.made_by, made_at = now();
