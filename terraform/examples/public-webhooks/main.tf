# A public service for a caller that cannot sign in to Google Cloud: it signs every request. Pub/Sub stays attached, so
# the function takes identity tokens too, of the one account that Pub/Sub calls as.

variable "project_id" {
  description = "Project that the service runs in."
  type        = string
}

provider "google" {
  project = var.project_id
}

data "google_project" "this" {
  project_id = var.project_id
}

locals {
  service = "datastream-operation-cancel"
  region  = "us-central1"
}

module "cancel" {
  source = "../.."

  project_id = var.project_id
  service    = local.service
  region     = local.region

  public          = true
  caller_auth     = "verify"
  oidc_audience   = "https://${local.service}-${data.google_project.this.number}.${local.region}.run.app"
  allowed_callers = ["datastream-cancel-invoker@${var.project_id}.iam.gserviceaccount.com"]
  allowed_parents = ["projects/${var.project_id}/locations/${local.region}"]
  require_reason  = true

  pubsub   = {}
  webhooks = { sender = "pagerduty" }
  observe  = {}
}

# gcloud secrets versions access 1 --secret=NAME, for who signs with it.
output "webhook_secret" {
  value = module.cancel.webhook_secret
}
