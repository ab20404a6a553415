-- 0040 owed: what joined rows owe is never cut, and what a copy owed is kept with whoever joined it.
-- Forward only. Runs in one transaction. Locks: portal.version_check, for an instant (a constraint that is not validated), then row by
-- row.

-- version_check.joined: [{"dataset", "licence", "modified", "open", "with"}]. with: what its own rows were joined with then, and those in
-- their turn, each in the same form; of a copy, what it quoted then: {"host", "source", "licence", "licence_url", "modified"}, where the
-- licence is a title, and neither title nor producer is kept; of its notices the licence alone.

-- One of each, of the newest rows, however often they were taken.
CREATE OR REPLACE FUNCTION portal.joins_merged(list jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE BEGIN ATOMIC
    SELECT coalesce(jsonb_agg(jsonb_strip_nulls(to_jsonb(x)) ORDER BY x.dataset, x.host, x.source, x.licence), '[]')
      FROM (SELECT l ->> 'dataset' AS dataset, l ->> 'host' AS host, l ->> 'source' AS source, l ->> 'licence' AS licence,
                   l ->> 'licence_url' AS licence_url, max(l ->> 'modified') AS modified,
                   CASE WHEN l ->> 'dataset' IS NOT NULL THEN coalesce(bool_or((l ->> 'open')::boolean), false) END AS open
              FROM jsonb_array_elements(list) AS l
             GROUP BY l ->> 'dataset', l ->> 'host', l ->> 'source', l ->> 'licence', l ->> 'licence_url') AS x;
END;

-- What rows were joined with, and what that was joined with: all that they owe.
CREATE FUNCTION portal.joins_all(joined jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE BEGIN ATOMIC
    SELECT portal.joins_merged(jsonb_agg(every.l))
      FROM (SELECT l FROM jsonb_array_elements(joined) AS l
             UNION ALL
            SELECT w FROM jsonb_array_elements(joined) AS l CROSS JOIN jsonb_array_elements(coalesce(l -> 'with', '[]')) AS w) AS every (l);
END;

-- What is kept of a copy's credits with rows that are joined with it.
CREATE FUNCTION portal.joins_owed(credits jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE BEGIN ATOMIC
    SELECT portal.joins_merged(jsonb_agg(jsonb_build_object('host', c ->> 'host', 'source', c ->> 'dataset', 'licence', c ->> 'licence',
                                                            'licence_url', c ->> 'licence_url', 'modified', c ->> 'modified')))
      FROM jsonb_array_elements(credits) AS c;
END;
REVOKE EXECUTE ON FUNCTION portal.joins_all(jsonb) FROM PUBLIC;
REVOKE EXECUTE ON FUNCTION portal.joins_owed(jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION portal.joins_all(jsonb), portal.joins_owed(jsonb) TO terrasse_web, terrasse_worker;

-- Every line is quoted: so what would owe more lines than a page, a feed and a list of datasets can bear is not joined.
ALTER TABLE portal.version_check ADD CONSTRAINT joined_at_most CHECK (jsonb_array_length(portal.joins_all(joined)) <= 100) NOT VALID;

-- Beside its own line a re-user quotes one for each dataset that a dataset's rows were joined with, directly or through another:
-- what those lines are made of (credit.h), [{"dataset", "host", "publisher", "title", "modified", "licence", "licence_url"}], of what
-- everybody reads on the portal where the rows were made. Of what was open when its rows were taken and is not any more, the
-- licence alone: {"licence", "licence_url"}; of what was closed then, nothing. Date and licence are those of the moment when the
-- rows were taken; where they were not kept, the present ones. Joined with a copy: what it quoted then, by the names that it says
-- now; what it does not say any more, or cannot since it was taken back, by its licence. A copy's came with it.
-- All of them; what binds most stands first, for places that have room for some only: notices, licences that ask for themselves, those
-- that ask for a name, those that ask for nothing. As the caller: row-level security holds.
-- "via": by which datasets a line came here, the shortest way. One that came by this one is its own echo from another portal, which
-- would keep a name for ever that was closed where it is from.
CREATE OR REPLACE FUNCTION portal.credits(portal.dataset) RETURNS jsonb
LANGUAGE sql STABLE BEGIN ATOMIC
    SELECT CASE WHEN NOT ($1).is_origin THEN ($1).joined_credits ELSE (
        WITH taken AS (
            SELECT x.dataset, x.host, x.source, x.licence, x.licence_url, x.modified, x.open AS was_open
              FROM portal.version_check AS c
             CROSS JOIN LATERAL jsonb_to_recordset(portal.joins_all(c.joined))
                AS x (dataset text, host text, source text, licence text, licence_url text, modified text, open boolean)
             WHERE c.tenant_id = ($1).tenant_id AND c.version_id = ($1).version_id AND c.joined <> '[]'
        ), found AS (
            SELECT t.modified, t.was_open, r.title_fr, r.url, j.id, j.is_origin, j.source_id, j.metas, j.data_processed, j.joined_credits,
                   h.host, t.dataset, coalesce(j.visibility = 'open' AND j.row_filter IS NULL, false) AS is_open
              FROM taken AS t
              LEFT JOIN portal.licence AS r ON r.id = t.licence
              LEFT JOIN (portal.dataset AS j JOIN portal.host AS h ON h.tenant_id = j.tenant_id AND h.canonical)
                ON j.tenant_id = ($1).tenant_id AND j.dataset_id = t.dataset AND j.state = 'published'
             WHERE t.dataset IS NOT NULL
        ), says AS (
            SELECT DISTINCT ON (c ->> 'host', c ->> 'dataset') c, coalesce(c -> 'via', '[]') || to_jsonb(f.source_id) AS via
              FROM found AS f CROSS JOIN jsonb_array_elements(f.joined_credits) AS c
             WHERE NOT f.is_origin AND c ? 'host' AND NOT coalesce(c -> 'via', '[]') ? ($1).id::text
             ORDER BY c ->> 'host', c ->> 'dataset', jsonb_array_length(coalesce(c -> 'via', '[]')), c ->> 'modified' DESC, c::text
        ), named AS (
            SELECT dataset, host, metas #>> '{default,publisher}' AS publisher, metas #>> '{default,title}' AS title,
                   coalesce(modified, to_char(data_processed AT TIME ZONE 'UTC', 'YYYY-MM-DD')) AS modified,
                   coalesce(title_fr, metas #>> '{default,license}') AS licence, coalesce(url, metas #>> '{default,license_url}') AS licence_url,
                   '[]'::jsonb AS via
              FROM found WHERE is_open AND id <> ($1).id
             UNION ALL
            SELECT t.source, t.host, c ->> 'publisher', c ->> 'title', t.modified, t.licence, t.licence_url, s.via
              FROM taken AS t JOIN says AS s ON s.c ->> 'host' = t.host AND s.c ->> 'dataset' = t.source
        ), said AS (
            SELECT * FROM named
             UNION ALL
            SELECT NULL, NULL, NULL, NULL, NULL, title_fr, url, NULL FROM found WHERE NOT is_open AND was_open AND title_fr IS NOT NULL
             UNION ALL
            SELECT NULL, NULL, NULL, NULL, NULL, t.licence, t.licence_url, NULL
              FROM taken AS t
             WHERE t.dataset IS NULL AND t.licence IS NOT NULL
               AND NOT EXISTS (SELECT FROM named AS n WHERE n.host = t.host AND n.dataset = t.source)
        ), once AS (
            SELECT DISTINCT ON (host, dataset, licence) * FROM said ORDER BY host, dataset, licence, jsonb_array_length(via), modified DESC
        )
        SELECT coalesce(jsonb_agg(CASE WHEN o.host IS NULL THEN jsonb_build_object('licence', o.licence, 'licence_url', o.licence_url)
                                       ELSE to_jsonb(o) END
                        ORDER BY CASE WHEN o.host IS NULL THEN 0 WHEN l.share_alike THEN 1 WHEN l.spdx = 'CC0-1.0' THEN 3 ELSE 2 END,
                                 o.dataset, o.host, o.licence), '[]')
          FROM once AS o LEFT JOIN portal.licence AS l ON l.title_fr = o.licence) END;
END;

-- What a copy quotes now is quoted now: it stays owed, when the copy goes.
DO $$
DECLARE
    t uuid;
BEGIN
    FOR t IN SELECT id FROM portal.tenant LOOP
        EXECUTE format('SET LOCAL portal.tenant_id = %L', t);
        UPDATE portal.version_check AS c
           SET joined = x.joined
          FROM (SELECT v.version_id, jsonb_agg(CASE WHEN o.owed IS NULL THEN e.l
                           ELSE e.l || jsonb_build_object('with', portal.joins_merged(coalesce(e.l -> 'with', '[]') || o.owed)) END ORDER BY e.n) AS joined,
                       count(o.owed) AS n
                  FROM portal.version_check AS v
                 CROSS JOIN jsonb_array_elements(v.joined) WITH ORDINALITY AS e (l, n)
                 CROSS JOIN LATERAL (
                    SELECT jsonb_agg(k) AS owed
                      FROM portal.dataset AS j CROSS JOIN jsonb_array_elements(portal.joins_owed(j.joined_credits)) AS k
                     WHERE j.tenant_id = t AND NOT j.is_origin AND j.state = 'published'
                       AND (j.dataset_id = e.l ->> 'dataset' OR e.l -> 'with' @> jsonb_build_array(jsonb_build_object('dataset', j.dataset_id)))) AS o
                 WHERE v.tenant_id = t AND v.joined <> '[]'
                 GROUP BY v.version_id) AS x
         WHERE c.tenant_id = t AND c.version_id = x.version_id AND x.n > 0;
    END LOOP;
    SET LOCAL portal.tenant_id = '';
END $$;
