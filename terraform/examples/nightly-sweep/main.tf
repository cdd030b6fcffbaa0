# A sweep by night that cancels creations older than two hours, in every location. Try it with validateOnly = true first.

variable "project_id" {
  description = "Project that the service runs in."
  type        = string
}

provider "google" {
  project = var.project_id
}

module "cancel" {
  source = "../.."

  project_id      = var.project_id
  allowed_parents = ["projects/${var.project_id}/locations/*"]
  allowed_verbs   = ["create"]
  max_operations  = 5

  sweep = {
    schedule  = "0 3 * * *"
    time_zone = "Europe/Zurich"
    command = {
      parent    = "projects/${var.project_id}/locations/-"
      select    = { verbs = ["create"], minAge = "7200s" }
      untilDone = true
      reason    = "nightly sweep"
    }
  }
}
