# Who runs the function, who calls it, who builds it, and what each may do.

resource "google_service_account" "runtime" {
  project      = var.project_id
  account_id   = local.prefix
  display_name = "Runs ${var.service}"
  description  = "Runtime account of datastream-operation-cancel"

  depends_on = [google_project_service.this]
}

resource "google_service_account" "invoker" {
  project      = var.project_id
  account_id   = "${local.prefix}-invoker"
  display_name = "Calls ${var.service}"
  description  = "Calls datastream-operation-cancel for Pub/Sub, Cloud Scheduler and the check"

  depends_on = [google_project_service.this]
}

resource "google_service_account" "build" {
  project      = var.project_id
  account_id   = "${local.prefix}-build"
  display_name = "Builds ${var.service}"
  description  = "Runs Google's buildpack, and with it npm: may write images, and deploy nothing"

  depends_on = [google_project_service.this]
}

resource "google_project_iam_custom_role" "canceller" {
  project     = local.datastream_project
  role_id     = local.role_id
  title       = "Datastream Operation Canceller"
  description = "Read, list and cancel Datastream operations and list its locations, nothing else"
  stage       = "GA"
  permissions = [
    "datastream.locations.list",
    "datastream.operations.cancel",
    "datastream.operations.get",
    "datastream.operations.list",
  ]

  depends_on = [google_project_service.this, google_project_service.datastream]
}

resource "google_project_iam_member" "canceller" {
  project = local.datastream_project
  role    = google_project_iam_custom_role.canceller.name
  member  = google_service_account.runtime.member
}

# Reads the source, writes the image and the build's log.
resource "google_project_iam_member" "build" {
  project = var.project_id
  role    = "roles/run.builder"
  member  = google_service_account.build.member
}

resource "google_cloud_run_v2_service_iam_member" "invoker" {
  project  = var.project_id
  location = var.region
  name     = google_cloudfunctions2_function.this.name
  role     = "roles/run.invoker"
  member   = google_service_account.invoker.member
}

# Cloud Functions offers no way to switch Cloud Run's own check off, as deploy/deploy.sh does.
resource "google_cloud_run_v2_service_iam_member" "public" {
  count = var.public ? 1 : 0

  project  = var.project_id
  location = var.region
  name     = google_cloudfunctions2_function.this.name
  role     = "roles/run.invoker"
  member   = "allUsers"
}
