//! SQL-injection and XSS detection over bytes.
