-- thumbnail_put($1 uuid tenant, $2 text hash, $3 int width, $4 int height, $5 int orientation, $6 text thumbnail, $7 text type, $8 text colours) -> nothing
-- class: tenant   lane: write   roles: worker
-- $3 to $8 NULL: it is no picture that can be shown small. One that is there already stays: no file is left without a row.
UPDATE portal.content
   SET looked_at = now(), width = coalesce(width, $3::int), height = coalesce(height, $4::int),
       orientation = coalesce(orientation, $5::smallint), thumbnail = coalesce(thumbnail, $6),
       thumbnail_type = coalesce(thumbnail_type, $7), colours = $8
 WHERE tenant_id = $1::uuid AND hash = $2 AND looked_at IS NULL;
