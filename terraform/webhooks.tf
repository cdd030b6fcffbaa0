# The secret of signed webhooks. Its value is made while Terraform applies, goes to Secret Manager alone, and stands in
# no state, no plan and no output.

locals {
  make_secret    = try(var.webhooks.secret == null, false)
  webhook_secret = local.make_secret ? google_secret_manager_secret.webhooks[0].secret_id : try(var.webhooks.secret, null)
}

resource "google_secret_manager_secret" "webhooks" {
  count = local.make_secret ? 1 : 0

  project   = var.project_id
  secret_id = "${local.prefix}-webhook-secrets"

  replication {
    auto {}
  }

  depends_on = [google_project_service.this]
}

ephemeral "random_password" "webhooks" {
  count = local.make_secret ? 1 : 0

  # As bytes of the key: 64 is the most that a webhook secret may have.
  length  = 64
  special = false
}

resource "google_secret_manager_secret_version" "webhooks" {
  count = local.make_secret ? 1 : 0

  secret         = google_secret_manager_secret.webhooks[0].id
  secret_data_wo = "${var.webhooks.sender}=whsec_${base64encode(ephemeral.random_password.webhooks[0].result)}"
  # Later versions are added beside it (docs/terraform.md). This one is written once.
  secret_data_wo_version = 1
}

resource "google_secret_manager_secret_iam_member" "runtime" {
  count = var.webhooks == null ? 0 : 1

  project   = var.project_id
  secret_id = local.webhook_secret
  role      = "roles/secretmanager.secretAccessor"
  member    = google_service_account.runtime.member
}
