-- 0017 gone: what is closed or withdrawn leaves with its copies, in its own transaction; what replaces a withdrawn data set.
-- Forward only. Runs in one transaction. Locks: portal.tombstone, for the time of a catalogue change.
ALTER TABLE portal.tombstone ADD COLUMN successor uuid;  -- id of the data set of the same portal that replaces it

GRANT UPDATE (reason, successor, at) ON portal.tombstone TO terrasse_web, terrasse_worker;  -- withdrawn again after it came back

-- Hides the copies of one data set of the tenant that the transaction is in, on the other portals of this installation.
-- The whole right that it lends: a copy whose origin is not open any more is not shown any more. It opens nothing,
-- removes nothing, and does nothing for a data set that is open or foreign. The worker tidies what is hidden.
-- Tenants are locked in the order of their ids: two portals that close at once wait, and do not block each other.
CREATE FUNCTION portal.hide_copies(origin uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE
    here   uuid := nullif(current_setting('portal.tenant_id', true), '')::uuid;
    reason text;
    target uuid;
    copy   uuid;
BEGIN
    SELECT CASE WHEN d.state = 'withdrawn' AND d.visibility = 'open' THEN 'withdrawn' ELSE 'source' END INTO reason
      FROM portal.dataset AS d
     WHERE d.tenant_id = here AND d.id = origin AND d.is_origin AND NOT (d.state = 'published' AND d.visibility = 'open');
    IF reason IS NULL THEN
        RETURN;
    END IF;
    PERFORM FROM portal.tenant AS t
      WHERE t.id = here OR t.id IN (SELECT s.target_tenant_id
              FROM portal.delivery AS w JOIN portal.subscription AS s ON s.id = w.subscription_id
             WHERE w.source_tenant_id = here AND w.dataset_id = origin)
      ORDER BY t.id FOR NO KEY UPDATE;
    FOR target IN
        SELECT DISTINCT s.target_tenant_id
          FROM portal.delivery AS w JOIN portal.subscription AS s ON s.id = w.subscription_id
         WHERE w.source_tenant_id = here AND w.dataset_id = origin AND s.target_tenant_id IS NOT NULL
    LOOP
        EXECUTE format('SET LOCAL portal.tenant_id = %L', target);
        UPDATE portal.dataset AS c
           SET state = 'withdrawn', revision = revision + 1, withdrawn_at = coalesce(c.withdrawn_at, now()),
               withdrawn_reason = reason
         WHERE c.tenant_id = target AND NOT c.is_origin AND c.source_tenant_id = here AND c.source_id = origin
           AND (c.state = 'published' OR c.withdrawn_reason IS DISTINCT FROM reason)
        RETURNING c.id INTO copy;
        IF FOUND THEN
            DELETE FROM portal.catalogue_search AS k WHERE k.tenant_id = target AND k.id = copy;
            UPDATE portal.tenant SET generation = generation + 1 WHERE id = target;
        END IF;
    END LOOP;
    EXECUTE format('SET LOCAL portal.tenant_id = %L', here);
END $$;
REVOKE EXECUTE ON FUNCTION portal.hide_copies(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION portal.hide_copies(uuid) TO terrasse_web, terrasse_worker;
