-- schema_impact_put($1 uuid tenant) -> nothing
-- class: tenant   lane: write   roles: worker
-- Published datasets whose schema has a version newer than the one their rows were checked against, or than the one they
-- were last told of; each with what the newer one changes for the columns it has. Rules are compared without their words,
-- and without the numbers of the objects they stand in.
-- A schema of several lists is compared by the list that has most of the dataset's columns.
WITH known AS (
    SELECT s.name, s.version, s.rules, string_to_array(s.version, '.')::int[] AS rank,
           row_number() OVER (PARTITION BY s.name ORDER BY string_to_array(s.version, '.')::int[] DESC, s.root_id NULLS LAST) AS place
      FROM portal.schema AS s JOIN portal.tenant AS t ON t.id = $1::uuid AND (s.root_id IS NULL OR s.root_id = t.root_id)),
concerned AS (
    SELECT d.id, d.dataset_id, d.conforms_to IS NOT NULL AS declared, n.name, n.version, n.rules,
           CASE WHEN c.schema_name = n.name THEN c.schema_version END AS followed,
           CASE WHEN c.schema_name = n.name THEN c.schema_errors ELSE 0 END AS errors,
           ARRAY(SELECT lower(btrim(coalesce(x ->> 'source', x ->> 'label', x ->> 'name'))) FROM jsonb_array_elements(v.columns) AS x) AS columns
      FROM portal.dataset AS d
      JOIN portal.version AS v ON v.id = d.version_id
      LEFT JOIN portal.version_check AS c ON c.tenant_id = d.tenant_id AND c.version_id = d.version_id
      JOIN known AS n ON n.place = 1 AND n.name = coalesce(d.conforms_to, c.schema_name)
     WHERE d.tenant_id = $1::uuid AND d.is_origin AND d.state = 'published'
       AND EXISTS (SELECT FROM known AS o WHERE o.name = n.name AND o.rank < n.rank)
       AND CASE WHEN c.schema_name = n.name THEN string_to_array(c.schema_version, '.')::int[] < n.rank
                ELSE string_to_array(coalesce(d.conforms_told, '0'), '.')::int[] < n.rank END),
fitted AS (
    SELECT k.*, now_.list AS new, before.list AS old
      FROM concerned AS k
      CROSS JOIN LATERAL (
          SELECT list FROM jsonb_array_elements(jsonb_build_array(k.rules) || coalesce(k.rules -> 'variants', '[]')) WITH ORDINALITY AS l (list, n)
           ORDER BY (SELECT count(*) FROM jsonb_array_elements(list -> 'fields') AS f WHERE lower(f ->> 'name') = ANY (k.columns)) DESC, n LIMIT 1) AS now_
      LEFT JOIN LATERAL (
          SELECT list FROM known AS o,
                 jsonb_array_elements(jsonb_build_array(o.rules) || coalesce(o.rules -> 'variants', '[]')) WITH ORDINALITY AS l (list, n)
           WHERE o.name = k.name AND o.version = k.followed
           ORDER BY (SELECT count(*) FROM jsonb_array_elements(list -> 'fields') AS f WHERE lower(f ->> 'name') = ANY (k.columns)) DESC, o.place, n LIMIT 1) AS before ON true),
compared AS (
    SELECT f.*,
           ARRAY(SELECT x ->> 'name' FROM jsonb_array_elements(f.new -> 'fields') WITH ORDINALITY AS l (x, n)
                  WHERE x #> '{constraints,required}' = 'true' AND lower(x ->> 'name') <> ALL (f.columns) ORDER BY n LIMIT 50) AS missing,
           ARRAY(SELECT x ->> 'name' FROM jsonb_array_elements(f.new -> 'fields') WITH ORDINALITY AS l (x, n)
                  WHERE lower(x ->> 'name') = ANY (f.columns)
                    AND NOT EXISTS (SELECT FROM jsonb_array_elements(f.old -> 'fields') AS y
                                     WHERE y - '{title,description,example,examples,object,requiredWithin}'::text[] = x - '{title,description,example,examples,object,requiredWithin}'::text[]
                                       AND (y ? 'requiredWithin') = (x ? 'requiredWithin'))
                  ORDER BY n LIMIT 50) AS changed,
           ARRAY(SELECT y ->> 'name' FROM jsonb_array_elements(f.old -> 'fields') WITH ORDINALITY AS l (y, n)
                  WHERE lower(y ->> 'name') = ANY (f.columns)
                    AND NOT EXISTS (SELECT FROM jsonb_array_elements(f.new -> 'fields') AS x WHERE x ->> 'name' = y ->> 'name')
                  ORDER BY n LIMIT 50) AS gone,
           ARRAY(SELECT x ->> 'name' FROM jsonb_array_elements(f.new -> 'fields') WITH ORDINALITY AS l (x, n)
                  WHERE x #> '{constraints,required}' IS DISTINCT FROM 'true' AND lower(x ->> 'name') <> ALL (f.columns) AND f.old IS NOT NULL
                    AND NOT EXISTS (SELECT FROM jsonb_array_elements(f.old -> 'fields') AS y WHERE y ->> 'name' = x ->> 'name')
                  ORDER BY n LIMIT 50) AS added
      FROM fitted AS f)
INSERT INTO portal.schema_impact AS i (tenant_id, dataset_id, dataset_name, schema_name, followed, version, declared, verdict,
                                       missing, changed, gone, added, errors)
SELECT $1::uuid, c.id, c.dataset_id, c.name, c.followed, c.version, c.declared,
       CASE WHEN cardinality(c.missing) > 0 THEN 'fails'
            WHEN c.old IS NULL OR cardinality(c.changed) > 0 OR cardinality(c.gone) > 0
              OR c.old - '{fields,unchecked,variants,path}'::text[] IS DISTINCT FROM c.new - '{fields,unchecked,variants,path}'::text[] THEN 'recheck'
            ELSE 'same' END,
       c.missing, c.changed, c.gone, c.added, c.errors
  FROM compared AS c
ON CONFLICT (tenant_id, dataset_id, schema_name) DO UPDATE
   SET followed = excluded.followed, version = excluded.version, declared = excluded.declared, verdict = excluded.verdict,
       missing = excluded.missing, changed = excluded.changed, gone = excluded.gone, added = excluded.added,
       errors = excluded.errors, made_at = now(), settled_at = NULL, settled_errors = NULL
 WHERE i.version <> excluded.version;
