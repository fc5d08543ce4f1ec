from tests.doors.door import Door

DOORS = [
    Door("notices.index", "302 200 200 200 200 200 200 200 200"),
    Door("notices.read", "401 303 303 303 303 303 303 303 303", "POST"),
]
