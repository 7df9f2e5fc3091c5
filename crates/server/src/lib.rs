//! The binary voxanne: HTTP, commands, configuration.
