-- 0027 words bound: functions of search are bound to what they name when they are made, not looked up whenever they run.
-- Forward only. Runs in one transaction. Locks: none on tables; indexes keep their function and their content.
-- An index is built with the rights of its table's owner, and pg_restore gives the rights on the schema last: names that were
-- looked up then were refused, and neither a dump nor pg_upgrade could bring the index of a row table back.
CREATE OR REPLACE FUNCTION data.spaced(text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN translate(left($1, 250000), './-_@:&<>%#''’+\~^', '                   ');

CREATE OR REPLACE FUNCTION data.words(VARIADIC text[]) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (SELECT to_tsvector('data.french'::regconfig, t) || to_tsvector('data.plain'::regconfig, t)
          FROM data.spaced(array_to_string($1, ' ')) AS t);
CREATE OR REPLACE FUNCTION data.day(date) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN to_char($1, 'YYYY-MM-DD');

CREATE OR REPLACE FUNCTION data.asked(text) RETURNS tsquery LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN plainto_tsquery('data.french'::regconfig, data.spaced($1));
CREATE OR REPLACE FUNCTION data.bare(text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN left(regexp_replace(lower(public.unaccent($1)), '[^[:alnum:]]', '', 'g'), 60);
-- All of its parameters have names now: PostgreSQL 15 writes a body that mixes named and unnamed ones in a form it does not read.
CREATE OR REPLACE FUNCTION data.word(typed text, is_prefix boolean) RETURNS tsquery LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (SELECT CASE WHEN w = '' THEN ''::tsquery ELSE (quote_literal(w) || CASE WHEN $2 THEN ':*' ELSE '' END)::tsquery END
          FROM data.bare($1) AS w);
CREATE OR REPLACE FUNCTION data.any_of(text[]) RETURNS tsquery LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (SELECT coalesce(string_agg(quote_literal(w), '|'), '')::tsquery FROM unnest($1) AS w);

CREATE OR REPLACE FUNCTION data.typed(text) RETURNS tsquery LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN websearch_to_tsquery('data.french'::regconfig, $1) ||
       CASE WHEN $1 !~ '(^|\s)[-"]' AND length(data.bare(substring($1 FROM '[^[:space:]]+$'))) >= 3
            THEN data.asked(regexp_replace($1, '[^[:space:]]+$', '')) && data.word(substring($1 FROM '[[:alnum:]]+$'), true)
            ELSE ''::tsquery END;
CREATE OR REPLACE FUNCTION data.is_near(word text, asked text, most integer) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN length($1) BETWEEN length($2) - $3 AND length($2) + $3 AND $1 !~ '[0-9]'
            THEN public.levenshtein_less_equal($1, $2, $3) <= $3 ELSE false END;
