-- compare_take() -> id uuid, target uuid, row_filter text, after uuid, tries int; 0 or 1 row
-- class: global   lane: write   roles: worker
-- Each night after half past two in Paris, when somebody asks, and again when what was found has been sent once more. What began and
-- has not ended is taken again when its lease is over, each time later. after: the last data set that was compared then.
WITH pick AS (
    SELECT x.id FROM portal.subscription AS x
      LEFT JOIN portal.comparing AS u ON u.subscription_id = x.id
     WHERE x.kind <> 'national' AND x.state = 'active' AND x.seeded_at IS NOT NULL
       AND CASE WHEN u.subscription_id IS NOT NULL THEN u.due_at <= now()
                ELSE x.compared_at IS NULL
                     OR x.compared_at < (date_trunc('day', now() AT TIME ZONE 'Europe/Paris' - interval '150 minutes')
                                         + interval '150 minutes') AT TIME ZONE 'Europe/Paris'
                     OR EXISTS (SELECT FROM portal.comparison AS f
                                  JOIN portal.delivery AS d ON d.subscription_id = f.subscription_id AND d.dataset_id = f.dataset_id
                                 WHERE f.subscription_id = x.id AND f.state = 'found' AND d.state = 'done' AND d.done_at > f.found_at
                                   AND x.compared_at < d.done_at) END
     ORDER BY x.compared_at NULLS FIRST
     LIMIT 1 FOR UPDATE OF x SKIP LOCKED
), held AS (
    INSERT INTO portal.comparing AS u (subscription_id, due_at) SELECT id, now() + interval '1 minute' FROM pick
    ON CONFLICT (subscription_id) DO UPDATE
       SET tries = u.tries + 1, due_at = now() + interval '1 minute' * (2 << least(u.tries, 5)) WHERE u.due_at <= now()
    RETURNING subscription_id, after, tries
)
UPDATE portal.subscription AS s
   SET compared_at = CASE WHEN h.tries = 0 THEN now() ELSE s.compared_at END
  FROM held AS h
 WHERE s.id = h.subscription_id
RETURNING s.id, s.target_tenant_id, s.row_filter, h.after, h.tries;
