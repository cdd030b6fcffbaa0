# A private service: whoever may publish to the topic can cancel, and nobody else. An audit log, alerts and a dashboard.

variable "project_id" {
  description = "Project that the service runs in."
  type        = string
}

provider "google" {
  project = var.project_id
}

variable "publishers" {
  description = "IAM members that may publish commands."
  type        = list(string)
  default     = []
}

module "cancel" {
  source = "../.."

  project_id     = var.project_id
  region         = "europe-west3"
  require_reason = true

  pubsub  = { publishers = var.publishers }
  observe = { dataset_location = "EU" }
}

output "topic" {
  value = module.cancel.topic
}
