output "url" {
  description = "Address of the service."
  value       = local.url
}

output "invoker" {
  description = "E-mail address of the account that Pub/Sub and Cloud Scheduler call as."
  value       = google_service_account.invoker.email
}

output "runtime_account" {
  description = "E-mail address of the account that cancels."
  value       = google_service_account.runtime.email
}

output "topic" {
  description = "Topic to publish commands to, projects/{project}/topics/{topic}. Null without Pub/Sub."
  value       = one(google_pubsub_topic.commands[*].id)
}

output "webhook_secret" {
  description = "Name of the secret whose value signs webhooks. Null without them."
  value       = local.webhook_secret
}
