-- What finished in spite of a cancel in the last thirty days, and how long it had run by then.
SELECT
  timestamp,
  resource_name,
  verb,
  target,
  outcome,
  error_code_after,
  error_message_after,
  TIMESTAMP_DIFF(operation_end_time, operation_create_time, SECOND) AS ran_seconds,
  principal_email,
  reason
FROM datastream_cancel_audit.requests
WHERE timestamp >= TIMESTAMP_SUB(CURRENT_TIMESTAMP(), INTERVAL 30 DAY)
  AND outcome IN ('COMPLETED', 'FAILED')
ORDER BY timestamp DESC
