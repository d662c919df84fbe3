"""A spreadsheet of ideas in, hundreds of finished videos out."""
