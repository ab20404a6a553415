-- receipt_insert($1 uuid id, $2 uuid root, $3 bigint number, $4 uuid subscription, $5 uuid dataset, $6 timestamptz at, $7 text action, $8 text outcome, $9 bigint revision, $10 text source_hash, $11 text target_id, $12 text target_url, $13 jsonb detail, $14 bytea previous, $15 bytea hash, $16 bytea signature) -> nothing
-- class: global   lane: write   roles: worker
WITH head AS (
    UPDATE portal.receipt_head SET number = $3::bigint, hash = $15::bytea WHERE root_id = $2::uuid AND number = $3::bigint - 1
    RETURNING root_id
)
INSERT INTO portal.receipt (id, root_id, number, subscription_id, dataset_id, at, action, outcome, revision, source_hash,
                            target_id, target_url, detail, previous, hash, signature)
SELECT $1::uuid, root_id, $3::bigint, $4::uuid, $5::uuid, $6::timestamptz, $7, $8, $9::bigint, $10, $11, $12, $13::jsonb,
       $14::bytea, $15::bytea, $16::bytea
  FROM head;
