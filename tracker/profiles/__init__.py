"""One learner's profile: levels in both voices, next steps, growth."""
