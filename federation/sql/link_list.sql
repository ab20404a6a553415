-- link_list($1 uuid root, $2 uuid tenant) -> id uuid, kind text, state text, source_host text, source_name text, target_host text, target_name text, is_standin boolean, dataset_id uuid, row_filter text, organisation text, wanted bigint, done bigint, waiting bigint, parked bigint, last_at text, next_at text, error jsonb, peer_state text, peer_error text, open_after text; any rows
-- class: global   lane: write   roles: web owner
-- $1: the links of one region; $2: those at one end of which this portal stands. Absent: all.
SELECT s.id, s.kind, s.state, sh.host, st.name, coalesce(th.host, p.url), coalesce(tt.name, p.name), coalesce(p.is_standin, false),
       s.dataset_id, s.row_filter, coalesce(s.organisation, p.organisation), w.wanted, w.done, w.waiting, w.parked,
       to_char(w.last_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
       to_char(w.next_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), w.error, p.state, p.error,
       CASE WHEN p.open_after > now() THEN to_char(p.open_after AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') END
  FROM portal.subscription AS s
  JOIN portal.tenant AS st ON st.id = s.source_tenant_id
  JOIN portal.host AS sh ON sh.tenant_id = st.id AND sh.canonical
  LEFT JOIN portal.tenant AS tt ON tt.id = s.target_tenant_id
  LEFT JOIN portal.host AS th ON th.tenant_id = tt.id AND th.canonical
  LEFT JOIN portal.peer AS p ON p.id = s.peer_id
 CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE d.wanted = 'present') AS wanted,
           count(*) FILTER (WHERE d.wanted = 'present' AND d.state = 'done') AS done,
           count(*) FILTER (WHERE d.state IN ('queued', 'intent', 'sent', 'waiting')) AS waiting,
           count(*) FILTER (WHERE d.state = 'parked') AS parked, max(d.done_at) AS last_at,
           min(d.run_at) FILTER (WHERE d.state IN ('queued', 'intent', 'sent', 'waiting')) AS next_at,
           (array_agg(d.error ORDER BY d.state = 'parked' DESC, d.run_at) FILTER (WHERE d.error IS NOT NULL))[1] AS error
      FROM portal.delivery AS d WHERE d.subscription_id = s.id) AS w
 WHERE s.state <> 'ended' AND ($1::uuid IS NULL OR s.root_id = $1::uuid)
   AND ($2::uuid IS NULL OR $2::uuid IN (s.source_tenant_id, s.target_tenant_id))
 ORDER BY s.kind = 'national' DESC, s.kind, sh.host, 6;
