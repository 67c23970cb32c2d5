-- What searches go through: one narrow row per utterance, apart from the utterances, so that thousands of candidates are
-- read in some milliseconds. Everything in it follows from the tables it hangs on, and can be made anew from them.
CREATE TABLE search_entries (
    call bigint NOT NULL,
    number integer NOT NULL,                -- of the utterance
    said_at timestamptz NOT NULL,           -- the call's start (where nobody knows it: when it was saved) and `started`
    kept_at timestamptz NOT NULL DEFAULT now(),
    started real NOT NULL,                  -- s from the start of the call
    remaining real NOT NULL,                -- s from the utterance's start to the end of the call
    length real NOT NULL,                   -- s
    sentiment real,                         -- -1 to 1, by the words
    distress real,                          -- 0 to 1
    arousal real,
    valence real,
    pace real,                              -- words per minute of whoever speaks on the channel
    call_mood real,                         -- of the call, as in `calls`
    call_distress real,
    duration real NOT NULL,
    silence real,
    hold real,
    overlap real,
    wait real,
    polarity text,                          -- by the words
    queue text,
    -- Lexemes with places: stems (weight A), parts of compounds (D), sounds (`~`); without places, what is filtered by
    -- (`#`). One index finds words and filters together.
    words tsvector NOT NULL,
    PRIMARY KEY (call, number),
    FOREIGN KEY (call, number) REFERENCES utterances ON DELETE CASCADE
);
CREATE INDEX search_entries_said_at ON search_entries (said_at);
CREATE INDEX search_entries_words ON search_entries USING gin (words);
ALTER TABLE search_entries ALTER COLUMN words SET STATISTICS 0;  -- as 0002: the planner keeps no words

-- With which way of analysing words a call's entries were made; NULL: they are missing.
ALTER TABLE calls ADD COLUMN search_version integer;
CREATE INDEX calls_search_version ON calls (search_version NULLS FIRST);

-- Searches that somebody keeps, by name. Their text may name people, so that it is theirs alone and is not exported.
CREATE TABLE saved_searches (
    who text NOT NULL,
    name text NOT NULL,
    query text NOT NULL,
    saved_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (who, name)
);
ALTER TABLE saved_searches ALTER COLUMN query SET STATISTICS 0;
ALTER TABLE saved_searches ALTER COLUMN name SET STATISTICS 0;

-- Half precision is enough for vectors that are compared, and halves what a call takes. Where pgvector is missing they
-- stay arrays, which can be kept but not searched.
DO $$
BEGIN
    IF to_regtype('halfvec') IS NOT NULL THEN
        ALTER TABLE utterance_vectors ALTER COLUMN embedding TYPE halfvec USING embedding::halfvec;
    END IF;
END
$$;
