//! A local stand-in for the hosted voice provider, and its callers.
