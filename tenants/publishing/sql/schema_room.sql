-- schema_room($1 uuid root) -> bytes bigint; 1 row
-- class: global   lane: write   roles: web owner
-- What the newest versions of a region's schemas weigh together: every reading of a file is given them.
SELECT coalesce(sum(length(n.rules)), 0)::bigint
  FROM (SELECT DISTINCT ON (name) rules::text AS rules FROM portal.schema
         WHERE root_id IS NULL OR root_id = $1::uuid
         ORDER BY name, string_to_array(version, '.')::int[] DESC, root_id NULLS LAST) AS n;
