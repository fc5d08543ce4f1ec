from tests.doors.door import Door

DOORS = [
    Door("dashboard.index", "200 200 200 200 200 200 200 200 200"),
    Door("health.alive", "200 200 200 200 200 200 200 200 200"),
    Door("health.ready", "200 200 200 200 200 200 200 200 200"),
    Door("dashboard.security_txt", "404 404 404 404 404 404 404 404 404"),
    Door("dashboard.styleguide", "404 404 404 404 404 404 404 404 404"),
    Door("front.about", "200 200 200 200 200 200 200 200 200"),
    Door("front.privacy", "200 200 200 200 200 200 200 200 200"),
    Door("front.accessibility", "200 200 200 200 200 200 200 200 200"),
    Door("front.help_page", "200 200 200 200 200 200 200 200 200"),
    Door("front.robots", "200 200 200 200 200 200 200 200 200"),
    Door("front.try_as", "404 404 404 404 404 404 404 404 404", "POST"),
    Door("dashboard.updates", "401 303 303 303 403 403 403 403 403", "POST"),
    Door("own_record.show", "302 200 200 200 200 200 200 200 200"),
    Door("own_record.make", "401 303 303 303 303 303 303 303 303", "POST"),
    Door("own_record.download", "302 404 404 404 404 404 404 404 404"),
    Door("own_record.confirm", "302 200 200 200 200 200 200 200 200"),
    Door("own_record.erase", "401 409 409 409 409 409 409 409 409", "POST"),
    Door("search.index", "302 200 200 200 200 200 200 200 200"),
    Door("dashboard.use_statement", "302 200 200 200 200 200 200 200 200"),
    Door("dashboard.use_statement_read", "401 422 422 422 422 422 422 422 422", "POST"),
]
