-- catalogue_forget_words($1 uuid tenant) -> nothing
-- class: tenant   lane: write   roles: worker owner
DELETE FROM portal.catalogue_word WHERE tenant_id = $1::uuid;
