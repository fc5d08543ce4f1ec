"""The pages: session, access, templating, words for refusals, forms, views, exports."""
