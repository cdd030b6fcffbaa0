# The function's own settings, each a variable: Terraform drops a misspelt attribute of an object without a word, but
# refuses a misspelt variable. What is null is not set, and the function's own default holds.

variable "allowed_parents" {
  description = "ALLOWED_PARENTS: places whose operations may be cancelled, each `projects/{project}/locations/{location}`; either part may be `*`. Null for the service's own project."
  type        = list(string)
  default     = null

  validation {
    condition = var.allowed_parents == null ? true : length(var.allowed_parents) > 0 && alltrue([
      for parent in var.allowed_parents :
      can(regex("^projects/(?:\\*|[a-z][a-z0-9-]{4,28}[a-z0-9]|[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)+:[a-z][a-z0-9-]{4,28}[a-z0-9]|[1-9][0-9]{0,18})/locations/(?:\\*|[a-z][a-z0-9-]{0,62})$", parent))
    ])
    error_message = "Each entry must be projects/{project}/locations/{location}, where either part may be * as a whole; at least one."
  }
}

variable "allowed_verbs" {
  description = "ALLOWED_VERBS: verbs of the operations that may be cancelled, such as `create`. Null for any."
  type        = list(string)
  default     = null

  validation {
    condition     = var.allowed_verbs == null ? true : length(var.allowed_verbs) > 0 && alltrue([for verb in var.allowed_verbs : can(regex("^[A-Za-z][A-Za-z0-9_-]{0,63}$", verb))])
    error_message = "Each entry must be a verb such as create; at least one."
  }
}

variable "allowed_callers" {
  description = "ALLOWED_CALLERS: e-mail addresses of callers. The module adds its own invoker account where it attaches Pub/Sub or the sweep. Null for anybody that is authenticated."
  type        = list(string)
  default     = null

  validation {
    condition     = var.allowed_callers == null ? true : length(var.allowed_callers) > 0 && alltrue([for caller in var.allowed_callers : can(regex("^[^\\s@,:*\"'(){}<>\\[\\]]+@[^\\s@,:*\"'(){}<>\\[\\]]+$", caller))])
    error_message = "Each entry must be a plain e-mail address (no IAM member such as serviceAccount:…, no wildcard); at least one."
  }
}

variable "require_reason" {
  description = "REQUIRE_REASON: whether a command without a reason is refused. Null for the function's default, false."
  type        = bool
  default     = null
}

variable "caller_auth" {
  description = "CALLER_AUTH: `iam` where Cloud Run checks callers, `verify` where the function does."
  type        = string
  default     = "iam"
  nullable    = false

  validation {
    condition     = contains(["iam", "verify"], var.caller_auth)
    error_message = "Must be \"iam\" or \"verify\"."
  }

  validation {
    condition     = var.caller_auth != "verify" || var.oidc_audience != null || var.webhooks != null
    error_message = "With \"verify\", oidc_audience or webhooks must be set, or both."
  }
}

variable "oidc_audience" {
  description = "OIDC_AUDIENCE: the audience that identity tokens must have, with `verify`."
  type        = string
  default     = null

  validation {
    condition     = var.oidc_audience == null ? true : can(regex("^\\S+$", var.oidc_audience))
    error_message = "Must be the audience that tokens carry, without white space."
  }
}

variable "datastream_endpoint" {
  description = "DATASTREAM_ENDPOINT: another origin of Datastream's API. Null for https://datastream.googleapis.com."
  type        = string
  default     = null

  validation {
    condition     = var.datastream_endpoint == null ? true : can(regex("^https://[^/?#@\\\\\\s]+$", var.datastream_endpoint))
    error_message = "Must be an https origin such as https://datastream.googleapis.com: scheme and host, nothing behind."
  }
}

variable "default_wait" {
  description = "DEFAULT_WAIT: how long to watch for the outcome where a command does not say, such as \"5s\"."
  type        = string
  default     = null

  validation {
    condition     = var.default_wait == null ? true : can(regex("^[0-9]{1,12}(?:\\.[0-9]{1,9})?s$", var.default_wait)) && try(tonumber(trimsuffix(var.default_wait, "s")) <= 315576000000, false)
    error_message = "Must be a Duration such as \"30s\" or \"0.5s\"."
  }
}

variable "request_deadline" {
  description = "REQUEST_DEADLINE: each request is finished and answered within it. Below the service's request timeout of 60 s."
  type        = string
  default     = null

  validation {
    condition     = var.request_deadline == null ? true : can(regex("^[0-9]{1,12}(?:\\.[0-9]{1,9})?s$", var.request_deadline)) && try(tonumber(trimsuffix(var.request_deadline, "s")) > 0 && tonumber(trimsuffix(var.request_deadline, "s")) < 60, false)
    error_message = "Must be a Duration above zero and below the service's request timeout of 60 s, such as \"55s\"."
  }
}

variable "max_event_age" {
  description = "MAX_EVENT_AGE: a Pub/Sub message older than this is acknowledged and not acted upon."
  type        = string
  default     = null

  validation {
    condition     = var.max_event_age == null ? true : can(regex("^[0-9]{1,12}(?:\\.[0-9]{1,9})?s$", var.max_event_age)) && try(tonumber(trimsuffix(var.max_event_age, "s")) > 0 && tonumber(trimsuffix(var.max_event_age, "s")) <= 315576000000, false)
    error_message = "Must be a Duration above zero, such as \"3600s\"."
  }
}

variable "max_operations" {
  description = "MAX_OPERATIONS: most operations that one command may cancel."
  type        = number
  default     = null

  validation {
    condition     = var.max_operations == null ? true : var.max_operations >= 1 && var.max_operations <= 1000 && floor(var.max_operations) == var.max_operations
    error_message = "Must be a whole number from 1 to 1000."
  }
}
