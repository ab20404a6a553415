-- push_insert($1 uuid tenant, $2 uuid id, $3 uuid dataset, $4 text key, $5 text hash, $6 text op, $7 integer records, $8 jsonb body, $9 uuid account, $10 jsonb names) -> id uuid; 0 or 1 row
-- class: tenant   lane: write   roles: web
-- No row: the key was used. The foreign key holds the dataset's row until the commit (push_dataset).
-- names: what stands in the place of files, by record; NULL: there are none.
INSERT INTO portal.push_batch (tenant_id, id, dataset_id, key, hash, op, records, body, account_id)
VALUES ($1::uuid, $2::uuid, $3::uuid, $4, $5, $6, $7::integer,
        CASE WHEN $10::jsonb IS NULL THEN $8::jsonb
             ELSE (SELECT jsonb_agg(e.o || coalesce($10::jsonb -> (e.n - 1)::text, '{}') ORDER BY e.n)
                     FROM jsonb_array_elements($8::jsonb) WITH ORDINALITY AS e (o, n)) END, $9::uuid)
ON CONFLICT (tenant_id, dataset_id, key) DO NOTHING
RETURNING id;
