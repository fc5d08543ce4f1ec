from tests.doors.door import Door

DOORS = [
    Door("dashboard.index", "200 200 200 200 200 200 200 200 200"),
    Door("dashboard.health", "200 200 200 200 200 200 200 200 200"),
    Door("dashboard.ready", "200 200 200 200 200 200 200 200 200"),
    Door("dashboard.security_txt", "404 404 404 404 404 404 404 404 404"),
    Door("dashboard.styleguide", "404 404 404 404 404 404 404 404 404"),
    Door("dashboard.use_statement", "302 200 200 200 200 200 200 200 200"),
    Door("dashboard.use_statement_read", "401 422 422 422 422 422 422 422 422", "POST"),
]
