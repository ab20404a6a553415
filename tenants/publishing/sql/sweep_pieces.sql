-- sweep_pieces($1 uuid tenant) -> nothing
-- class: tenant   lane: write   roles: worker
-- A day without a piece: given up. The file goes with the orphans, since no row names it any more.
DELETE FROM portal.upload_piece WHERE tenant_id = $1::uuid AND updated_at < now() - interval '1 day';
