-- One row for every finished request, with flat, typed columns. deploy/observe.sh fills in the project and the data set.
--
-- Why not query the table itself: Cloud Logging makes a column only when it first sees a value in it (no column, no
-- query), writes every number as FLOAT64, and turns the names in jsonPayload to lower case. By way of JSON a column
-- that is not there yet is NULL. timestamp is passed through as it is, so that a query on it reads those days only.
CREATE OR REPLACE VIEW `${project_id}.${dataset}.requests` AS
WITH results AS (
  SELECT timestamp, severity, trace, TO_JSON_STRING(jsonPayload.audit) AS audit
  FROM `${project_id}.${dataset}.run_googleapis_com_stdout`
  WHERE jsonPayload.phase = 'RESULT'
)
SELECT
  timestamp,
  severity,
  trace,
  JSON_VALUE(audit, '$.schemaversion') AS schema_version,
  JSON_VALUE(audit, '$.auditid') AS audit_id,
  JSON_VALUE(audit, '$.parentauditid') AS parent_audit_id,
  JSON_VALUE(audit, '$.requestid') AS request_id,
  JSON_VALUE(audit, '$.methodname') AS method_name,
  JSON_VALUE(audit, '$.resourcename') AS resource_name,
  JSON_VALUE(audit, '$.location') AS location,
  JSON_VALUE(audit, '$.outcome') AS outcome,
  JSON_VALUE(audit, '$.reason') AS reason,
  JSON_VALUE(audit, '$.validateonly') = 'true' AS validate_only,
  JSON_VALUE(audit, '$.wait') AS wait,
  JSON_VALUE(audit, '$.untildone') = 'true' AS until_done,
  CAST(CAST(JSON_VALUE(audit, '$.maxoperations') AS FLOAT64) AS INT64) AS max_operations,
  -- Of a sweep, as JSON: what it selected by, and how many operations had which outcome. Names are in lower case.
  JSON_QUERY(audit, '$.select') AS selection,
  JSON_QUERY(audit, '$.counts') AS counts,
  JSON_VALUE(audit, '$.status.name') AS status_name,
  JSON_VALUE(audit, '$.status.message') AS status_message,
  JSON_VALUE(audit, '$.status.reason') AS status_reason,
  JSON_VALUE(audit, '$.status.domain') AS status_domain,
  JSON_VALUE(audit, '$.authenticationinfo.principalemail') AS principal_email,
  JSON_VALUE(audit, '$.authenticationinfo.principalsubject') AS principal_subject,
  JSON_VALUE(audit, '$.authenticationinfo.verifiedby') AS verified_by,
  JSON_VALUE(audit, '$.authorizationinfo.granted') = 'true' AS granted,
  JSON_VALUE(audit, '$.authorizationinfo.rule') AS rule,
  JSON_VALUE(audit, '$.requestmetadata.callerip') AS caller_ip,
  JSON_VALUE(audit, '$.trigger.type') AS trigger_type,
  JSON_VALUE(audit, '$.trigger.source') AS trigger_source,
  JSON_VALUE(audit, '$.trigger.deliveryid') AS delivery_id,
  CAST(CAST(JSON_VALUE(audit, '$.trigger.deliveryattempt') AS FLOAT64) AS INT64) AS delivery_attempt,
  JSON_VALUE(audit, '$.operationbefore.verb') AS verb,
  JSON_VALUE(audit, '$.operationbefore.target') AS target,
  JSON_VALUE(audit, '$.operationbefore.done') = 'true' AS done_before,
  JSON_VALUE(audit, '$.operationafter.done') = 'true' AS done_after,
  CAST(CAST(JSON_VALUE(audit, '$.operationafter.errorcode') AS FLOAT64) AS INT64) AS error_code_after,
  JSON_VALUE(audit, '$.operationafter.errormessage') AS error_message_after,
  -- Why an operation ended as it did, of the last look that there was, where its error message does not say.
  COALESCE(JSON_VALUE(audit, '$.operationafter.errorreason'), JSON_VALUE(audit, '$.operationbefore.errorreason'))
    AS error_reason,
  COALESCE(JSON_QUERY(audit, '$.operationafter.validations'), JSON_QUERY(audit, '$.operationbefore.validations'))
    AS validations,
  -- Datastream's times have nine fractional digits, a TIMESTAMP has six.
  SAFE_CAST(REGEXP_REPLACE(JSON_VALUE(audit, '$.operationbefore.createtime'), r'(\.\d{6})\d+', r'\1') AS TIMESTAMP)
    AS operation_create_time,
  SAFE_CAST(REGEXP_REPLACE(JSON_VALUE(audit, '$.operationafter.endtime'), r'(\.\d{6})\d+', r'\1') AS TIMESTAMP)
    AS operation_end_time,
  CAST(CAST(JSON_VALUE(audit, '$.cancelattempts') AS FLOAT64) AS INT64) AS cancel_attempts,
  SAFE_CAST(JSON_VALUE(audit, '$.receivetime') AS TIMESTAMP) AS receive_time,
  SAFE_CAST(JSON_VALUE(audit, '$.completetime') AS TIMESTAMP) AS complete_time,
  TIMESTAMP_DIFF(
    SAFE_CAST(JSON_VALUE(audit, '$.completetime') AS TIMESTAMP),
    SAFE_CAST(JSON_VALUE(audit, '$.receivetime') AS TIMESTAMP),
    MILLISECOND
  ) AS duration_ms,
  JSON_VALUE(audit, '$.runtime.service') AS service,
  JSON_VALUE(audit, '$.runtime.revision') AS revision,
  JSON_VALUE(audit, '$.runtime.version') AS version
FROM results
