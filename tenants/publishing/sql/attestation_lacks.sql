-- attestation_lacks($1 uuid tenant, $2 uuid dataset, $3 uuid version) -> kind text; any
-- class: tenant   lane: write   roles: web worker owner
-- The kinds that nobody has given for this version: neither for itself nor, standing, for its shape. One that this
-- dataset has published before comes back without being asked again.
SELECT k.kind FROM (VALUES ('personal'), ('rights')) AS k (kind)
 WHERE NOT EXISTS (SELECT FROM portal.attestation AS a
                    WHERE a.tenant_id = $1::uuid AND a.dataset_id = $2::uuid AND a.kind = k.kind
                      AND (a.version_id = $3::uuid OR (a.standing AND a.shape <> '' AND a.shape =
                           (SELECT c.shape FROM portal.version_check AS c WHERE c.tenant_id = $1::uuid AND c.version_id = $3::uuid))))
   AND NOT EXISTS (SELECT FROM portal.dataset_version AS v
                    WHERE v.tenant_id = $1::uuid AND v.dataset_id = $2::uuid AND v.version_id = $3::uuid);
