"""The words that people write into the columns of a sheet, one table per column.

To teach a column a word, add it to that column's table; a word that would then mean two things is refused at import.
"""
