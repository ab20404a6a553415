-- claim_national($1 uuid token) -> subscription_id uuid, dataset_id uuid, source_tenant_id uuid, target_tenant_id uuid, peer_id uuid, root_id uuid, kind text, wanted text, revision bigint, state text, intent text, attempt uuid, attempts int, looks int, target_id text, target_url text, fingerprint text, seen text, row_filter text, organisation text; 0 or 1 row
-- class: global   lane: write   roles: worker
-- One at a time for each peer: busy_until is written, so a second claimer that waited reads it anew.
WITH pick AS (
    SELECT d.subscription_id, d.dataset_id, p.id AS peer_id
      FROM portal.delivery AS d
      JOIN portal.subscription AS x ON x.id = d.subscription_id
      JOIN portal.peer AS p ON p.id = d.peer_id
     WHERE d.state IN ('queued', 'intent', 'sent', 'waiting') AND d.run_at <= now()
       AND (d.lease_until IS NULL OR d.lease_until <= now())
       AND (x.state = 'active' OR d.wanted = 'absent')
       AND p.state = 'active' AND (p.open_after IS NULL OR p.open_after <= now())
       AND (p.busy_until IS NULL OR p.busy_until <= now())
     ORDER BY d.wanted = 'absent' DESC, d.run_at
     LIMIT 1 FOR UPDATE OF d, p SKIP LOCKED
), busy AS (
    UPDATE portal.peer AS p SET busy_until = now() + interval '60 seconds' FROM pick WHERE p.id = pick.peer_id
)
UPDATE portal.delivery AS w
   SET lease_until = now() + interval '60 seconds', lease_token = $1::uuid
  FROM pick, portal.subscription AS s
 WHERE w.subscription_id = pick.subscription_id AND w.dataset_id = pick.dataset_id AND s.id = w.subscription_id
RETURNING w.subscription_id, w.dataset_id, w.source_tenant_id, s.target_tenant_id, w.peer_id, s.root_id, s.kind, w.wanted, w.revision, w.state, w.intent, w.attempt, w.attempts, w.looks, w.target_id, w.target_url, w.fingerprint, w.seen, s.row_filter, s.organisation;
