"""The story of the demo: its people, and what happened in their libraries, told through the services
with a clock of its own. `make demo-rows` tells it and keeps what it left in seed_data/demo."""
