/** What the server has drawn is seen first: the program keeps the processor busy while it starts. */
const patience = 1000

const root = document.getElementById('root')!
// The colours that the reader has chosen, which the program keeps under this name; those of the system are used before.
const scheme = chosenScheme()
const isDark = scheme === 'dark' || (scheme !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches)
document.documentElement.dataset.mantineColorScheme = isDark ? 'dark' : 'light'

function chosenScheme() {
  try {
    return localStorage.getItem('mantine-color-scheme-value')
  } catch {
    // The browser keeps nothing for this site.
    return null
  }
}

const wait = (milliseconds: number) => new Promise((done) => setTimeout(done, milliseconds))
const frame = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))

async function seen() {
  const pictures = [...root.querySelectorAll<HTMLImageElement>('img[fetchpriority=high]')]
  await Promise.all(pictures.map((picture) => picture.decode().catch(() => undefined)))
  await frame()
}

async function start() {
  if (root.querySelector('.drawn')) {
    // A page that is opened in the background draws no frames.
    await Promise.race([seen(), wait(patience)])
  }

  const { begin } = await import('./main')
  await begin(root)
}

start().catch(() => {
  // Without its program or the texts of its language the page can do little; but it can say so.
  document.getElementById('unloaded')!.hidden = false
  addEventListener('online', () => location.reload())
})
