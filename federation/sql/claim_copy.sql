-- claim_copy($1 uuid token) -> subscription_id uuid, dataset_id uuid, source_tenant_id uuid, target_tenant_id uuid, peer_id uuid, root_id uuid, kind text, wanted text, revision bigint, state text, intent text, attempt uuid, attempts int, looks int, target_id text, target_url text, fingerprint text, seen text, row_filter text, organisation text; 0 or 1 row
-- class: global   lane: write   roles: worker
-- What takes something back goes first, and goes over links at rest or ended as well.
UPDATE portal.delivery AS w
   SET lease_until = now() + interval '60 seconds', lease_token = $1::uuid
  FROM (SELECT d.subscription_id, d.dataset_id
          FROM portal.delivery AS d
          JOIN portal.subscription AS x ON x.id = d.subscription_id
         WHERE d.peer_id IS NULL AND d.state IN ('queued', 'intent', 'sent', 'waiting') AND d.run_at <= now()
           AND (d.lease_until IS NULL OR d.lease_until <= now())
           AND (x.state = 'active' OR d.wanted = 'absent')
         ORDER BY d.wanted = 'absent' DESC, d.run_at
         LIMIT 1 FOR UPDATE OF d SKIP LOCKED) AS pick,
       portal.subscription AS s
 WHERE w.subscription_id = pick.subscription_id AND w.dataset_id = pick.dataset_id AND s.id = w.subscription_id
RETURNING w.subscription_id, w.dataset_id, w.source_tenant_id, s.target_tenant_id, w.peer_id, s.root_id, s.kind, w.wanted, w.revision, w.state, w.intent, w.attempt, w.attempts, w.looks, w.target_id, w.target_url, w.fingerprint, w.seen, s.row_filter, s.organisation;
