// Tables as CSV: UTF-8, semicolon, CR LF, quotes only where needed.

const cell = (value) => {
  const text = value === null || value === undefined ? '' : String(value);
  return /[;"\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

export const toCsv = (names, rows) =>
  [names, ...rows].map((row) => row.map(cell).join(';')).join('\r\n') + '\r\n';
