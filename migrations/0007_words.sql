-- 0007 words: one definition of the words of a text, for the search of rows and of the catalogue, with and without index.
-- Forward only. Runs in one transaction. Locks: portal.catalogue_search (its words are made anew).
CREATE TEXT SEARCH CONFIGURATION data.plain (COPY = pg_catalog.simple);
ALTER TEXT SEARCH CONFIGURATION data.plain
    ALTER MAPPING FOR hword, hword_part, word WITH public.unaccent, simple;

-- Punctuation that PostgreSQL's parser would take for a part of a word (addresses, numbers, elisions) is a gap here.
-- These are immutable, as an index asks, as long as no dictionary is changed: none is.
CREATE FUNCTION data.spaced(text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT translate(left($1, 250000), './-_@:&<>%#''’+\~^', '                   ') $$;

-- Of each word of a row both its French stem and itself, without accents and capitals.
CREATE FUNCTION data.words(VARIADIC text[]) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT to_tsvector('data.french', t) || to_tsvector('data.plain', t) FROM data.spaced(array_to_string($1, ' ')) AS t $$;
CREATE FUNCTION data.day(date) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT to_char($1, 'YYYY-MM-DD') $$;

-- Questions: all the stems; one word, or its beginning; any of some words.
CREATE FUNCTION data.asked(text) RETURNS tsquery LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT plainto_tsquery('data.french', data.spaced($1)) $$;
CREATE FUNCTION data.bare(text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT left(regexp_replace(lower(public.unaccent($1)), '[^[:alnum:]]', '', 'g'), 60) $$;
CREATE FUNCTION data.word(text, is_prefix boolean) RETURNS tsquery LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT CASE WHEN w = '' THEN ''::tsquery ELSE (quote_literal(w) || CASE WHEN $2 THEN ':*' ELSE '' END)::tsquery END
     FROM data.bare($1) AS w $$;
CREATE FUNCTION data.any_of(text[]) RETURNS tsquery LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT coalesce(string_agg(quote_literal(w), '|'), '')::tsquery FROM unnest($1) AS w $$;

-- What somebody types into a search box: words, "a phrase", -without; the last word may be a beginning.
CREATE FUNCTION data.typed(text) RETURNS tsquery LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT websearch_to_tsquery('data.french', $1) ||
          CASE WHEN $1 !~ '(^|\s)[-"]' AND length(data.bare(substring($1 FROM '[^[:space:]]+$'))) >= 3
               THEN data.asked(regexp_replace($1, '[^[:space:]]+$', '')) && data.word(substring($1 FROM '[[:alnum:]]+$'), true)
               ELSE ''::tsquery END $$;

-- Within so many changes of each other; words with figures are not guessed at.
CREATE FUNCTION data.is_near(word text, asked text, most integer) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT CASE WHEN length($1) BETWEEN length($2) - $3 AND length($2) + $3 AND $1 !~ '[0-9]'
               THEN public.levenshtein_less_equal($1, $2, $3) <= $3 ELSE false END $$;

-- The words of a portal's catalogue, for questions with a slip of the pen. It only widens a question: a word that no dataset
-- has any more finds nothing.
CREATE TABLE portal.catalogue_word (
    tenant_id uuid NOT NULL REFERENCES portal.tenant,
    word      text NOT NULL CHECK (length(word) BETWEEN 3 AND 60),
    PRIMARY KEY (tenant_id, word)
);
ALTER TABLE portal.catalogue_word ENABLE ROW LEVEL SECURITY;
ALTER TABLE portal.catalogue_word FORCE ROW LEVEL SECURITY;
CREATE POLICY catalogue_word_tenant ON portal.catalogue_word
    USING (tenant_id = nullif(current_setting('portal.tenant_id', true), '')::uuid);
GRANT SELECT, INSERT ON portal.catalogue_word TO terrasse_web, terrasse_worker;

-- What is there already.
DO $$
DECLARE
    t uuid;
BEGIN
    FOR t IN SELECT id FROM portal.tenant LOOP
        EXECUTE format('SET LOCAL portal.tenant_id = %L', t);
        UPDATE portal.catalogue_search AS s SET words =
            setweight(data.words(s.title), 'A') ||
            setweight(data.words(s.publisher, array_to_string(s.keyword || s.theme, ' ')), 'B') ||
            setweight(data.words(coalesce(s.description, '')), 'C') ||
            setweight(data.words(coalesce((SELECT string_agg(f ->> 'label', ' ')
                FROM portal.dataset AS d, jsonb_array_elements(d.fields) AS f
               WHERE d.tenant_id = s.tenant_id AND d.id = s.id), '')), 'D')
         WHERE s.tenant_id = t;
        INSERT INTO portal.catalogue_word (tenant_id, word)
        SELECT DISTINCT t, w.lexeme FROM portal.catalogue_search AS s, unnest(to_tsvector('data.plain', data.spaced(
            concat_ws(' ', s.title, s.publisher, array_to_string(s.keyword || s.theme, ' '), s.description)))) AS w
         WHERE s.tenant_id = t AND length(w.lexeme) BETWEEN 3 AND 60 AND w.lexeme !~ '[0-9]';
    END LOOP;
    SET LOCAL portal.tenant_id = '';
END $$;
