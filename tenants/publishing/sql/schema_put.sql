-- schema_put($1 uuid id, $2 uuid root, $3 text name, $4 text version, $5 text title, $6 text source, $7 jsonb definition, $8 uuid account, $9 jsonb table) -> id uuid; 0 or 1 row
-- class: global   lane: write   roles: web owner
-- A version is never changed once it is known. root: absent for one that the program carries. table: the definition
-- itself, or what json_schema.h makes of it, whose words are kept: jsonb keeps no order of a definition's members.
INSERT INTO portal.schema (id, root_id, name, version, title, source, definition, rules, fields, added_by)
SELECT $1::uuid, $2::uuid, $3, $4, $5, $6, $7::jsonb,
       jsonb_strip_nulls(jsonb_build_object(
           'fields', CASE WHEN $7::jsonb ? 'fields'
                          THEN (SELECT jsonb_agg(f - 'description' - 'title') FROM jsonb_array_elements($9::jsonb -> 'fields') AS f)
                          ELSE $9::jsonb -> 'fields' END,
           'missingValues', $9::jsonb -> 'missingValues', 'primaryKey', $9::jsonb -> 'primaryKey',
           'fieldsMatch', $9::jsonb -> 'fieldsMatch', 'foreignKeys', $9::jsonb -> 'foreignKeys', 'custom_checks', $9::jsonb -> 'custom_checks',
           'objects', $9::jsonb -> 'objects', 'variants', $9::jsonb -> 'variants', 'closed', $9::jsonb -> 'closed',
           'holds', $9::jsonb -> 'holds', 'logic', $9::jsonb -> 'logic', 'geometry', $9::jsonb -> 'geometry', 'ofJson', $9::jsonb -> 'ofJson', 'geo', $9::jsonb -> 'geo', 'unchecked', $9::jsonb -> 'unchecked')),
       ARRAY(SELECT f ->> 'name' FROM jsonb_array_elements($9::jsonb -> 'fields') AS f), $8::uuid
ON CONFLICT (root_id, name, version) DO NOTHING
RETURNING id;
