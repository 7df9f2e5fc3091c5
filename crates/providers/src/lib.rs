//! Adapters to the outside: the hosted voice provider, language models, files.
