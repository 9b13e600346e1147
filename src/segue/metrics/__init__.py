"""How good an interpolation is: plain functions from frames to one number each, NaN where undefined."""
