-- Recordings that are analysed one after the other: one row each, which is all that workers on any machine agree by. What
-- leads to somebody is encrypted with the key file's key (names of files, what is known of the call, messages) or a keyed
-- digest. A row goes with the call that was made of its recording.
CREATE TABLE jobs (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    batch text NOT NULL,                    -- run that it was added or last taken over by
    state text NOT NULL DEFAULT 'waiting',  -- waiting, running, done, skipped, failed, canceled
    source_key text NOT NULL UNIQUE,        -- keyed digest of the names of its files
    version text NOT NULL,                  -- keyed digest of what tells that a file changed
    sealed_by text NOT NULL,                -- fingerprint of the key under which both and the next two are
    sources bytea,                          -- NULL: forgotten on purpose
    info bytea,                             -- NULL: nothing, or the call has it by now
    customer_pseudonym text,                -- while there is no call that has them
    call_pseudonym text,                    -- of the id that the recording came with
    key_id text REFERENCES pseudonym_keys,  -- secret of both pseudonyms
    priority integer NOT NULL DEFAULT 0,    -- higher first
    began timestamptz,                      -- the call
    size bigint NOT NULL DEFAULT 0,         -- bytes
    redo text[],                            -- stages to be done again, the rest is kept; NULL: everything

    stage text NOT NULL DEFAULT '',         -- that its worker told of last
    attempts integer NOT NULL DEFAULT 0,    -- how often it was leased, ever
    tries integer NOT NULL DEFAULT 0,       -- failures that may heal, since it was last asked for
    kills integer NOT NULL DEFAULT 0,       -- workers that died over it alone, since then
    suspect boolean NOT NULL DEFAULT false, -- a worker died over it, alone or not: it is leased alone
    not_before timestamptz,
    worker text,
    lease text,                             -- random, one for each time that jobs are leased
    beat_at timestamptz,
    spent double precision NOT NULL DEFAULT 0,  -- s of work of this attempt, as last told
    lost double precision NOT NULL DEFAULT 0,   -- s of work of attempts that had to be repeated
    error_type text,
    error bytea,
    heals boolean NOT NULL DEFAULT false,   -- what it failed of may be over by itself

    content text,                           -- as calls.content_hash: whoever has it does the recording
    same_as bigint REFERENCES jobs ON DELETE CASCADE,
    call bigint REFERENCES calls ON DELETE CASCADE,
    audio_seconds double precision,
    timings jsonb NOT NULL DEFAULT '{}',    -- s by stage, of the attempt that succeeded
    added_at timestamptz NOT NULL DEFAULT now(),
    started_at timestamptz,
    ended_at timestamptz
) WITH (fillfactor = 80);                   -- heartbeats change rows in their place
CREATE INDEX jobs_waiting ON jobs (suspect, priority DESC, began, id) WHERE state = 'waiting';
CREATE INDEX jobs_running ON jobs (worker) WHERE state = 'running';
CREATE UNIQUE INDEX jobs_content ON jobs (content) WHERE state IN ('waiting', 'running', 'done');
CREATE INDEX jobs_batch ON jobs (batch, state);
CREATE INDEX jobs_same_as ON jobs (same_as) WHERE same_as IS NOT NULL;
CREATE INDEX jobs_call ON jobs (call) WHERE call IS NOT NULL;
CREATE INDEX jobs_customer ON jobs (customer_pseudonym) WHERE customer_pseudonym IS NOT NULL;
CREATE INDEX jobs_call_pseudonym ON jobs (call_pseudonym) WHERE call_pseudonym IS NOT NULL;
CREATE INDEX jobs_key ON jobs (key_id) WHERE key_id IS NOT NULL;

-- As 0002: the planner keeps nothing that leads to somebody.
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['source_key', 'version', 'sources', 'info', 'customer_pseudonym', 'call_pseudonym',
                                'lease', 'error', 'content', 'timings']
    LOOP
        EXECUTE format('ALTER TABLE jobs ALTER COLUMN %I SET STATISTICS 0', name);
    END LOOP;
END
$$;
