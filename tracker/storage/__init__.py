"""What leaves or enters the process and is no row: files, backups, copies of databases, SMTP."""
