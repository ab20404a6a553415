-- head_tenants($1 uuid[] ids) -> id, root_id, parent_id, slug, name, state, lang, slot, generation, theme, root_name text, root_host text, embedders text; a row a tenant asked for
-- class: global   lane: fast   roles: web
SELECT t.id, t.root_id, t.parent_id, t.slug, t.name, t.state, t.lang, t.slot, t.generation, t.theme,
       r.name AS root_name, h.host AS root_host,
       (SELECT string_agg(x.source, ' ' ORDER BY x.n) FROM jsonb_array_elements_text(t.theme -> 'embed') WITH ORDINALITY AS x (source, n)
         WHERE x.source ~ '^https://[*a-z0-9.-]+(:[0-9]{1,5})?$') AS embedders
  FROM portal.tenant t
  JOIN portal.root r ON r.id = t.root_id
  LEFT JOIN portal.tenant top ON top.root_id = t.root_id AND top.parent_id IS NULL
  LEFT JOIN portal.host h ON h.tenant_id = top.id AND h.canonical AND h.retired_at IS NULL
 WHERE t.id = ANY ($1::uuid[]);
