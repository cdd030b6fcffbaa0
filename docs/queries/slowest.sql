-- The slowest requests of the last seven days. Most of the time is "wait": the watching for the outcome.
SELECT
  timestamp,
  duration_ms,
  outcome,
  status_name,
  trigger_type,
  resource_name,
  verb,
  cancel_attempts,
  revision,
  trace
FROM datastream_cancel_audit.requests
WHERE timestamp >= TIMESTAMP_SUB(CURRENT_TIMESTAMP(), INTERVAL 7 DAY)
ORDER BY duration_ms DESC
LIMIT 50
