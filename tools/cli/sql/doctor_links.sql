-- doctor_links($1 int minutes) -> name text, why text; the links that are stopped, that need a person or that wait, worst first
-- class: global   lane: write   roles: owner
WITH named AS (
    SELECT s.id, st.name || ' → ' || coalesce(p.name, tt.name) AS name, p.state AS peer_state,
           CASE WHEN p.state = 'stopped' OR p.open_after > now() THEN coalesce(p.error, p.state) END AS ill
      FROM portal.subscription s
      JOIN portal.tenant st ON st.id = s.source_tenant_id
      LEFT JOIN portal.tenant tt ON tt.id = s.target_tenant_id
      LEFT JOIN portal.peer p ON p.id = s.peer_id
     WHERE s.state <> 'ended'),
late AS (
    SELECT d.subscription_id, count(*) FILTER (WHERE d.state = 'parked') AS parked,
           count(*) FILTER (WHERE d.state <> 'parked') AS waiting, min(d.error ->> 'code') AS error
      FROM portal.delivery d
     WHERE d.state = 'parked'
        OR (d.state IN ('queued', 'intent', 'sent', 'waiting')
            AND (d.run_at < now() - make_interval(mins => $1::integer)
                 OR (d.error IS NOT NULL AND d.attempts > 5 AND coalesce(d.done_at, '-infinity') < now() - make_interval(mins => $1::integer))))
     GROUP BY d.subscription_id)
SELECT n.name, concat_ws(', ', n.ill, l.error, 'parked ' || nullif(l.parked, 0), 'waiting ' || nullif(l.waiting, 0)) AS why
  FROM named n LEFT JOIN late l ON l.subscription_id = n.id
 WHERE n.ill IS NOT NULL OR l.subscription_id IS NOT NULL
 ORDER BY n.peer_state = 'stopped' DESC NULLS LAST, n.name
 LIMIT 20;
