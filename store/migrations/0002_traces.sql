-- What is left when rows go. Only stimmung's own retention and erasure change the audit: they say so to the session.
CREATE FUNCTION audit_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF coalesce(current_setting('stimmung.audit_change', true), '') <> 'on' THEN
        RAISE EXCEPTION 'the audit is only added to' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF TG_LEVEL = 'STATEMENT' THEN
        RETURN NULL;
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END
$$;
-- Pseudonyms are made anew when the secret is replaced; that is no change of who did what.
CREATE TRIGGER audit_keep BEFORE UPDATE OF id, at, who, action, call_id, detail OR DELETE ON audit
    FOR EACH ROW EXECUTE FUNCTION audit_keep();
CREATE TRIGGER audit_keep_all BEFORE TRUNCATE ON audit FOR EACH STATEMENT EXECUTE FUNCTION audit_keep();

-- The planner's statistics hold whole values, and outlive the rows of a table that was emptied: none of what somebody
-- said, or of what leads to somebody. The columns that searches narrow down by keep theirs.
DO $$
DECLARE
    it record;
BEGIN
    FOR it IN
        SELECT c.relname, a.attname
        FROM pg_attribute a
        JOIN pg_class c ON c.oid = a.attrelid
        WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace AND a.attnum > 0 AND NOT a.attisdropped
          AND a.atttypid NOT IN ('bigint'::regtype, 'integer'::regtype, 'boolean'::regtype, 'timestamptz'::regtype,
                                 'double precision'::regtype)
          AND c.relname IN ('audit', 'calls', 'doomed_files', 'erasures', 'exports', 'original_keys', 'originals',
                            'parties', 'utterance_vectors', 'utterances')
          AND a.attname NOT IN ('action', 'consent', 'direction', 'distress_peak_state', 'distress_state', 'kind',
                                'language', 'mood', 'named_language', 'permissions', 'polarity', 'provenance', 'queue',
                                'role', 'source', 'team')
    LOOP
        EXECUTE format('ALTER TABLE %I ALTER COLUMN %I SET STATISTICS 0', it.relname, it.attname);
    END LOOP;
END
$$;
