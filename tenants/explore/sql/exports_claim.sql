-- exports_claim($1 uuid token) -> id uuid, tenant_id uuid, subject uuid, attempts integer; 0 or 1 row
-- class: global   lane: write   roles: worker
-- Last of all: not while a file is being read or something else waits for the same thread; what is stuck holds nobody up.
-- No lock outlives this statement, so that a publication can ask anew at any time. A worker that dies is waited for as
-- long as the lease, then the file after the one it was making has its turn.
UPDATE portal.task
   SET lease_until = clock_timestamp() + interval '2 minutes', lease_token = $1::uuid, attempts = attempts + 1
 WHERE id = (SELECT t.id FROM portal.task AS t
              WHERE t.kind = 'exports' AND t.run_at <= clock_timestamp() AND (t.lease_until IS NULL OR t.lease_until < clock_timestamp())
                AND NOT EXISTS (SELECT FROM portal.task AS o
                                 WHERE o.kind IN ('upload', 'text_index', 'side_copy', 'thumbnail', 'source', 'push')
                                   AND o.run_at BETWEEN clock_timestamp() - interval '10 minutes' AND clock_timestamp())
              ORDER BY t.run_at LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING id, tenant_id, subject, attempts;
