-- 0039 licence texts: where the whole text of each version of a licence stands: it alone binds (R34), its canonical address is often a summary.
-- Forward only. Locks: portal.licence, for an instant.
ALTER TABLE portal.licence ADD COLUMN text_url text; -- url stays what national harvesters recognise (standards.md 2.1)
UPDATE portal.licence AS l SET text_url = t.text_url
  FROM (VALUES ('lov2', 'https://www.etalab.gouv.fr/wp-content/uploads/2017/04/ETALAB-Licence-Ouverte-v2.0.pdf'),
               ('fr-lo', 'https://www.etalab.gouv.fr/wp-content/uploads/2014/05/Licence_Ouverte.pdf'),
               ('odc-odbl', 'https://opendatacommons.org/licenses/odbl/1-0/'),
               ('cc-by', 'https://creativecommons.org/licenses/by/4.0/legalcode'),
               ('cc-zero', 'https://creativecommons.org/publicdomain/zero/1.0/legalcode')) AS t (id, text_url)
 WHERE t.id = l.id;
ALTER TABLE portal.licence ALTER COLUMN text_url SET NOT NULL;

-- The address of the text of a dataset's licence; NULL: it has none, or one that the registry does not know.
CREATE FUNCTION portal.licence_text(d portal.dataset) RETURNS text
LANGUAGE sql STABLE BEGIN ATOMIC
    SELECT l.text_url FROM portal.licence AS l WHERE l.title_fr = (d).metas #>> '{default,license}';
END;
REVOKE EXECUTE ON FUNCTION portal.licence_text(portal.dataset) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION portal.licence_text(portal.dataset) TO terrasse_web;
