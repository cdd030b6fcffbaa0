# Audit log, metric, alerts and dashboard, from the same files as deploy/observe.sh.

locals {
  observed = var.observe == null ? 0 : 1

  metric            = jsondecode(templatefile("${local.root}/deploy/results-metric.json", local.names))
  alert             = jsondecode(templatefile("${local.root}/deploy/alert.json", local.names))
  dead_letter_alert = jsondecode(templatefile("${local.root}/deploy/dead-letter-alert.json", local.names))
}

resource "google_bigquery_dataset" "audit" {
  count = local.observed

  project     = var.project_id
  dataset_id  = local.names.dataset
  location    = var.observe.dataset_location
  description = "Audit log of ${var.service}"

  depends_on = [google_project_service.this]
}

resource "google_logging_project_sink" "audit" {
  count = local.observed

  project                = var.project_id
  name                   = "${var.service}-audit"
  destination            = "bigquery.googleapis.com/projects/${var.project_id}/datasets/${google_bigquery_dataset.audit[0].dataset_id}"
  filter                 = "resource.type=\"cloud_run_revision\" resource.labels.service_name=\"${var.service}\" log_id(\"run.googleapis.com/stdout\") jsonPayload.audit.auditId:*"
  unique_writer_identity = true

  bigquery_options {
    use_partitioned_tables = true
  }
}

# The sink may write into this data set and no other.
resource "google_bigquery_dataset_iam_member" "sink" {
  count = local.observed

  project    = var.project_id
  dataset_id = google_bigquery_dataset.audit[0].dataset_id
  role       = "roles/bigquery.dataEditor"
  member     = google_logging_project_sink.audit[0].writer_identity
}

resource "google_bigquery_table" "requests" {
  count = try(var.observe.view, false) ? 1 : 0

  project             = var.project_id
  dataset_id          = google_bigquery_dataset.audit[0].dataset_id
  table_id            = "requests"
  deletion_protection = false

  view {
    query          = regex("(?s)CREATE OR REPLACE VIEW \\S+ AS\\n(.*)", templatefile("${local.root}/docs/queries/view.sql", local.names))[0]
    use_legacy_sql = false
  }
}

resource "google_logging_metric" "results" {
  count = local.observed

  project          = var.project_id
  name             = local.names.metric
  description      = local.metric.description
  filter           = local.metric.filter
  label_extractors = local.metric.labelExtractors

  metric_descriptor {
    metric_kind = local.metric.metricDescriptor.metricKind
    value_type  = local.metric.metricDescriptor.valueType
    unit        = local.metric.metricDescriptor.unit

    dynamic "labels" {
      for_each = local.metric.metricDescriptor.labels

      content {
        key         = labels.value.key
        description = labels.value.description
      }
    }
  }

  depends_on = [google_project_service.this]
}

resource "google_monitoring_alert_policy" "errors" {
  count = local.observed

  project               = var.project_id
  display_name          = local.alert.displayName
  combiner              = local.alert.combiner
  severity              = local.alert.severity
  notification_channels = var.observe.notification_channels

  conditions {
    display_name = local.alert.conditions[0].displayName

    condition_matched_log {
      filter           = local.alert.conditions[0].conditionMatchedLog.filter
      label_extractors = local.alert.conditions[0].conditionMatchedLog.labelExtractors
    }
  }

  alert_strategy {
    auto_close = local.alert.alertStrategy.autoClose

    notification_rate_limit {
      period = local.alert.alertStrategy.notificationRateLimit.period
    }
  }

  documentation {
    mime_type = local.alert.documentation.mimeType
    content   = local.alert.documentation.content
  }

  depends_on = [google_project_service.this]
}

resource "google_monitoring_alert_policy" "dead_letters" {
  count = var.observe == null || var.pubsub == null ? 0 : 1

  project               = var.project_id
  display_name          = local.dead_letter_alert.displayName
  combiner              = local.dead_letter_alert.combiner
  severity              = local.dead_letter_alert.severity
  notification_channels = var.observe.notification_channels

  conditions {
    display_name = local.dead_letter_alert.conditions[0].displayName

    condition_threshold {
      filter          = local.dead_letter_alert.conditions[0].conditionThreshold.filter
      comparison      = local.dead_letter_alert.conditions[0].conditionThreshold.comparison
      threshold_value = local.dead_letter_alert.conditions[0].conditionThreshold.thresholdValue
      duration        = local.dead_letter_alert.conditions[0].conditionThreshold.duration

      dynamic "aggregations" {
        for_each = local.dead_letter_alert.conditions[0].conditionThreshold.aggregations

        content {
          alignment_period   = aggregations.value.alignmentPeriod
          per_series_aligner = aggregations.value.perSeriesAligner
        }
      }

      trigger {
        count = local.dead_letter_alert.conditions[0].conditionThreshold.trigger.count
      }
    }
  }

  alert_strategy {
    auto_close = local.dead_letter_alert.alertStrategy.autoClose
  }

  documentation {
    mime_type = local.dead_letter_alert.documentation.mimeType
    content   = local.dead_letter_alert.documentation.content
  }

  # A metric of Pub/Sub's subscription, which must be there first.
  depends_on = [google_pubsub_subscription.dead_letters]
}

resource "google_monitoring_dashboard" "this" {
  count = local.observed

  project        = var.project_id
  dashboard_json = templatefile("${local.root}/deploy/dashboard.json", local.names)

  depends_on = [google_project_service.this]
}
