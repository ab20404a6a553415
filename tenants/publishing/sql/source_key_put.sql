-- source_key_put($1 bytea public) -> nothing
-- class: global   lane: write   roles: worker
INSERT INTO portal.source_key (public) VALUES ($1::bytea)
ON CONFLICT (one) DO UPDATE SET public = excluded.public WHERE portal.source_key.public <> excluded.public;
