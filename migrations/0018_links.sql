-- 0018 links: a region's administrator links a national portal on the page. The web process writes the sealed key and cannot read it.
-- Forward only. Runs in one transaction. Locks: none.
GRANT INSERT (id, root_id, name, url, is_standin, sealed_key, organisation) ON portal.peer TO terrasse_web;
GRANT UPDATE (name, is_standin, sealed_key, organisation, state, failures, open_after, error) ON portal.peer TO terrasse_web;
