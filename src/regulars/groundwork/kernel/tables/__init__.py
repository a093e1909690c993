"""Foreign tables: CSV and spreadsheet files read as a stream, and written so that no cell can run as a formula.

survey.py      one pass over the bytes: size, digest, kind, encoding
opening.py     a table with a header and numbered rows, whatever the file's kind
numbers.py     decimals with comma or point, decided by the evidence of a column
moments.py     dates and instants, decided likewise
writing.py     CSV and XLSX out, and the formula guard that reading undoes
"""
