-- catalogue_visible($1 uuid tenant, $2 boolean all, $3 uuid organisation) -> _id bigint, c1 text and so on: the columns of grant_catalogue; any rows
-- class: tenant   lane: write   roles: web
-- What a catalogue's questions stand on (FROM of what the query compiler writes). all: closed data sets too,
-- of one organisation when it is given. _id: the newest first, a hash of the name between equals.
-- From c19 on the description itself is read, as dataset_object.c shows it: PostgreSQL leaves out the join, and each count, where
-- no such column is asked for (tests/e2e/explore.test.mjs).
SELECT (4102444800000 - floor(extract(epoch FROM c.modified) * 1000))::bigint * 1000000
           + abs(hashtext(c.dataset_id) % 1000000) AS _id,
       c.dataset_id AS c1, c.title AS c2, c.description AS c3, c.publisher AS c4,
       nullif(array_to_string(c.theme, E'\x1f'), '') AS c5, nullif(array_to_string(c.keyword, E'\x1f'), '') AS c6,
       c.license AS c7, c.language AS c8, nullif(array_to_string(c.features, E'\x1f'), '') AS c9,
       c.records_count AS c10, c.modified AS c11, c.frequency AS c12,
       nullif(array_to_string(c.territory, E'\x1f'), '') AS c13, c.granularity AS c14,
       coalesce(portal.iso_moment(d.metas #>> '{dcat,issued}'), c.published) AS c15,
       NOT c.is_origin AS c16, c.records_count > 0 AS c17, CASE WHEN c.is_open THEN 'domain' ELSE 'restricted' END AS c18,
       nullif(d.metas #>> '{default,license_url}', '') AS c19, nullif(d.metas #>> '{default,timezone}', '') AS c20,
       d.metadata_processed AS c21,
       (SELECT nullif(string_agg(x, E'\x1f' ORDER BY at), '')
          FROM jsonb_array_elements_text(CASE jsonb_typeof(d.metas #> '{default,geographic_reference}') WHEN 'array' THEN d.metas #> '{default,geographic_reference}' ELSE '[]' END)
               WITH ORDINALITY AS e (x, at)) AS c22,
       (SELECT nullif(string_agg(x, E'\x1f' ORDER BY at), '')
          FROM jsonb_array_elements_text(CASE jsonb_typeof(d.metas #> '{default,geometry_types}') WHEN 'array' THEN d.metas #> '{default,geometry_types}' ELSE '[]' END)
               WITH ORDINALITY AS e (x, at)) AS c23,
       nullif(d.metas #>> '{default,references}', '') AS c24,
       coalesce((SELECT h.host FROM portal.host AS h WHERE NOT d.is_origin AND h.tenant_id = d.source_tenant_id AND h.canonical),
                nullif(d.metas #>> '{default,source_domain}', '')) AS c25,
       coalesce((SELECT s.name FROM portal.tenant AS s WHERE NOT d.is_origin AND s.id = d.source_tenant_id),
                nullif(d.metas #>> '{default,source_domain_title}', '')) AS c26,
       coalesce((SELECT h.host FROM portal.host AS h WHERE NOT d.is_origin AND h.tenant_id = d.source_tenant_id AND h.canonical),
                nullif(d.metas #>> '{default,source_domain_address}', '')) AS c27,
       nullif(d.metas #>> '{default,source_dataset}', '') AS c28,
       (SELECT h.host FROM portal.tenant AS me JOIN portal.host AS h ON h.tenant_id = me.parent_id AND h.canonical
         WHERE me.id = c.tenant_id) AS c29,
       CASE WHEN (coalesce(portal.iso_moment(d.metas #>> '{dcat,created}'), d.created_at) AT TIME ZONE 'UTC')::date
                 > (coalesce(portal.iso_moment(d.metas #>> '{dcat,issued}'), d.published_at) AT TIME ZONE 'UTC')::date
            THEN coalesce(portal.iso_moment(d.metas #>> '{dcat,issued}'), d.published_at)
            ELSE coalesce(portal.iso_moment(d.metas #>> '{dcat,created}'), d.created_at) END AS c30,
       nullif(d.metas #>> '{dcat,creator}', '') AS c31, nullif(d.metas #>> '{dcat,contributor}', '') AS c32,
       nullif(d.metas #>> '{dcat,contact_name}', '') AS c33, nullif(d.metas #>> '{dcat,contact_email}', '') AS c34,
       nullif(d.metas #>> '{dcat,temporal}', '') AS c35, nullif(d.metas #>> '{dcat,dataquality}', '') AS c36,
       nullif(d.metas #>> '{dcat,publisher_type}', '') AS c37, nullif(d.metas #>> '{dcat,conforms_to}', '') AS c38,
       nullif(d.metas #>> '{dcat,temporal_coverage_start}', '') AS c39, nullif(d.metas #>> '{dcat,temporal_coverage_end}', '') AS c40,
       nullif(d.metas #>> '{dcat,accessRights}', '') AS c41, nullif(d.metas #>> '{dcat,relation}', '') AS c42,
       (SELECT coalesce(sum(o.exports + o.files), 0)::bigint FROM portal.download AS o
         WHERE o.tenant_id = c.tenant_id AND o.dataset_id = c.id) AS c43,
       NULL::bigint AS c44, d.uid AS c45, true AS c46, false AS c47,
       CASE d.metas #>> '{default,geographic_reference_auto}' WHEN 'true' THEN true WHEN 'false' THEN false END AS c48,
       c.words
  FROM portal.catalogue_search AS c
  LEFT JOIN portal.dataset AS d ON d.tenant_id = c.tenant_id AND d.id = c.id
 WHERE c.tenant_id = $1::uuid
   AND (c.is_open OR ($2::boolean AND ($3::uuid IS NULL OR EXISTS (
           SELECT FROM portal.dataset AS o
            WHERE o.tenant_id = c.tenant_id AND o.id = c.id AND o.organisation_id = $3::uuid))));
