-- Calls and what was found out about them. Every row with a word that somebody said hangs on a row of `calls` and goes
-- with it. There are no CHECKs on what was said: PostgreSQL prints the failing row in its errors and its log.

-- The secrets with which pseudonyms were made, by fingerprint; the secrets themselves are never in a database.
CREATE TABLE pseudonym_keys (
    key_id text PRIMARY KEY,
    first_used_at timestamptz NOT NULL DEFAULT now()
);

-- Models, settings and versions; thousands of calls share one. The key is a digest of the content.
CREATE TABLE provenances (
    digest text PRIMARY KEY,
    content jsonb NOT NULL
);

-- What may be computed about a party, with the reasons; shared as above.
CREATE TABLE rulings (
    digest text PRIMARY KEY,
    content jsonb NOT NULL
);

CREATE TABLE calls (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    call_id text NOT NULL UNIQUE,
    content_hash text NOT NULL UNIQUE,      -- SHA-256 of the recording, or of what names a live call
    fingerprint text NOT NULL,              -- SHA-256 of what is kept of the analysis: equal means nothing to write
    source text NOT NULL,                   -- recording or live
    saved_at timestamptz NOT NULL DEFAULT now(),
    changed_at timestamptz NOT NULL DEFAULT now(),

    -- what was known beforehand
    started_at timestamptz,
    customer_pseudonym text,
    agent_pseudonym text,
    key_id text REFERENCES pseudonym_keys,  -- secret of both pseudonyms
    agent text,                             -- name: only where a works agreement permits views of one agent
    team text,
    queue text,
    direction text NOT NULL,
    named_language text,                    -- as the sidecar has it
    roles text[] NOT NULL,
    consent text NOT NULL,
    notice_given_at timestamptz,
    wait_seconds double precision,
    metadata jsonb NOT NULL,

    -- what was heard
    path text NOT NULL,
    duration double precision NOT NULL,     -- s
    channels integer NOT NULL,
    language text NOT NULL,
    dual_mono boolean NOT NULL,
    events jsonb NOT NULL,
    omitted jsonb NOT NULL,
    distress jsonb NOT NULL,                -- a caller each
    course jsonb NOT NULL,                  -- a customer's channel each
    metrics jsonb,                          -- but for the parties' own
    policy jsonb,                           -- but for the parties' own and the deployment, which is in provenances
    redaction jsonb,                        -- counts by type, stretches that are bleeped
    provenance text NOT NULL REFERENCES provenances,
    text_emotions text[] NOT NULL,          -- names for the arrays of the same name in utterances
    text_labels text[] NOT NULL,
    voice_emotions text[] NOT NULL,

    -- to filter by; the records above hold the same in full
    distress_state text,                    -- of the caller who is worst off at the end
    distress_score double precision,
    distress_peak_state text,               -- worst moment of any caller
    distress_peak_score double precision,
    mood text,                              -- of the first customer: label, mean and end of the course, -5 to 5
    mood_score double precision,
    mood_end double precision,
    silence_seconds double precision GENERATED ALWAYS AS ((metrics ->> 'silence_seconds')::double precision) STORED,
    hold_seconds double precision GENERATED ALWAYS AS ((metrics ->> 'hold_seconds')::double precision) STORED,
    overlap_seconds double precision GENERATED ALWAYS AS ((metrics ->> 'overlap_seconds')::double precision) STORED,

    -- the redacted sound, as a file in the data folder
    audio_file text UNIQUE,
    audio_bytes bigint,
    audio_sha256 text
);
CREATE INDEX calls_started_at ON calls (started_at);
CREATE INDEX calls_customer ON calls (customer_pseudonym) WHERE customer_pseudonym IS NOT NULL;
CREATE INDEX calls_agent ON calls (agent_pseudonym) WHERE agent_pseudonym IS NOT NULL;
CREATE INDEX calls_key ON calls (key_id) WHERE key_id IS NOT NULL;

CREATE TABLE parties (
    call bigint NOT NULL REFERENCES calls ON DELETE CASCADE,
    channel integer NOT NULL,
    role text NOT NULL,
    certainty double precision,             -- NULL: no rules were asked
    permissions text REFERENCES rulings,
    metrics jsonb,
    talk_seconds double precision GENERATED ALWAYS AS ((metrics ->> 'talk_seconds')::double precision) STORED,
    talk_share double precision GENERATED ALWAYS AS ((metrics ->> 'talk_share')::double precision) STORED,
    words_per_minute double precision GENERATED ALWAYS AS ((metrics ->> 'words_per_minute')::double precision) STORED,
    interruptions integer GENERATED ALWAYS AS ((metrics ->> 'interruptions')::integer) STORED,
    PRIMARY KEY (call, channel)
);

CREATE TABLE utterances (
    call bigint NOT NULL REFERENCES calls ON DELETE CASCADE,
    number integer NOT NULL,                -- place in the call, from 0
    channel integer NOT NULL,
    role text NOT NULL,
    speaker text NOT NULL,
    started double precision NOT NULL,      -- s in the call
    ended double precision NOT NULL,
    text text NOT NULL,
    language text NOT NULL,
    confidence double precision NOT NULL,
    flags text[] NOT NULL,
    level double precision,                 -- dB below full scale
    word_starts double precision[] NOT NULL,
    word_ends double precision[] NOT NULL,
    word_probabilities double precision[] NOT NULL,
    word_texts text[],                      -- NULL: the words are `text`, cut at its blanks

    -- by the words; polarity is NULL where they were not scored
    polarity text,
    sentiment double precision,             -- -1 to 1
    negative double precision,
    neutral double precision,
    positive double precision,
    text_emotions double precision[],       -- by calls.text_emotions; NaN: not scored
    text_labels double precision[],         -- by calls.text_labels
    text_calibrated boolean,
    text_flags text[],

    -- by the voice; voice_uncertain is NULL where it was not scored
    arousal double precision,
    valence double precision,
    voice_emotions double precision[],      -- by calls.voice_emotions
    voice_uncertain boolean,
    voice_reason text,
    voice_ambiguous boolean,

    -- distress_state is NULL where it was not judged
    distress_probability double precision,
    distress_state text,
    distress_reasons jsonb,

    PRIMARY KEY (call, number)
);

-- Sentence vectors, apart from the texts, so that reading texts does not read these. A plain array, the same on
-- servers with and without pgvector, which indexes it as (embedding::vector(384)).
CREATE TABLE utterance_vectors (
    call bigint NOT NULL,
    number integer NOT NULL,
    embedding real[] NOT NULL,
    PRIMARY KEY (call, number),
    FOREIGN KEY (call, number) REFERENCES utterances ON DELETE CASCADE
);
ALTER TABLE utterance_vectors ALTER COLUMN embedding SET STORAGE EXTERNAL;  -- does not compress

-- Words as they were said, encrypted with a key of the call's own, which is itself encrypted with the key file's.
CREATE TABLE original_keys (
    call bigint PRIMARY KEY REFERENCES calls ON DELETE CASCADE,
    key_id text NOT NULL,                   -- fingerprint of the key file
    wrapped bytea NOT NULL
);
CREATE TABLE originals (
    call bigint NOT NULL REFERENCES original_keys ON DELETE CASCADE,
    number integer NOT NULL,                -- of the utterance
    sealed bytea NOT NULL,
    PRIMARY KEY (call, number)
);

-- Files of the data folder that are to be deleted, written in the transaction that gave them up: a crash after it
-- leaves none behind.
CREATE TABLE doomed_files (
    file text PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT now()
);

-- Files that left by an export, and whose calls they hold.
CREATE TABLE exports (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT now(),
    who text NOT NULL,
    path text NOT NULL,
    call_ids text[] NOT NULL,
    pseudonym text,                         -- of the person whom it is about, if it is about one
    key_id text REFERENCES pseudonym_keys,
    detail jsonb NOT NULL DEFAULT '{}'
);
CREATE INDEX exports_call_ids ON exports USING gin (call_ids);
CREATE INDEX exports_pseudonym ON exports (pseudonym) WHERE pseudonym IS NOT NULL;

-- Who looked at, heard, exported or erased what, and when. No words, no keys; rows outlive the calls.
CREATE TABLE audit (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT now(),
    who text NOT NULL,
    action text NOT NULL,
    call_id text,
    pseudonym text,
    key_id text REFERENCES pseudonym_keys,
    detail jsonb NOT NULL DEFAULT '{}'
);
CREATE INDEX audit_at ON audit (at);
CREATE INDEX audit_call_id ON audit (call_id) WHERE call_id IS NOT NULL;
CREATE INDEX audit_pseudonym ON audit (pseudonym) WHERE pseudonym IS NOT NULL;

-- Proofs of erasures: how much went and when, nothing about whose it was.
CREATE TABLE erasures (
    erasure_id text PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT now(),
    who text NOT NULL,
    kind text NOT NULL,
    calls integer NOT NULL,
    utterances integer NOT NULL,
    recordings integer NOT NULL,
    exports integer NOT NULL,
    detail jsonb NOT NULL DEFAULT '{}'
);
CREATE INDEX erasures_at ON erasures (at);
