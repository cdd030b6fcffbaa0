data "google_project" "this" {
  count = var.pubsub == null ? 0 : 1

  project_id = var.project_id
}

locals {
  # Google's own account that delivers this project's messages.
  pubsub_agent = var.pubsub == null ? null : "serviceAccount:service-${data.google_project.this[0].number}@gcp-sa-pubsub.iam.gserviceaccount.com"
}

resource "google_pubsub_topic" "commands" {
  count = var.pubsub == null ? 0 : 1

  project = var.project_id
  name    = local.topic

  depends_on = [google_project_service.this]
}

resource "google_pubsub_topic" "dead_letters" {
  count = var.pubsub == null ? 0 : 1

  project = var.project_id
  name    = local.dead_letter_topic

  depends_on = [google_project_service.this]
}

resource "google_pubsub_topic_iam_member" "publisher" {
  for_each = toset(try(var.pubsub.publishers, []))

  project = var.project_id
  topic   = google_pubsub_topic.commands[0].name
  role    = "roles/pubsub.publisher"
  member  = each.key
}

resource "google_pubsub_subscription" "push" {
  count = var.pubsub == null ? 0 : 1

  project              = var.project_id
  name                 = local.subscription
  topic                = google_pubsub_topic.commands[0].id
  ack_deadline_seconds = local.timeout_seconds

  push_config {
    push_endpoint = local.url

    oidc_token {
      service_account_email = google_service_account.invoker.email
      audience              = local.audience
    }
  }

  # With untilDone a message comes again until its operation is done: about 60 deliveries in the hour of MAX_EVENT_AGE,
  # so that the end, or EXPIRED, is on record well before a dead letter would be.
  retry_policy {
    minimum_backoff = "10s"
    maximum_backoff = "60s"
  }

  dead_letter_policy {
    dead_letter_topic     = google_pubsub_topic.dead_letters[0].id
    max_delivery_attempts = local.max_delivery_attempts
  }

  expiration_policy {
    ttl = "" # Never.
  }

  depends_on = [google_cloud_run_v2_service_iam_member.invoker, google_service_account_iam_member.pubsub_agent]
}

# Without a subscription a dead-letter topic drops what it gets.
resource "google_pubsub_subscription" "dead_letters" {
  count = var.pubsub == null ? 0 : 1

  project                    = var.project_id
  name                       = local.dead_letter_subscription
  topic                      = google_pubsub_topic.dead_letters[0].id
  ack_deadline_seconds       = 600        # Ten minutes to look before somebody else may pull it too.
  message_retention_duration = "1209600s" # 14 days.

  expiration_policy {
    ttl = ""
  }
}

# Pub/Sub's agent may sign as the invoker anyway, except where it dates from before April 8, 2021.
resource "google_service_account_iam_member" "pubsub_agent" {
  count = var.pubsub == null ? 0 : 1

  service_account_id = google_service_account.invoker.name
  role               = "roles/iam.serviceAccountOpenIdTokenCreator"
  member             = local.pubsub_agent
}

resource "google_pubsub_topic_iam_member" "dead_letters" {
  count = var.pubsub == null ? 0 : 1

  project = var.project_id
  topic   = google_pubsub_topic.dead_letters[0].name
  role    = "roles/pubsub.publisher"
  member  = local.pubsub_agent
}

resource "google_pubsub_subscription_iam_member" "push" {
  count = var.pubsub == null ? 0 : 1

  project      = var.project_id
  subscription = google_pubsub_subscription.push[0].name
  role         = "roles/pubsub.subscriber"
  member       = local.pubsub_agent
}
