-- compare_put($1 uuid subscription, $2 uuid dataset, $3 text what) -> state text; 1 row
-- class: global   lane: write   roles: worker
INSERT INTO portal.comparison AS f (subscription_id, dataset_id, what) VALUES ($1::uuid, $2::uuid, $3)
ON CONFLICT (subscription_id, dataset_id) DO UPDATE
   SET what = excluded.what, mended_at = NULL, state = CASE WHEN f.state = 'mended' THEN 'found' ELSE 'stays' END,
       found_at = CASE WHEN f.state = 'mended' THEN now() ELSE f.found_at END
RETURNING state;
