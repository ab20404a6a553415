-- sweep_content($1 uuid tenant) -> blob text, thumbnail text; at most 100 rows
-- class: tenant   lane: write   roles: worker
-- Bytes that no attachment points to any more; an hour's grace for what is just being put. The foreign key is the truth.
DELETE FROM portal.content AS c
 WHERE c.tenant_id = $1::uuid AND c.hash IN (
       SELECT o.hash FROM portal.content AS o
        WHERE o.tenant_id = $1::uuid AND o.used_at < now() - interval '1 hour'
          AND NOT EXISTS (SELECT FROM portal.attachment AS a WHERE a.tenant_id = o.tenant_id AND a.hash = o.hash)
        ORDER BY o.hash LIMIT 100 FOR UPDATE SKIP LOCKED)
RETURNING c.blob, c.thumbnail;
