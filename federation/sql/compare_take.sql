-- compare_take() -> id uuid, target uuid, row_filter text; 0 or 1 row
-- class: global   lane: write   roles: worker
-- Each night after half past two in Paris, when somebody asks, and again when what was found has been sent once more.
UPDATE portal.subscription AS s
   SET compared_at = now()
  FROM (SELECT x.id FROM portal.subscription AS x
         WHERE x.kind <> 'national' AND x.state = 'active' AND x.seeded_at IS NOT NULL
           AND (x.compared_at IS NULL
                OR x.compared_at < (date_trunc('day', now() AT TIME ZONE 'Europe/Paris' - interval '150 minutes')
                                    + interval '150 minutes') AT TIME ZONE 'Europe/Paris'
                OR EXISTS (SELECT FROM portal.comparison AS f
                             JOIN portal.delivery AS d ON d.subscription_id = f.subscription_id AND d.dataset_id = f.dataset_id
                            WHERE f.subscription_id = x.id AND f.state = 'found' AND d.state = 'done' AND d.done_at > f.found_at
                              AND x.compared_at < d.done_at))
         ORDER BY x.compared_at NULLS FIRST
         LIMIT 1 FOR UPDATE SKIP LOCKED) AS pick
 WHERE s.id = pick.id
RETURNING s.id, s.target_tenant_id, s.row_filter;
