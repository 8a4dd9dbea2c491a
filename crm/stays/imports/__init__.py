"""Bookings in by CSV and Excel: files become rows, rows become stays, and a second time changes nothing.

`sheets` reads bytes into rows of text, `mapping` finds what each column holds, `survey` decides what only a whole
column can tell, `rows` reads a row, `writing` compares it with the records, `run` does all of it.
"""
