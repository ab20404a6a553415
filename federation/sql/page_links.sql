-- page_links($1 uuid root, $2 uuid tenant) -> id uuid, kind text, state text, source_name text, target_name text, target_host text, is_standin boolean, whole boolean, row_filter text, wanted bigint, done bigint, waiting bigint, parked bigint, last_s bigint, next_s bigint, compared_s bigint, peer_state text, peer_error text, closed_s bigint; any rows
-- class: global   lane: write   roles: web
-- $1: the links of one region; $2: those at one end of which this portal stands. Seconds: from now, negative is past.
SELECT s.id, s.kind, s.state, st.name, coalesce(tt.name, p.name), coalesce(th.host, p.url), coalesce(p.is_standin, false),
       s.dataset_id IS NULL, s.row_filter, w.wanted, w.done, w.waiting, w.parked,
       extract(epoch FROM w.last_at - now())::bigint, extract(epoch FROM w.next_at - now())::bigint,
       extract(epoch FROM s.seeded_at - now())::bigint, p.state, p.error,
       CASE WHEN p.open_after > now() THEN extract(epoch FROM p.open_after - now())::bigint END
  FROM portal.subscription AS s
  JOIN portal.tenant AS st ON st.id = s.source_tenant_id
  LEFT JOIN portal.tenant AS tt ON tt.id = s.target_tenant_id
  LEFT JOIN portal.host AS th ON th.tenant_id = tt.id AND th.canonical
  LEFT JOIN portal.peer AS p ON p.id = s.peer_id
 CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE d.wanted = 'present') AS wanted,
           count(*) FILTER (WHERE d.wanted = 'present' AND d.state = 'done') AS done,
           count(*) FILTER (WHERE d.state IN ('queued', 'intent', 'sent', 'waiting')) AS waiting,
           count(*) FILTER (WHERE d.state = 'parked') AS parked, max(d.done_at) AS last_at,
           min(d.run_at) FILTER (WHERE d.state IN ('queued', 'intent', 'sent', 'waiting')) AS next_at
      FROM portal.delivery AS d WHERE d.subscription_id = s.id) AS w
 WHERE s.state <> 'ended' AND ($1::uuid IS NULL OR s.root_id = $1::uuid)
   AND ($2::uuid IS NULL OR $2::uuid IN (s.source_tenant_id, s.target_tenant_id))
 ORDER BY w.parked > 0 DESC, s.kind = 'national' DESC, s.kind, st.name, 5
 LIMIT 500;
