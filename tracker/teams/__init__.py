"""A team's levels against its targets, its rounds and people, figures without names."""
