"""Reports as files: PDF, Excel, Word, CSV and HTML, all of the same cells. The same report gives the same bytes."""
