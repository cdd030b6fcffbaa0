-- One request across its redeliveries: each delivery with what came of it. Give the id from any of its records:
--   bq query --use_legacy_sql=false --parameter=request_id::pubsub:2070443601311540 < docs/queries/one-request.sql
SELECT
  timestamp,
  delivery_attempt,
  outcome,
  status_name,
  status_message,
  resource_name,
  cancel_attempts,
  duration_ms,
  revision,
  audit_id,
  parent_audit_id
FROM datastream_cancel_audit.requests
WHERE request_id = @request_id
ORDER BY timestamp
