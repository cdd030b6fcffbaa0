-- Who cancelled what in the last seven days: every request that sent a cancel to Datastream.
SELECT timestamp, principal_email, trigger_type, trigger_source, resource_name, verb, target, outcome, reason
FROM datastream_cancel_audit.requests
WHERE timestamp >= TIMESTAMP_SUB(CURRENT_TIMESTAMP(), INTERVAL 7 DAY)
  AND cancel_attempts > 0
ORDER BY timestamp DESC
