-- licence_advice_drop($1 uuid root, $2 text theme) -> nothing
-- class: global   lane: write   roles: web owner
DELETE FROM portal.licence_advice WHERE root_id = $1::uuid AND theme = $2;
