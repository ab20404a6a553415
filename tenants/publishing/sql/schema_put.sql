-- schema_put($1 uuid id, $2 uuid root, $3 text name, $4 text version, $5 text title, $6 text source, $7 jsonb definition, $8 uuid account) -> id uuid; 0 or 1 row
-- class: global   lane: write   roles: web owner
-- A version is never changed once it is known. root: absent for one that the program carries.
INSERT INTO portal.schema (id, root_id, name, version, title, source, definition, rules, fields, added_by)
SELECT $1::uuid, $2::uuid, $3, $4, $5, $6, $7::jsonb,
       jsonb_strip_nulls(jsonb_build_object(
           'fields', (SELECT jsonb_agg(f - 'description' - 'title') FROM jsonb_array_elements($7::jsonb -> 'fields') AS f),
           'missingValues', $7::jsonb -> 'missingValues', 'primaryKey', $7::jsonb -> 'primaryKey',
           'fieldsMatch', $7::jsonb -> 'fieldsMatch', 'custom_checks', $7::jsonb -> 'custom_checks')),
       ARRAY(SELECT f ->> 'name' FROM jsonb_array_elements($7::jsonb -> 'fields') AS f), $8::uuid
ON CONFLICT (root_id, name, version) DO NOTHING
RETURNING id;
