-- subscription_upward($1 uuid id, $2 uuid root, $3 uuid source, $4 uuid target) -> nothing
-- class: global   lane: write   roles: web owner
-- Article 5: a partner's open datasets appear on the regional portal, without a consent step (R75).
INSERT INTO portal.subscription (id, root_id, kind, source_tenant_id, target_tenant_id)
VALUES ($1::uuid, $2::uuid, 'upward', $3::uuid, $4::uuid);
