from tests.doors.door import Door

DOORS = [
    Door("accounts.sign_in", "200 302 302 302 302 302 302 302 302"),
    Door("accounts.sign_in_now", "422 422 422 422 422 422 422 422 422", "POST"),
    Door("accounts.sign_out", "303 303 303 303 303 303 303 303 303", "POST"),
    Door("accounts.show", "302 200 200 200 200 200 200 200 200"),
]
