/** One JSON object a line. It never holds a text or a whole phone number. */
export function log(level: 'info' | 'warning' | 'error', message: string, facts: Record<string, unknown> = {}): void {
  process.stdout.write(JSON.stringify({ at: new Date().toISOString(), level, message, ...facts }) + '\n')
}

/** A number or address of which only the ends can be read: `+82***78`. */
export function masked(to: string): string {
  return `${to.slice(0, 3)}***${to.slice(-2)}`
}

export function messageOf(fault: unknown): string {
  return fault instanceof Error ? fault.message : String(fault)
}
