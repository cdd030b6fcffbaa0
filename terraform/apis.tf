locals {
  apis = concat(
    [
      "artifactregistry.googleapis.com", "cloudbuild.googleapis.com", "cloudfunctions.googleapis.com",
      "cloudresourcemanager.googleapis.com", "iam.googleapis.com", "iamcredentials.googleapis.com",
      "logging.googleapis.com", "run.googleapis.com", "storage.googleapis.com",
    ],
    local.another_project ? [] : ["datastream.googleapis.com"],
    var.pubsub == null ? [] : ["pubsub.googleapis.com"],
    var.sweep == null ? [] : ["cloudscheduler.googleapis.com"],
    var.webhooks == null ? [] : ["secretmanager.googleapis.com"],
    var.observe == null ? [] : ["bigquery.googleapis.com", "monitoring.googleapis.com"],
  )
}

resource "google_project_service" "this" {
  for_each = toset(local.apis)

  project = var.project_id
  service = each.key
  # Others in the project may use them too.
  disable_on_destroy = false
}

resource "google_project_service" "datastream" {
  count = local.another_project ? 1 : 0

  project            = local.datastream_project
  service            = "datastream.googleapis.com"
  disable_on_destroy = false
}
