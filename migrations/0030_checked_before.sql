-- 0030 checked before: versions from before checks were made count as read, as 0010 meant them to.
-- Forward only. Runs in one transaction. Locks: none but of the rows it adds.
-- 0010 asked for them without a tenant, and saw none: row-level security is forced. A dataset published before it could not be
-- opened, nor its draft published, until its file was sent again.
DO $$
DECLARE
    t uuid;
BEGIN
    FOR t IN SELECT id FROM portal.tenant LOOP
        EXECUTE format('SET LOCAL portal.tenant_id = %L', t);
        INSERT INTO portal.version_check (tenant_id, version_id)
        SELECT t, v.id FROM portal.version AS v
          JOIN (SELECT version_id FROM portal.dataset WHERE tenant_id = t AND is_origin
                UNION SELECT version_id FROM portal.dataset_version WHERE tenant_id = t
                UNION SELECT version_id FROM portal.draft WHERE tenant_id = t
                UNION SELECT version_id FROM portal.upload WHERE tenant_id = t) AS used ON used.version_id = v.id
         WHERE v.created_at < (SELECT applied_at FROM portal.migration WHERE number = 10)
            ON CONFLICT DO NOTHING;
    END LOOP;
    SET LOCAL portal.tenant_id = '';
END $$;
