-- doctor_copies() -> n bigint, names text; 1 row
-- class: global   lane: write   roles: owner
-- Copies that the comparison found to differ from their origin and that are not mended.
SELECT count(*), string_agg(DISTINCT st.name || ' → ' || tt.name || ' (' || f.what || ')', ', ')
  FROM portal.comparison AS f
  JOIN portal.subscription AS s ON s.id = f.subscription_id AND s.state <> 'ended'
  JOIN portal.tenant AS st ON st.id = s.source_tenant_id
  JOIN portal.tenant AS tt ON tt.id = s.target_tenant_id
 WHERE f.state <> 'mended';
