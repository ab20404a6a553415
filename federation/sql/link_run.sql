-- link_run($1 uuid link, $2 uuid root, $3 boolean parked) -> n bigint; 1 row
-- class: global   lane: write   roles: web owner
-- Not one whose creation had no answer: looking too early finds nothing, and a second one would be made.
WITH gone AS (
    UPDATE portal.delivery AS w
       SET run_at = now(), state = CASE WHEN w.state = 'parked' THEN 'queued' ELSE w.state END
      FROM portal.subscription AS s
     WHERE s.id = w.subscription_id AND ($1::uuid IS NULL OR s.id = $1::uuid) AND ($2::uuid IS NULL OR s.root_id = $2::uuid)
       AND (w.state IN ('queued', 'intent', 'sent', 'waiting') OR $3::boolean AND w.state = 'parked')
       AND NOT (w.intent IS NOT DISTINCT FROM 'create' AND w.target_id IS NULL)
    RETURNING 1
)
SELECT count(*) FROM gone;
