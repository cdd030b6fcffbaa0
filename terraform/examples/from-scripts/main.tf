# What the scripts of deploy/ have made, taken over by the module. docs/terraform.md has the steps. A grant and an enabled
# API need no import: Terraform makes them again, and nothing changes.

variable "project_id" {
  description = "Project that the service runs in."
  type        = string
}

variable "alerts" {
  description = "Names of the two alerts: gcloud alpha monitoring policies list --format='value(name,displayName)'."
  type        = object({ errors = string, dead_letters = string })
}

variable "dashboard" {
  description = "Name of the dashboard: gcloud monitoring dashboards list --format='value(name,displayName)'."
  type        = string
}

provider "google" {
  project = var.project_id
}

locals {
  service  = "datastream-operation-cancel"
  region   = "us-central1"
  accounts = "projects/${var.project_id}/serviceAccounts"
  domain   = "${var.project_id}.iam.gserviceaccount.com"
}

module "cancel" {
  source = "../.."

  project_id = var.project_id
  region     = local.region

  # As in deploy/settings.yaml.
  default_wait     = "5s"
  request_deadline = "55s"

  pubsub  = {}
  sweep   = { schedule = "0 3 * * *" }
  observe = { view = true }

  # A secret that setup.sh has made stays where it is: with caller_auth = "verify",
  # webhooks = { secret = "datastream-cancel-webhook-secrets", version = "1" }
}

import {
  to = module.cancel.google_service_account.runtime
  id = "${local.accounts}/datastream-cancel@${local.domain}"
}

import {
  to = module.cancel.google_service_account.invoker
  id = "${local.accounts}/datastream-cancel-invoker@${local.domain}"
}

import {
  to = module.cancel.google_service_account.build
  id = "${local.accounts}/datastream-cancel-build@${local.domain}"
}

import {
  to = module.cancel.google_project_iam_custom_role.canceller
  id = "projects/${var.project_id}/roles/datastreamOperationCanceller"
}

import {
  to = module.cancel.google_pubsub_topic.commands[0]
  id = "projects/${var.project_id}/topics/${local.service}"
}

import {
  to = module.cancel.google_pubsub_topic.dead_letters[0]
  id = "projects/${var.project_id}/topics/${local.service}-dead-letter"
}

import {
  to = module.cancel.google_pubsub_subscription.push[0]
  id = "projects/${var.project_id}/subscriptions/${local.service}-push"
}

import {
  to = module.cancel.google_pubsub_subscription.dead_letters[0]
  id = "projects/${var.project_id}/subscriptions/${local.service}-dead-letter-pull"
}

import {
  to = module.cancel.google_cloud_scheduler_job.sweep[0]
  id = "projects/${var.project_id}/locations/${local.region}/jobs/${local.service}-sweep"
}

import {
  to = module.cancel.google_bigquery_dataset.audit[0]
  id = "projects/${var.project_id}/datasets/datastream_cancel_audit"
}

import {
  to = module.cancel.google_bigquery_table.requests[0]
  id = "projects/${var.project_id}/datasets/datastream_cancel_audit/tables/requests"
}

import {
  to = module.cancel.google_logging_project_sink.audit[0]
  id = "projects/${var.project_id}/sinks/${local.service}-audit"
}

import {
  to = module.cancel.google_logging_metric.results[0]
  id = "${var.project_id} ${local.service}-results"
}

import {
  to = module.cancel.google_monitoring_alert_policy.errors[0]
  id = var.alerts.errors
}

import {
  to = module.cancel.google_monitoring_alert_policy.dead_letters[0]
  id = var.alerts.dead_letters
}

import {
  to = module.cancel.google_monitoring_dashboard.this[0]
  id = var.dashboard
}
