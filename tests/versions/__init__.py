"""The proof of versions and moves: random frameworks live through years of versions, people rate, show,
send, and are moved there and back, and what stands beside it says what must be so.

- `plans`: what hypothesis draws; `years` publishes and moves as a plan has it, `deeds` is what people
  do meanwhile, all through the services.
- `model`: what counts where, in plain Python, from who said what of which wording.
- `checks`: what must be so after every step, by name. Each has a breach of the product that it
  finds (`test_years.BREACHES`).
- `test_years`: moved forth, back, and forth. `test_blind`: worlds that a reader can't tell apart.

`make test` lives one plan with everything in it, `make test-long` those that hypothesis draws, on both
engines:

    TRACKER_LONG=yes TRACKER_REQUIRE=postgres python -m pytest tests/versions -n 2
"""
