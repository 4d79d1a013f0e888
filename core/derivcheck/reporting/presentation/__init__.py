"""What Results look like, whoever shows them: cells, lines, tables, formulas in MathML."""
