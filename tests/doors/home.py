from tests.doors.door import Door

DOORS = [
    Door("home.index", "200 200 200 200 200 200 200 200 200"),
    Door("home.health", "200 200 200 200 200 200 200 200 200"),
    Door("home.styleguide", "404 404 404 404 404 404 404 404 404"),
]
