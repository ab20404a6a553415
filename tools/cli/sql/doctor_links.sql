-- doctor_links() -> name text, why text; one row a link that is stopped or that has waited for more than an hour
-- class: global   lane: write   roles: owner
SELECT p.name, coalesce(p.error, p.state) AS why
  FROM portal.peer p
 WHERE p.state = 'stopped' OR p.open_after > now()
UNION ALL
SELECT s.id::text, count(*)::text || ' > 1 h'
  FROM portal.delivery d JOIN portal.subscription s ON s.id = d.subscription_id
 WHERE d.state IN ('queued', 'intent', 'sent', 'waiting') AND d.run_at < now() - interval '1 hour'
 GROUP BY s.id
 LIMIT 20;
