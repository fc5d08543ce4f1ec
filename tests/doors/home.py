from tests.doors.door import Door

DOORS = [
    Door("home.index", "200 200 200 200 200 200 200 200 200"),
    Door("home.health", "200 200 200 200 200 200 200 200 200"),
    Door("home.styleguide", "404 404 404 404 404 404 404 404 404"),
    Door("home.use_statement", "302 200 200 200 200 200 200 200 200"),
    Door("home.use_statement_read", "401 422 422 422 422 422 422 422 422", "POST"),
]
