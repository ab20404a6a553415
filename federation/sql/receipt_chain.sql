-- receipt_chain($1 uuid root, $2 bigint after) -> number bigint, id uuid, subscription_id uuid, dataset_id uuid, at text, action text, outcome text, revision bigint, source_hash text, target_id text, target_url text, detail text, previous bytea, hash bytea, signature bytea; at most 500 rows
-- class: global   lane: write   roles: web worker owner
SELECT number, id, subscription_id, dataset_id, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), action,
       outcome, revision, source_hash, target_id, target_url, detail::text, previous, hash, signature
  FROM portal.receipt
 WHERE root_id = $1::uuid AND number > $2::bigint
 ORDER BY number
 LIMIT 500;
