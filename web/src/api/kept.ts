/** What cannot be written down, such as files, is kept until the page is loaded anew. */
const inMemory = new Map<string, unknown>()

const begins = 'kept '

/** The name under which a form of a person is kept. */
export const keyOf = (person: string | undefined, name: string) => `${begins}${person} ${name}`

/** What was kept, or what a form begins with. Fields that a later release has added begin as they do in an empty form. */
export function read<T>(key: string, initial: T): T {
  if (inMemory.has(key)) {
    return inMemory.get(key) as T
  }

  try {
    const written = JSON.parse(sessionStorage.getItem(key) ?? 'null') as T | null
    return written === null ? initial : isRecord(written) && isRecord(initial) ? { ...initial, ...written } : written
  } catch {
    return initial
  }
}

export function write(key: string, value: unknown, asJson: boolean) {
  inMemory.set(key, value)
  if (asJson) {
    try {
      sessionStorage.setItem(key, JSON.stringify(value))
    } catch {
      // The browser has no room for it. It is kept in memory.
    }
  }
}

export function forget(key: string) {
  inMemory.delete(key)
  sessionStorage.removeItem(key)
}

/** Forgets the forms of everybody but one person. */
export function forgetOthers(person: string | undefined) {
  const isOfOthers = (key: string) => key.startsWith(begins) && (!person || !key.startsWith(keyOf(person, '')))
  ;[...inMemory.keys(), ...Object.keys(sessionStorage)].filter(isOfOthers).forEach(forget)
}

function isRecord(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
