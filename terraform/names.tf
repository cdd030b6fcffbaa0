# Every name, as deploy/config.sh gives it. All but the default begin with the service's own.

locals {
  prefix = var.service == "datastream-operation-cancel" ? "datastream-cancel" : var.service

  datastream_project  = coalesce(var.datastream_project, var.project_id)
  datastream_location = coalesce(var.datastream_location, var.region)
  another_project     = local.datastream_project != var.project_id

  role_id = var.service == "datastream-operation-cancel" ? "datastreamOperationCanceller" : "datastreamOperationCanceller_${replace(var.service, "-", "_")}"

  # The same as the accounts' own attributes, but known before they are made: a plan shows every setting.
  runtime_account = "${local.prefix}@${var.project_id}.iam.gserviceaccount.com"
  invoker_account = "${local.prefix}-invoker@${var.project_id}.iam.gserviceaccount.com"

  topic                    = var.service
  subscription             = "${var.service}-push"
  dead_letter_topic        = "${var.service}-dead-letter"
  dead_letter_subscription = "${var.service}-dead-letter-pull"
  max_delivery_attempts    = 100

  # What the files of deploy/ that both ways use have in place of names, as fill in deploy/lib.sh knows it.
  names = {
    service                  = var.service
    project_id               = var.project_id
    region                   = var.region
    dataset                  = "${replace(local.prefix, "-", "_")}_audit"
    metric                   = "${var.service}-results"
    alert                    = "${var.service}: entries of severity ERROR"
    dead_letter_alert        = "${var.service}: dead letters"
    dashboard                = var.service
    topic                    = local.topic
    subscription             = local.subscription
    dead_letter_subscription = local.dead_letter_subscription
    job                      = "${var.service}-sweep"
    runtime_account          = local.runtime_account
    datastream_project       = local.datastream_project
    datastream_location      = local.datastream_location
    max_delivery_attempts    = local.max_delivery_attempts
  }
}
