/**
 * Gives a table to the browser to save. It begins with a byte order mark, by which Excel knows that it is UTF-8.
 * @param name of the file, without its ending
 */
export function saveCsv(name: string, rows: (string | number)[][]) {
  const cell = (value: string | number) => (typeof value === 'number' ? String(value) : `"${value.replaceAll('"', '""')}"`)
  const text = rows.map((row) => row.map(cell).join(',')).join('\r\n')
  const link = document.createElement('a')
  link.href = URL.createObjectURL(new Blob(['\ufeff', text, '\r\n'], { type: 'text/csv;charset=utf-8' }))
  link.download = `${name}.csv`
  link.click()
  // Some browsers begin to read it a moment later.
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
}
